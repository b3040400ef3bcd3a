"""Shipments of an order as they are read, and what a person enters about them, understood.

Belongs here: rows of lines, cartons, milestones and discrepancies; units that are offered to ship; cartons read from
text. Does not: counting what arrived (`receiving.py`), what may be done (the core).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

import pandas as pd

from app_streamlit.i18n import Language
from app_streamlit.i18n.words import DISCREPANCY_KINDS, MILESTONES, MODES, SHIPMENT_STATUSES, word
from inventory_core.errors import Malformed
from inventory_core.receiving.model import discrepancies
from inventory_core.transfer_orders.model import TransferOrder
from inventory_core.transfer_orders.shipments import (
    Carton,
    Milestone,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
    ShipmentUnits,
    shipment_label,
)

LINE_LIMIT = 200  # lines shown or edited at once: a browser takes seconds for 10,000
STATUS_COLORS = {"planned": "gray", "dispatched": "blue", "arrived": "violet", "received": "green", "cancelled": "gray"}
_CARTON_FIELDS = ("weight_kg", "length_cm", "width_cm", "height_cm")


def label(order: TransferOrder, shipment: Shipment) -> str:
    """What people call the shipment."""
    return shipment_label(order.document_number, shipment.shipment_number)


def title(order: TransferOrder, shipment: Shipment, text: Language) -> str:
    """The label with its state and waybill, for lists to choose from."""
    parts = (label(order, shipment), word(text, SHIPMENT_STATUSES, shipment.status.value), shipment.transport.waybill)
    return " · ".join(part for part in parts if part)


def transport_words(shipment: Shipment, text: Language) -> str:
    """Mode, carrier and numbers."""
    transport = shipment.transport
    numbers = [
        text("{kind} {number}", kind=kind, number=number)
        for kind, number in (
            (text("waybill"), transport.waybill),
            (text("house waybill"), transport.house_waybill),
            (text("master waybill"), transport.master_waybill),
        )
        if number
    ]
    return " · ".join(part for part in (word(text, MODES, transport.mode), transport.carrier, *numbers) if part)


def matching(skus: Iterable[str], needle: str) -> list[str]:
    """The first `LINE_LIMIT` products that hold the needle."""
    found = [sku for sku in skus if needle.strip().casefold() in sku.casefold()]
    return found[:LINE_LIMIT]


def line_rows(shipment: Shipment, *, needle: str = "") -> pd.DataFrame:
    """Where each product's units are; the first `LINE_LIMIT` that hold the needle."""
    wanted = set(matching((line.sku for line in shipment.lines), needle))
    return pd.DataFrame(
        [
            {
                "sku": line.sku,
                "planned_units": line.planned_units,
                "dispatched_units": line.dispatched_units,
                "good_units": line.good_units,
                "damaged_units": line.damaged_units,
                "over_units": line.over_units,
                "written_off_units": line.written_off_units,
                "in_transit_units": max(line.in_transit_units, 0),
            }
            for line in shipment.lines
            if line.sku in wanted
        ]
    )


def totals(shipment: Shipment) -> ShipmentLine:
    """All lines as one."""
    sums: Counter[str] = Counter()
    for line in shipment.lines:
        sums.update({name: getattr(line, name) for name in ShipmentLine.__dataclass_fields__ if name != "sku"})
    return ShipmentLine(sku="", **sums)


def carton_rows(shipment: Shipment) -> pd.DataFrame:
    """The first `LINE_LIMIT` cartons: label, weight, size, what is inside."""
    return pd.DataFrame(
        [
            {
                "carton_id": carton.carton_id,
                "weight_kg": None if carton.weight_kg is None else float(carton.weight_kg),
                "size": _size(carton),
                "contents": ", ".join(f"{units.units} × {units.sku}" for units in carton.contents),
            }
            for carton in shipment.cartons[:LINE_LIMIT]
        ]
    )


