"""What the first daily job of a company leaves behind: figures, marts, accounts, a catalog in the core."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from inventory_core.bootstrap import database_url, open_core
from pipelines.company import load_company
from pipelines.daily_run import hold_run_lock
from sandbox.network import APPROVAL_RULES
from tests.integration.conftest import FirstRun, diaobo, environment

pytestmark = pytest.mark.slow


def figures(published: Path) -> dict[str, int]:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{published}' as published (read_only)")
        connection.execute("use published.marts")
        row = connection.execute(
            """
            select
                (select sum(read_rows) from fct_feed_health) as read_rows,
                (select sum(refused_rows) from fct_feed_health) as refused_rows,
                (select count(distinct sku) from fct_safety_stocks where is_below_safety_stock) as below,
                (select count(*) from fct_transfer_suggestions) as transfers,
                (select count(*) from fct_purchase_suggestions) as purchases
            """
        ).fetchall()[0]
    return dict(zip(("read_rows", "refused_rows", "below", "transfers", "purchases"), map(int, row), strict=True))


def test_the_summary_says_what_the_marts_hold(first_run: FirstRun) -> None:
    found = figures(first_run.folder / "published" / "marts.duckdb")
    assert min(found.values()) > 0
    text = first_run.output
    for label, value in (
        ("Rows in", found["read_rows"]),
        ("Rows refused", found["refused_rows"]),
        ("Below safety stock", found["below"]),
        ("To transfer", found["transfers"]),
        ("To buy", found["purchases"]),
    ):
        assert re.search(rf"^{label}\s+{value:,}\b", text, re.MULTILINE), (label, value, text)
    assert re.search(r"^In transit\s+[\d,.]+\s+USD at purchase cost", text, re.MULTILINE)
    assert "Where to look" in text


def test_every_refused_row_is_told_by_its_rule(first_run: FirstRun, built_warehouse: Path) -> None:
    with duckdb.connect(str(built_warehouse), read_only=True) as connection:
        rules = connection.execute(
            "select rule, sum(row_count) from raw.feed_counts where action = 'refused' group by rule, feed"
        ).fetchall()
    assert rules
    for rule, count in rules:
        assert re.search(rf"^  {rule}\s+{count:,}\b", first_run.output, re.MULTILINE), (rule, count)


def test_demo_accounts_are_printed_once_and_let_people_in(first_run: FirstRun) -> None:
    printed = dict(re.findall(r"^(\w+)\s+(\w{4}-\w{4}-\w{4}-\w{4})\s*$", first_run.output, re.MULTILINE))
    assert {"planner", "supervisor", "finance", "admin"} <= set(printed)
    with open_core(database_url(first_run.folder, {})) as core:
        for login, password in printed.items():
            assert core.sign_in(login=login, password=password, at=datetime.now(UTC)).login == login


def test_the_core_knows_the_catalog_and_the_rules(sample_company: Path, built_warehouse: Path) -> None:
    with open_core(database_url(sample_company, {})) as core:
        catalog, rules = core.queries.catalog(), core.queries.approval_rules()
    with duckdb.connect(str(built_warehouse), read_only=True) as connection:
        values = dict(connection.execute("select sku, unit_cost_base_amount from marts.dim_products").fetchall())
        margins = dict(
            connection.execute(
                "select sku, unit_price_base_amount - unit_cost_base_amount from marts.dim_products"
            ).fetchall()
        )
        rule_ids = {row[0] for row in connection.execute("select rule_id from raw.approval_rules").fetchall()}
    assert {sku: product.unit_value for sku, product in catalog.products.items()} == values
    assert {sku: product.unit_margin for sku, product in catalog.products.items()} == margins
    assert all(margin is not None for margin in margins.values())
    assert {rule.rule_id for rule in rules} == rule_ids == {name for name, *_ in APPROVAL_RULES}
    known = {rule.rule_id: rule for rule in rules}
    assert known["far_from_advice"].minimum_deviation_share == Decimal("0.5")
    assert known["much_margin_at_risk"].minimum_margin_at_risk == 50_000
    assert (known["every_order"].escalate_after_hours, known["every_order"].escalation_role) == (72, "admin")


def test_the_publication_is_the_warehouses_marts_and_nothing_else(sample_company: Path, built_warehouse: Path) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{built_warehouse}' as warehouse (read_only)")
        connection.execute(f"attach '{sample_company / 'published' / 'marts.duckdb'}' as published (read_only)")
        schemas = connection.execute(
            "select distinct schema_name from duckdb_tables() where database_name = 'published' order by all"
        ).fetchall()
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'warehouse' and schema_name = 'marts'"
        ).fetchall()
        assert schemas == [("marts",), ("ops",)]
        for (table,) in tables:
            here, there = f"warehouse.marts.{table}", f"published.marts.{table}"
            assert connection.execute(f"from {here} except all from {there}").fetchall() == []
            assert connection.execute(f"from {there} except all from {here}").fetchall() == []


def test_marts_hold_no_clock_and_no_run(built_warehouse: Path, sample_company: Path) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{sample_company / 'published' / 'marts.duckdb'}' as published (read_only)")
        ((run_id,),) = connection.execute("select run_id from published.ops.publications").fetchall()
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns()"
            " where database_name = 'published' and schema_name = 'marts' and data_type = 'VARCHAR'"
        ).fetchall()
        for table, column in columns:
            count = connection.execute(
                f'select count(*) from published.marts.{table} where contains("{column}", ?)', [run_id]
            ).fetchall()
            assert count == [(0,)], (table, column)


def test_a_second_run_at_the_same_time_gets_one_line(sample_company: Path) -> None:
    with hold_run_lock(load_company(sample_company, environ={})):
        result = subprocess.run(
            diaobo("run", "--company", str(sample_company)),
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith(f"Another daily job is running for {sample_company}")


def test_a_folder_that_is_no_company_is_refused_in_words(tmp_path: Path) -> None:
    result = subprocess.run(
        diaobo("run", "--company", str(tmp_path / "nothing")),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert "company new" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "nothing").exists()
