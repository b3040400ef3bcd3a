"""A small company in a temporary folder: settings, mappings and files are written by the test that needs them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.company import Company, load_company
from pipelines.landing.extraction import Extraction, land
from pipelines.landing.load import LoadReport, load_raw

SETTINGS = """
[company]
name = "Test Seller"
base_currency = "USD"
time_zone = "America/Los_Angeles"
as_of = 2026-11-02
[policy]
service_level = 0.95
"""
SALES = """
entity = "sales_periods"
[columns]
period_date = "date"
warehouse_id = "warehouse"
sku = "sku"
units = "units"
"""


@dataclass
class Scene:
    """A company that a test builds up, and the warehouse that it is loaded into."""

    folder: Path
    connection: duckdb.DuckDBPyConnection
    feeds: list[str] = field(default_factory=list)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def feed(self, name: str, files: str, mapping: str | None = None, extra: str = "") -> None:
        """Adds a feed; `mapping` is a mapping's text."""
        line = ""
        if mapping is not None:
            self.write(f"mappings/{name}.toml", mapping)
            line = f'mapping = "mappings/{name}.toml"\n'
        self.feeds.append(f'[[feeds]]\nfeed = "{name}"\nfiles = "{files}"\n{line}{extra}\n')

    @property
    def company(self) -> Company:
        self.write("company.toml", SETTINGS + "\n".join(self.feeds))
        return load_company(self.folder, environ={})

    def land(self) -> list[Extraction]:
        return land(self.company)

    def load(self) -> LoadReport:
        return load_raw(self.connection, company=self.company, as_of_date=dt.date(2026, 11, 2))

    def run(self) -> LoadReport:
        self.land()
        return self.load()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield Scene(tmp_path, connection)


@pytest.fixture
def sales(scene: Scene) -> Scene:
    """A scene with products A and B, the warehouse w1 and a feed of sales from sales*.csv."""
    scene.feed("products", "products.csv", extra='entity = "products"')
    scene.feed("warehouses", "warehouses.csv", extra='entity = "warehouses"')
    scene.feed("sales", "sales*.csv", SALES)
    scene.write("products.csv", "sku\nA\nB\n")
    scene.write("warehouses.csv", "warehouse_id,warehouse_kind\nw1,domestic\n")
    return scene
