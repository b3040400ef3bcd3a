"""Suggestions: which transfers and purchases to list.

Belongs here: queries with their filters. Does not: what a person makes of them (`order_drafts.py`), why one was made
(`explanation.py`), layout (`app_pages/suggestions.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from app_streamlit.i18n import marked
from app_streamlit.view_models.query import Conditions, Query

LIMIT = 500
SORTS = {
    "benefit": (marked("Largest benefit"), "s.expected_benefit_amount desc nulls last"),
    "ship_date": (marked("Ships first"), "s.ship_date"),
    "value": (marked("Largest value"), "s.value_amount desc nulls last"),
    "units": (marked("Most units"), "s.units desc"),
    "sku": (marked("Product"), "s.sku"),
}


@dataclass(frozen=True)
class TransferFilter:
    """What the planner wants to see; None and empty text mean everything. `scope` are warehouses that he may see."""

    lane_id: str | None = None
    destination_id: str | None = None
    text: str = ""
    sort: str = "benefit"
    scope: tuple[str, ...] | None = None


def _conditions(wanted: TransferFilter) -> Conditions:
    conditions = Conditions()
    conditions.equals("s.origin_id || '>' || s.destination_id || '>' || s.mode", wanted.lane_id)
    conditions.equals("s.destination_id", wanted.destination_id)
    conditions.contains(("s.sku", "p.title"), wanted.text)
    conditions.within(("s.origin_id", "s.destination_id"), wanted.scope)
    return conditions


def transfers(wanted: TransferFilter) -> Query:
    """The first `LIMIT` transfer suggestions; one row per suggestion.

    `suggestion_run_id` says which run of the daily job made them: the day that it planned for, whose inputs are kept in
    landing, and the run's own id. Marts hold neither, so that equal inputs give equal marts; `ops` does.
    """
    conditions = _conditions(wanted)
    return Query(
        f"""
        select s.*, p.title, p.unit_cost_base_amount,
            o.warehouse_name as origin_name, d.warehouse_name as destination_name, l.lead_time_days,
            run.suggestion_run_id
        from marts.fct_transfer_suggestions s
        left join marts.dim_products p using (sku)
        left join marts.dim_warehouses o on o.warehouse_id = s.origin_id
        left join marts.dim_warehouses d on d.warehouse_id = s.destination_id
        left join marts.dim_lanes l on l.origin_id = s.origin_id and l.destination_id = s.destination_id
            and l.mode = s.mode
        cross join (
            select as_of_date::varchar || '/' || run_id as suggestion_run_id from ops.publications
            order by published_at desc limit 1
        ) run
        {conditions.sql}
        order by {SORTS[wanted.sort][1]}, s.suggestion_id limit {LIMIT}
        """,
        tuple(conditions.parameters),
    )


def transfer_totals(wanted: TransferFilter) -> Query:
    """One row: how many suggestions the filter finds, their units and value."""
    conditions = _conditions(wanted)
    return Query(
        f"""
        select count(*) as suggestion_count, sum(s.units) as units, sum(s.value_amount) as value_amount,
            max(s.value_currency) as value_currency, sum(s.freight_amount) as freight_amount,
            max(s.freight_currency) as freight_currency
        from marts.fct_transfer_suggestions s left join marts.dim_products p using (sku) {conditions.sql}
        """,
        tuple(conditions.parameters),
    )


def lanes() -> Query:
    """The lanes that have suggestions, for the filter."""
    return Query(
        """
        select distinct s.origin_id || '>' || s.destination_id || '>' || s.mode as lane_id, s.origin_id,
            s.destination_id, s.mode, o.warehouse_name as origin_name, d.warehouse_name as destination_name
        from marts.fct_transfer_suggestions s
        left join marts.dim_warehouses o on o.warehouse_id = s.origin_id
        left join marts.dim_warehouses d on d.warehouse_id = s.destination_id
        order by 2, 3, 4
        """
    )


def purchases(text: str, supplier_id: str | None, scope: tuple[str, ...] | None = None) -> Query:
    """The first `LIMIT` purchase suggestions, the most urgent first; one row per suggestion."""
    conditions = Conditions()
    conditions.equals("s.supplier_id", supplier_id)
    conditions.contains(("s.sku", "p.title", "s.supplier_id"), text)
    conditions.within(("s.warehouse_id",), scope)
    return Query(
        f"""
        select s.*, p.title, w.warehouse_name from marts.fct_purchase_suggestions s
        left join marts.dim_products p using (sku) left join marts.dim_warehouses w using (warehouse_id)
        {conditions.sql} order by s.order_by_date, s.value_amount desc nulls last, s.suggestion_id limit {LIMIT}
        """,
        tuple(conditions.parameters),
    )


def suppliers() -> Query:
    """The suppliers that have purchase suggestions, for the filter."""
    return Query(
        "select distinct supplier_id from marts.fct_purchase_suggestions where supplier_id is not null order by 1"
    )
