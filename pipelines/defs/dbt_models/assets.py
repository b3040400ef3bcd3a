"""The dbt models as assets, in two goes: the facts before the forecast, the planning marts after it.

Does not hold: what the models mean (`dbt_project/`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from dagster import AssetExecutionContext, AssetKey
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject, dbt_assets

from pipelines.daily_run import dbt_target
from pipelines.dbt_parsing import PROJECT_FOLDER, current_manifest
from pipelines.defs.keys import GROUP_OF_FOLDER, WAREHOUSE_POOL
from pipelines.resources import WarehouseResource

# What reads the plan, directly or not: it can only run after it.
AFTER_PLANNING = "source:planning+"
# Unit tests test SQL, not data: `make test` runs them, the daily job does not.
BUILD = ["build", "--exclude-resource-type", "unit_test"]

MANIFEST = current_manifest()
PROJECT = DbtProject(project_dir=PROJECT_FOLDER)


class LayerTranslator(DagsterDbtTranslator):
    """Keys `[layer, source?, noun]`: staging.stg_sales__order_lines is `staging/sales/order_lines`."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """The key of a model, seed or source."""
        name, kind = dbt_resource_props["name"], dbt_resource_props["resource_type"]
        if kind == "source":
            return AssetKey([dbt_resource_props["source_name"], name])
        if kind == "seed":
            return AssetKey(["reference", name.removeprefix("ref_")])
        layer = dbt_resource_props["fqn"][1]
        if layer == "marts":
            return AssetKey([layer, name])
        concept, _, noun = name.split("_", 1)[1].partition("__")
        return AssetKey([layer, concept, noun])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The business concept, from the model's folder."""
        if dbt_resource_props["resource_type"] == "seed":
            return "transit"
        folder = dbt_resource_props["fqn"][2]
        return GROUP_OF_FOLDER.get(folder, folder) if dbt_resource_props["fqn"][1] != "marts" else folder


@dbt_assets(
    manifest=MANIFEST,
    project=PROJECT,
    exclude=AFTER_PLANNING,
    dagster_dbt_translator=LayerTranslator(),
    name="dbt_facts",
    pool=WAREHOUSE_POOL,
)
def dbt_facts(context: AssetExecutionContext, dbt: DbtCliResource, warehouse: WarehouseResource) -> Iterator[Any]:
    """Staging, intermediate and the marts of what happened. Tests that need the plan wait for the second go."""
    target = dbt_target(warehouse.company.load().folder)
    arguments = [*BUILD, "--indirect-selection", "cautious"]
    yield from dbt.cli(arguments, context=context, target_path=target).stream()


@dbt_assets(
    manifest=MANIFEST,
    project=PROJECT,
    select=AFTER_PLANNING,
    dagster_dbt_translator=LayerTranslator(),
    name="dbt_plan",
    pool=WAREHOUSE_POOL,
)
def dbt_plan(context: AssetExecutionContext, dbt: DbtCliResource, warehouse: WarehouseResource) -> Iterator[Any]:
    """The marts of what is expected and advised."""
    target = dbt_target(warehouse.company.load().folder)
    arguments = [*BUILD, "--indirect-selection", "eager"]
    yield from dbt.cli(arguments, context=context, target_path=target).stream()
