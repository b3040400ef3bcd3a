"""What a run found, in a screenful: rows in, rows refused, what runs short, what is advised, what is on the way.

Belongs here: queries on the published marts and how their answers are said. Does not: what the marts mean
(`dbt_project/`), the run itself (`commands/run.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from pipelines.landing.sql_text import literal


@dataclass(frozen=True)
class RuleCount:
    """Rows of a feed that one rule skipped, refused or corrected."""

    feed: str
    entity: str
    action: str
    rule: str
    row_count: int


@dataclass(frozen=True)
class RunSummary:
    """The figures of one run; amounts are in `currency`."""

    company_name: str
    as_of_date: dt.date
    currency: str
    read_rows: int
    accepted_rows: int
    refused_files: int
    rule_counts: tuple[RuleCount, ...]
    products_below_safety_stock: int
    transfer_suggestions: int
    transfer_units: int
    purchase_suggestions: int
    purchase_units: int
    in_transit_units: int
    in_transit_amount: Decimal | None  # None: no product on the way has a known cost
    unassigned_lines: int
    uncounted_warehouses: int
    future_lines: int  # order lines dated after the as-of day: landed, and counted when their day has come

    def rows(self, action: str) -> int:
        """Rows of one action: skipped, refused or corrected."""
        return sum(count.row_count for count in self.rule_counts if count.action == action)


def read_summary(published: Path, *, warehouse: Path) -> RunSummary:
    """The figures of the last run: marts from the published copy, counts by rule from the warehouse's raw tables."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach {literal(str(published))} as published (read_only)")
        connection.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
        rules = connection.execute(
            """
            select feed, entity, action, rule, cast(sum(row_count) as bigint)
            from warehouse.raw.feed_counts
            where action in ('skipped', 'refused', 'corrected')
            group by all
            order by feed, entity, action, rule
            """
        ).fetchall()
        connection.execute("use published.marts")
        row = connection.execute(
            """
            select
                company_name,
                as_of_date,
                base_currency,
                (select coalesce(sum(read_rows), 0) from fct_feed_health),
                (select coalesce(sum(accepted_rows), 0) from fct_feed_health),
                (select count(distinct (feed, file)) from fct_quarantined_rows where row_number is null),
                (select count(distinct sku) from fct_safety_stocks where is_below_safety_stock),
                (select count(*) from fct_transfer_suggestions),
                (select coalesce(sum(units), 0) from fct_transfer_suggestions),
                (select count(*) from fct_purchase_suggestions),
                (select coalesce(sum(units), 0) from fct_purchase_suggestions),
                (select coalesce(sum(in_transit_units), 0) from fct_in_transit),
                (select sum(value_amount) from fct_in_transit),
                (select coalesce(sum(line_count), 0) from fct_unassigned_sales),
                (select count(*) from fct_stock_alerts where alert_kind = 'stock_unknown'),
                (select count(*) from warehouse.raw.order_lines where cast(ordered_at as date) > dim_company.as_of_date)
            from dim_company
            """
        ).fetchall()[0]
    return RunSummary(
        company_name=row[0],
        as_of_date=row[1],
        currency=row[2],
        read_rows=int(row[3]),
        accepted_rows=int(row[4]),
        refused_files=int(row[5]),
        rule_counts=tuple(RuleCount(*rule) for rule in rules),
        products_below_safety_stock=int(row[6]),
        transfer_suggestions=int(row[7]),
        transfer_units=int(row[8]),
        purchase_suggestions=int(row[9]),
        purchase_units=int(row[10]),
        in_transit_units=int(row[11]),
        in_transit_amount=row[12],
        unassigned_lines=int(row[13]),
        uncounted_warehouses=int(row[14]),
        future_lines=int(row[15]),
    )


def show_summary(summary: RunSummary, *, console: Console, folder: Path, seconds: float) -> None:
    """Prints the figures and where to look."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    table.add_row("Rows in", f"{summary.read_rows:,}", f"{summary.accepted_rows:,} accepted")
    for action in ("refused", "skipped", "corrected"):
        table.add_row(f"Rows {action}", f"{summary.rows(action):,}", _files(summary) if action == "refused" else "")
        for count in summary.rule_counts:
            if count.action == action:
                table.add_row(f"  {count.rule}", f"{count.row_count:,}", f"{count.feed}: {count.entity}", style="dim")
    if summary.unassigned_lines:
        table.add_row("Sales without warehouse", f"{summary.unassigned_lines:,}", "lines; see fct_unassigned_sales")
    if summary.future_lines:
        table.add_row("Dated in the future", f"{summary.future_lines:,}", "order lines: not counted yet; a wrong date?")
    if summary.uncounted_warehouses:
        table.add_row(
            "Stock unknown", f"{summary.uncounted_warehouses:,}", "warehouses: levels only, nothing is advised for them"
        )
    table.add_row("Below safety stock", f"{summary.products_below_safety_stock:,}", "products")
    table.add_row("To transfer", f"{summary.transfer_suggestions:,}", f"suggestions, {summary.transfer_units:,} units")
    table.add_row("To buy", f"{summary.purchase_suggestions:,}", f"suggestions, {summary.purchase_units:,} units")
    worth = f"{summary.in_transit_amount:,.2f}" if summary.in_transit_amount is not None else "-"
    basis = f"{summary.currency} at purchase cost" if summary.in_transit_amount is not None else "purchase cost unknown"
    table.add_row("In transit", worth, f"{basis}, {summary.in_transit_units:,} units")
    console.print()
    console.print(
        f"[bold]{summary.company_name}[/], morning of {summary.as_of_date}, done in {seconds:.0f} s", highlight=False
    )
    console.print(table, highlight=False)
    console.print()
    _show_where_to_look(console=console, folder=folder)


def show_passwords(passwords: Mapping[str, str], *, console: Console, is_sandbox: bool) -> None:
    """Prints new accounts; nobody can read these passwords again."""
    if not passwords:
        return
    kind = "Demo accounts" if is_sandbox else "New accounts"
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("Login")
    table.add_column("Password")
    for login, password in passwords.items():
        table.add_row(login, password)
    console.print()
    console.print(f"{kind} (passwords are shown this once)", highlight=False)
    console.print(table, highlight=False)


def _files(summary: RunSummary) -> str:
    if not summary.refused_files:
        return ""
    files = "file was" if summary.refused_files == 1 else "files were"
    return f"and {summary.refused_files} {files} refused whole"


def _show_where_to_look(*, console: Console, folder: Path) -> None:
    for line in (
        "Where to look",
        f"  diaobo serve --company {folder}   suggestions, orders and stock in the browser",
        f'  diaobo sql --company {folder} "from fct_transfer_suggestions"',
        f'  diaobo sql --company {folder} "from fct_quarantined_rows"   what was refused, and why',
    ):
        console.print(line, highlight=False, soft_wrap=True, markup=False)
