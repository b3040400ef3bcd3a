"""One name, one meaning: what pipelines write and what dbt reads and documents are the same tables and columns."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from inventory_core.export import EXPORT_COLUMNS
from pipelines.landing.entities import ENTITIES


@pytest.fixture(scope="module")
def models(repository: Path) -> dict[str, dict]:
    """The documented models by name."""
    found = {}
    for path in (repository / "dbt_project" / "models").rglob("*.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            found[model["name"]] = {**model, "path": path}
    return found


@pytest.fixture(scope="module")
def sources(repository: Path) -> dict[str, set[str]]:
    """The declared source tables by schema."""
    path = repository / "dbt_project" / "models" / "staging" / "sources.yml"
    return {
        source["schema"]: {table["name"] for table in source["tables"]}
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
    }


# Read by the pipeline itself, for the core.
# Comments are read where they were written, on the order's page: they are for people, not for figures.
NOT_FOR_DBT = {"approval_rules", "people", "core_order_comments"}


def test_every_raw_table_has_a_reader(sources: dict[str, set[str]]) -> None:
    written = set(ENTITIES) | set(EXPORT_COLUMNS) | {"company", "exchange_rates", "quarantined_rows", "feed_counts"}
    assert sources["raw"] == written - NOT_FOR_DBT


def test_every_raw_table_is_an_asset_with_a_group() -> None:
    from pipelines.defs.keys import GROUP_OF_ENTITY

    assert set(GROUP_OF_ENTITY) == set(ENTITIES) | {"company", "exchange_rates", "quarantined_rows", "feed_counts"}


def test_planning_tables_are_the_marts_of_the_same_name(models: dict[str, dict], sources: dict[str, set[str]]) -> None:
    from pipelines.defs.planning.tables import PLANNING_TABLES

    assert sources["planning"] == set(PLANNING_TABLES)
    for table, columns in PLANNING_TABLES.items():
        documented = {column["name"]: column["data_type"] for column in models[f"fct_{table}"]["columns"]}
        assert documented == {name: type_.lower() for name, type_ in columns.items()}, table


def test_one_model_is_one_sql_and_one_yaml(models: dict[str, dict], repository: Path) -> None:
    for sql in (repository / "dbt_project" / "models").rglob("*.sql"):
        assert models[sql.stem]["path"] == sql.with_suffix(".yml")


def test_marts_of_the_interface_are_there(models: dict[str, dict]) -> None:
    promised = {
        "dim_company", "dim_products", "dim_warehouses", "dim_shops", "dim_listings", "dim_lanes",
        "fct_sales_daily", "fct_stock_daily", "fct_in_transit", "fct_shipment_milestones", "fct_demand_forecasts",
        "fct_safety_stocks", "fct_transfer_suggestions", "fct_purchase_suggestions", "fct_stock_alerts",
        "fct_transfer_orders", "fct_transfer_order_lines", "fct_approvals", "fct_purchase_orders",
        "fct_feed_health", "fct_quarantined_rows", "fct_stock_movements", "fct_stock_discrepancies", "fct_receipts",
        "fct_receipt_discrepancies", "fct_order_events",
    }  # fmt: skip
    assert promised <= set(models)
