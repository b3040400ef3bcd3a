"""In transit: what is under way, where it is, when it arrives.

Belongs here: queries on open shipment lines and milestones, and the rows shown. Does not: drawing
(`app_streamlit/charts.py`) nor the stock that has arrived (`stock.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from app_streamlit.i18n import Language
from app_streamlit.i18n.words import MILESTONES, short_lane, word
from app_streamlit.view_models.query import Conditions, Query
from app_streamlit.view_models.rows import rows_of, with_days

LIMIT = 500


@dataclass(frozen=True)
class TransitFilter:
    """Which open shipment lines; None and empty text mean everything.

    `scope` are the warehouses that the reader may see, of which one must be an end. `known_elsewhere` are ids and
    waybills of shipments that are counted live from the core, so not here again.
    """

    text: str = ""
    destination_id: str | None = None
    delayed_only: bool = False
    known_elsewhere: tuple[str, ...] = ()
    scope: tuple[str, ...] | None = None


def _conditions(wanted: TransitFilter) -> Conditions:
    conditions = Conditions()
    conditions.contains(("f.sku", "p.title", "f.shipment_id", "f.waybill"), wanted.text)
    conditions.equals("f.destination_id", wanted.destination_id)
    if wanted.delayed_only:
        conditions.always("f.is_delayed")
    _not_known(conditions, wanted.known_elsewhere)
    conditions.within(("f.origin_id", "f.destination_id"), wanted.scope)
    return conditions


def _not_known(conditions: Conditions, known_elsewhere: tuple[str, ...]) -> None:
    if known_elsewhere:
        conditions.always(
            "f.shipment_id not in (select unnest(?)) and coalesce(f.waybill, '') not in (select unnest(?))",
            known_elsewhere,
            known_elsewhere,
        )


_JOINS = """
    from marts.fct_in_transit f
    left join marts.dim_products p using (sku)
    left join marts.dim_warehouses o on o.warehouse_id = f.origin_id
    left join marts.dim_warehouses d on d.warehouse_id = f.destination_id
"""


def lines(wanted: TransitFilter) -> Query:
    """The first `LIMIT` open shipment lines, the next to arrive first; one row per shipment and product."""
    conditions = _conditions(wanted)
    return Query(
        f"""
        select f.*, p.title, o.warehouse_name as origin_name, d.warehouse_name as destination_name {_JOINS}
        {conditions.sql}
        order by coalesce(f.eta_p50_date, f.expected_date) nulls last, f.shipment_id, f.sku limit {LIMIT}
        """,
        tuple(conditions.parameters),
    )


def totals(wanted: TransitFilter) -> Query:
    """One row: lines, shipments, units and value that the filter finds, and how many shipments are late."""
    conditions = _conditions(wanted)
    return Query(
        f"""
        select count(*) as line_count, count(distinct f.shipment_id) as shipment_count,
            sum(f.in_transit_units) as in_transit_units, sum(f.value_amount) as value_amount,
            max(f.value_currency) as value_currency,
            count(distinct f.shipment_id) filter (where f.is_delayed) as delayed_count
        {_JOINS} {conditions.sql}
        """,
        tuple(conditions.parameters),
    )


def arrivals(*, as_of: date, known_elsewhere: tuple[str, ...] = (), scope: tuple[str, ...] | None = None) -> Query:
    """What should arrive in the seven days from as-of: one row per warehouse and day."""
    conditions = Conditions()
    arrival = "coalesce(f.eta_p50_date, f.expected_date)"
    conditions.always(f"{arrival} >= ? and {arrival} < ?", as_of, as_of + timedelta(days=7))
    _not_known(conditions, known_elsewhere)
    conditions.within(("f.origin_id", "f.destination_id"), scope)
    return Query(
        f"""
        select f.destination_id, d.warehouse_name as destination_name,
            coalesce(f.eta_p50_date, f.expected_date)::date as arrival_date,
            count(distinct f.shipment_id) as shipment_count, sum(f.in_transit_units)::bigint as in_transit_units
        {_JOINS} {conditions.sql}
        group by all order by 3, 2, 1
        """,
        tuple(conditions.parameters),
    )


def estimates(references: tuple[str, ...]) -> Query:
    """What the marts know of shipments by these ids or waybills: one row per shipment of theirs."""
    return Query(
        """
        select shipment_id, waybill, max(eta_p50_date) as eta_p50_date, max(eta_p90_date) as eta_p90_date,
            bool_or(coalesce(is_delayed, false)) as is_delayed, max_by(milestone, milestone_at) as milestone,
            max(milestone_at) as milestone_at
        from marts.fct_in_transit
        where shipment_id in (select unnest(?)) or waybill in (select unnest(?)) group by shipment_id, waybill
        """,
        (references, references),
    )


def milestones(shipment_id: str) -> Query:
    """What is known of one shipment, the oldest first; one row per event."""
    return Query(
        """
        select milestone, event_at, place, description, is_forecast from marts.fct_shipment_milestones
        where shipment_id = ? order by event_at, milestone
        """,
        (shipment_id,),
    )


def line_rows(frame: pd.DataFrame, text: Language) -> pd.DataFrame:
    """The lines as they are read: codes in words, the lane in one column, dates as dates."""
    return with_days(frame, "ship_date", "expected_date", "eta_p50_date", "eta_p90_date").assign(
        lane=[short_lane(row, text) for row in rows_of(frame)],
        milestone_words=[word(text, MILESTONES, code) for code in frame["milestone"]],
    )


def timeline(frame: pd.DataFrame, text: Language, *, time_zone: str) -> pd.DataFrame:
    """The milestones as they are read: milestone, at, place, description, is_forecast."""
    instants = pd.to_datetime(frame["event_at"], utc=True)
    is_forecast = frame["is_forecast"].astype("boolean").fillna(value=False).astype(bool)
    names = [word(text, MILESTONES, code) for code in frame["milestone"]]
    expected = text("expected")
    return pd.DataFrame(
        {
            "milestone": [
                f"{name} ({expected})" if forecast else name for name, forecast in zip(names, is_forecast, strict=True)
            ],
            "at": [text.instant(value, time_zone=time_zone) for value in instants],
            "place": frame["place"].fillna("").to_list(),
            "description": frame["description"].fillna("").to_list(),
            "is_forecast": is_forecast.to_list(),
        }
    )