def _size(carton: Carton) -> str:
    sides = (carton.length_cm, carton.width_cm, carton.height_cm)
    return " × ".join("?" if side is None else f"{side:f}" for side in sides) if any(sides) else ""


def milestone_rows(milestones: Iterable[Milestone], *, text: Language, time_zone: str) -> pd.DataFrame:
    """News of the way, the newest first; when it happened and when we heard of it."""
    return pd.DataFrame(
        [
            {
                "milestone": word(text, MILESTONES, news.milestone),
                "occurred_at": text.instant(news.occurred_at, time_zone=time_zone),
                "place": news.place,
                "description": news.description,
                "recorded_at": text.instant(news.recorded_at, time_zone=time_zone),
            }
            for news in sorted(milestones, key=lambda news: news.occurred_at, reverse=True)[:LINE_LIMIT]
        ]
    )


def discrepancy_rows(order: TransferOrder, text: Language) -> pd.DataFrame:
    """What differs, open units first; one row per shipment, product and kind, at most `LINE_LIMIT`."""
    numbers = {shipment.shipment_id: shipment for shipment in order.shipments}
    found = sorted(discrepancies(order), key=lambda one: -one.open_units)[:LINE_LIMIT]
    return pd.DataFrame(
        [
            {
                "shipment": label(order, numbers[one.shipment_id]),
                "sku": one.sku,
                "kind": word(text, DISCREPANCY_KINDS, one.kind),
                "units": one.units,
                "open_units": one.open_units,
            }
            for one in found
        ]
    )


def unplanned_units(order: TransferOrder) -> dict[str, int]:
    """By sku what neither left nor stands in a planned shipment: what another shipment could carry."""
    planned: Counter[str] = Counter()
    for shipment in order.shipments:
        if shipment.status is ShipmentStatus.PLANNED:
            planned.update({line.sku: line.planned_units for line in shipment.lines})
    left = {sku: units - planned[sku] for sku, units in order.open_units().items()}
    return {sku: units for sku, units in left.items() if units > 0}


def planned_units(shipment: Shipment) -> dict[str, int]:
    """By sku what the shipment shall carry."""
    return {line.sku: line.planned_units for line in shipment.lines if line.planned_units}


def units_to_ship(wanted: Mapping[str, int]) -> tuple[ShipmentUnits, ...]:
    """What a command says of wanted units; products of which nothing goes are left out."""
    return tuple(ShipmentUnits(sku=sku, units=units) for sku, units in wanted.items() if units)


def parse_cartons(written: str) -> tuple[Carton, ...]:
    """Cartons, one a line: `label, kg, length, width, height, SKU=units ...`; all but the label may be left out.

    Tabs and semicolons separate too, so that columns of a spreadsheet can be pasted.

    Raises: Malformed, naming the line.
    """
    return tuple(
        _carton(number, line) for number, line in enumerate(written.splitlines(), start=1) if line.strip(" \t,;")
    )


def _carton(number: int, line: str) -> Carton:
    separator = next((one for one in ("\t", ";", ",") if one in line), ",")
    carton_id, *rest = [cell.strip() for cell in line.split(separator)]
    contents = [cell for cell in rest if "=" in cell]
    measures = [cell for cell in rest if "=" not in cell]
    if len(measures) > len(_CARTON_FIELDS):
        raise Malformed(f"cartons, line {number}: pass label, kg, length, width, height, then SKU=units")
    try:
        sizes = {name: Decimal(cell) if cell else None for name, cell in zip(_CARTON_FIELDS, measures, strict=False)}
        inside = tuple(
            ShipmentUnits(sku=sku.strip(), units=int(units))
            for sku, _, units in (content.rpartition("=") for cell in contents for content in cell.split())
        )
    except (InvalidOperation, ValueError) as error:
        raise Malformed(f"cartons, line {number}: {error or 'that is no number'}") from error
    return Carton(carton_id=carton_id, contents=inside, **sizes)
