"""What the core is told of master data: margins, and rules with everything that their sheet can say."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from inventory_core.approvals.model import ApprovalRule
from inventory_core.catalog.model import CatalogProduct
from inventory_core.errors import Malformed
from pipelines.defs.orders.assets import read_approval_rules, read_catalog
from pipelines.landing.entities import ENTITIES
from pipelines.landing.entity import SQL_TYPES


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Raw rules as they are landed, the company, and euros at 1.25 dollars."""
    columns = ", ".join(f"{column.name} {SQL_TYPES[column.type]}" for column in ENTITIES["approval_rules"].columns)
    with duckdb.connect(":memory:") as opened:
        opened.execute(
            f"""
            create schema raw; create schema marts; create schema intermediate;
            create table raw.approval_rules ({columns});
            create table raw.company as select 'USD' as base_currency, date '2026-11-02' as as_of_date;
            create table intermediate.int_products__rates_extended as select * from (values
                ('USD', 1.0, date '1999-01-01', date '9999-01-01'),
                ('EUR', 9.0, date '1999-01-01', date '2026-11-02'),
                ('EUR', 1.25, date '2026-11-02', date '9999-01-01'))
                as t (currency, rate_to_base, valid_from_date, valid_to_date)
            """
        )
        yield opened


def insert(connection: duckdb.DuckDBPyConnection, **values: object) -> None:
    marks = ", ".join("?" for _ in values)
    connection.execute(f"insert into raw.approval_rules ({', '.join(values)}) values ({marks})", [*values.values()])


def test_a_rule_with_every_column(connection: duckdb.DuckDBPyConnection) -> None:
    insert(
        connection,
        rule_id="b",
        role="finance",
        stage=2,
        signatures=3,
        minimum_value_amount=100,
        value_currency="EUR",
        minimum_margin_amount=80,
        margin_currency="EUR",
        minimum_deviation_share=0.2,
        mode="air",
        origin_id="cn",
        destination_id="us",
        destination_kind="fba",
        remind_after_hours=4,
        escalate_after_hours=24,
        escalation_role="supervisor",
    )
    insert(connection, rule_id="a", role="supervisor", minimum_value_amount=100, value_currency="USD")
    first, second = read_approval_rules(connection)
    assert first == ApprovalRule(rule_id="a", role="supervisor", minimum_value=Decimal(100))
    assert second == ApprovalRule(
        rule_id="b",
        role="finance",
        stage=2,
        signatures=3,
        minimum_value=Decimal(125),
        minimum_margin_at_risk=Decimal(100),
        minimum_deviation_share=Decimal("0.2"),
        mode="air",
        origin_id="cn",
        destination_id="us",
        destination_kind="fba",
        remind_after_hours=4,
        escalate_after_hours=24,
        escalation_role="supervisor",
    )


def test_an_escalation_without_a_role_goes_to_the_admins(connection: duckdb.DuckDBPyConnection) -> None:
    insert(connection, rule_id="a", role="finance", escalate_after_hours=24)
    [rule] = read_approval_rules(connection)
    assert rule.escalation_role == "admin"


def test_a_role_without_hours_is_said_in_words(connection: duckdb.DuckDBPyConnection) -> None:
    insert(connection, rule_id="a", role="finance", escalation_role="admin")
    with pytest.raises(Malformed, match="rule a: pass escalate_after_hours and escalation_role together"):
        read_approval_rules(connection)


def test_a_margin_is_price_less_cost_and_unknown_where_one_of_both_is(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        create table marts.dim_company as select 'USD' as base_currency, 'UTC' as time_zone;
        create table marts.dim_products as select * from (values
            ('A', 2.5000::decimal(18, 4), 10.0000::decimal(18, 4), null::varchar), ('B', 3.0000, null, null),
            ('C', null, 10.0000, null), ('D', 3.0000, 2.0000, '69'))
            as t (sku, unit_cost_base_amount, unit_price_base_amount, ean);
        create table marts.dim_listings (sku varchar, fnsku varchar, units_per_listing bigint, is_bundle boolean);
        insert into marts.dim_listings values ('A', 'X1', 1, false), ('A', 'X2', 1, false);
        create table marts.dim_warehouses (warehouse_id varchar, warehouse_kind varchar);
        create table marts.dim_lanes (origin_id varchar, destination_id varchar, mode varchar)
        """
    )
    _, products, _, _ = read_catalog(connection)
    assert products == (
        CatalogProduct(sku="A", unit_value=Decimal("2.5"), unit_margin=Decimal("7.5"), codes=("X1", "X2")),
        CatalogProduct(sku="B", unit_value=Decimal(3)),
        CatalogProduct(sku="C"),
        CatalogProduct(sku="D", unit_value=Decimal(3), unit_margin=Decimal(-1), codes=("69",)),
    )
