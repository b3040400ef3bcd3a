"""The canonical tables that every source is mapped onto: one `Entity` per table `raw.<name>`, in the order of loading.

Belongs here: which tables there are. Does not: their columns (`master_entities.py`, `fact_entities.py`), how a source's
columns become these (`mapping.py`), how files are read (`readers/`), what the numbers mean once they are in
(`dbt_project/`).
"""

from __future__ import annotations

from pipelines.landing.entity import SQL_TYPES, Column, Entity
from pipelines.landing.fact_entities import FACTS
from pipelines.landing.master_entities import MASTER

__all__ = ["ENTITIES", "MASTER_ENTITIES", "SQL_TYPES", "Column", "Entity"]

ENTITIES: dict[str, Entity] = {entity.name: entity for entity in (*MASTER, *FACTS)}
MASTER_ENTITIES: tuple[str, ...] = tuple(entity.name for entity in MASTER)
