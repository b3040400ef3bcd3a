"""In transit as the core knows it now, each shipment once.

Belongs here: shipments that were dispatched and not received, with what the marts estimate of them. Does not: shipments
that only a platform or a WMS reports (`in_transit.py`). A shipment that both know is the same one where the id, the
label or a waybill agrees; the core's units count then, because they are live, and the marts give the arrival.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from app_streamlit.i18n import Language, is_absent
from app_streamlit.i18n.words import MILESTONES, MODES, SHIPMENT_STATUSES, word
from app_streamlit.view_models.query import Query
from app_streamlit.view_models.rows import Row, day_of, rows_of
from app_streamlit.view_models.shipments import label
from inventory_core.money import Money, total
from inventory_core.transfer_orders.model import TransferOrder
from inventory_core.transfer_orders.shipments import Shipment, ShipmentStatus

LIMIT = 500
_LEFT = (ShipmentStatus.DISPATCHED, ShipmentStatus.ARRIVED, ShipmentStatus.RECEIVED)


@dataclass(frozen=True)
class LiveShipment:
    """A shipment under way, what it is worth (None where a product has no value), and what the marts say of it."""

    order: TransferOrder
    shipment: Shipment
    value: Money | None
    estimate: Row | None
    is_delayed: bool

    @property
    def label(self) -> str:
        """What people call it."""
        return label(self.order, self.shipment)


def references(order: TransferOrder, shipment: Shipment) -> tuple[str, ...]:
    """What the shipment may be called in a feed. A vessel carries many, so its number says nothing."""
    transport = shipment.transport
    names = (shipment.shipment_id, label(order, shipment), transport.waybill, transport.house_waybill)
    return tuple(name for name in names if name)


def known_references(orders: Iterable[TransferOrder]) -> tuple[str, ...]:
    """Of everything that ever left: the core says what became of it, received shipments included."""
    found = [
        name
        for order in orders
        for shipment in order.shipments
        if shipment.status in _LEFT
        for name in references(order, shipment)
    ]
    return tuple(dict.fromkeys(found))


def titles(skus: Iterable[str]) -> Query:
    """Titles of many products, one row per sku."""
    return Query(
        "select sku, coalesce(title, '') as title from marts.dim_products where sku in (select unnest(?))",
        (tuple(dict.fromkeys(skus)),),
    )


def under_way(
    orders: Iterable[TransferOrder], *, estimates: pd.DataFrame | None = None, today: date
) -> list[LiveShipment]:
    """Every shipment that left and was not received, the next to arrive first."""
    known: dict[str, Row] = {}
    for row in rows_of(estimates) if estimates is not None else []:
        for name in (row["shipment_id"], row["waybill"]):
            if isinstance(name, str) and name:
                known[name] = row
    found = []
    for order in orders:
        for shipment in order.shipments:
            if not shipment.is_under_way:
                continue
            estimate = next((known[name] for name in references(order, shipment) if name in known), None)
            is_late = order.arrival_date < today or (estimate is not None and bool(estimate["is_delayed"]))
            found.append(LiveShipment(order, shipment, value_of(order, shipment), estimate, is_late))
    return sorted(found, key=lambda one: (_arrival(one), one.label))


def _arrival(one: LiveShipment) -> date:
    expected = day_of(one.estimate["eta_p50_date"]) if one.estimate else None
    return expected or one.order.arrival_date


def value_of(order: TransferOrder, shipment: Shipment) -> Money | None:
    """The units still in transit at the values that the order was submitted with; None where one is unknown."""
    unit_values = {line.sku: line.unit_value for line in order.lines}
    values = []
    for line in shipment.lines:
        if line.in_transit_units <= 0:
            continue
        unit_value = unit_values.get(line.sku)
        if unit_value is None:
            return None
        values.append(unit_value.times(line.in_transit_units).rounded())
    return total(values, currency=values[0].currency) if values else None


def matching(
    found: Iterable[LiveShipment],
    *,
    needle: str,
    destination_id: str | None,
    delayed_only: bool,
    titles: Mapping[str, str],
) -> list[LiveShipment]:
    """Those that carry or are called what the needle says, to that destination."""
    wanted = needle.casefold().split()
    return [
        one
        for one in found
        if destination_id in (None, one.order.destination_id)
        and (one.is_delayed or not delayed_only)
        and (not wanted or _holds(one, wanted, titles))
    ]


def _holds(one: LiveShipment, wanted: list[str], titles: Mapping[str, str]) -> bool:
    name = f"{one.label} {one.shipment.transport.waybill}"
    return any(
        all(word in f"{name} {line.sku} {titles.get(line.sku, '')}".casefold() for word in wanted)
        for line in one.shipment.lines
    )


@dataclass(frozen=True)
class Totals:
    """The figures above the page. Amounts stand by currency, because they must not be added across."""

    shipments: int
    units: int
    amounts: Mapping[str, float]
    delayed: int


def totals(live: Iterable[LiveShipment], reported: Row | None) -> Totals:
    """Live shipments and those that only the marts know, each once."""
    shipments = units = delayed = 0
    amounts: dict[str, float] = {}
    for one in live:
        shipments, units, delayed = shipments + 1, units + one.shipment.in_transit_units, delayed + one.is_delayed
        if one.value:
            amounts[one.value.currency] = amounts.get(one.value.currency, 0) + float(one.value.amount)
    if reported is not None:
        shipments += int(reported["shipment_count"])
        delayed += int(reported["delayed_count"])
        units += 0 if is_absent(reported["in_transit_units"]) else int(reported["in_transit_units"])
        if not is_absent(reported["value_amount"]) and not is_absent(reported["value_currency"]):
            currency = str(reported["value_currency"])
            amounts[currency] = amounts.get(currency, 0) + float(reported["value_amount"])
    return Totals(shipments, units, amounts, delayed)


def amount_words(figures: Totals, text: Language) -> str:
    """What is under way is worth."""
    return " + ".join(text.money(amount, code, whole=True) for code, amount in sorted(figures.amounts.items())) or "–"


def rows(found: Iterable[LiveShipment], text: Language, *, hidden: Collection[str] = ()) -> pd.DataFrame:
    """The first `LIMIT`, one row per shipment; without units where the plan of that order is `hidden` (`blind.py`)."""
    return pd.DataFrame(
        [
            {
                "is_delayed": one.is_delayed,
                "shipment": one.label,
                "status": word(text, SHIPMENT_STATUSES, one.shipment.status.value),
                "lane": f"{one.order.origin_id} → {one.order.destination_id} · "
                + word(text, MODES, one.shipment.transport.mode),
                "in_transit_units": None if one.order.transfer_order_id in hidden else one.shipment.in_transit_units,
                "value_amount": None
                if one.value is None or one.order.transfer_order_id in hidden
                else float(one.value.amount),
                "milestone": _milestone(one, text),
                "eta_p50_date": day_of(one.estimate["eta_p50_date"]) if one.estimate else None,
                "eta_p90_date": day_of(one.estimate["eta_p90_date"]) if one.estimate else None,
                "arrival_date": one.order.arrival_date,
                "waybill": one.shipment.transport.waybill,
                "carrier": one.shipment.transport.carrier,
            }
            for one in list(found)[:LIMIT]
        ]
    )


def _milestone(one: LiveShipment, text: Language) -> str:
    """The newest news, whoever told it."""
    news: list[tuple[datetime, str]] = [(one.occurred_at, one.milestone) for one in one.shipment.milestones]
    if one.estimate and not is_absent(one.estimate["milestone"]) and not is_absent(one.estimate["milestone_at"]):
        reported = pd.Timestamp(one.estimate["milestone_at"])
        at = reported.tz_localize("UTC") if reported.tzinfo is None else reported
        news.append((at.to_pydatetime(), str(one.estimate["milestone"])))
    return word(text, MILESTONES, max(news)[1]) if news else ""
