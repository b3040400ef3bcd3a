"""From running totals to what is new: FBA and many warehouses tell how much came so far, again and again. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from inventory_core.receiving.events import ResolvedCount
from inventory_core.stock_ledger.model import Condition
from inventory_core.transfer_orders.shipments import Shipment, ShipmentLine


def new_since(
    totals: Iterable[ResolvedCount], shipment: Shipment | None
) -> tuple[tuple[ResolvedCount, ...], tuple[str, ...]]:
    """Counts of the units that the shipment has not recorded yet, by product and condition, and notes.

    A total below what was recorded takes nothing back, because a receipt never undoes another: a note says so.
    """
    told: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], ResolvedCount] = {}
    for count in totals:
        key = (count.sku, count.condition)
        told[key] += count.units
        first.setdefault(key, count)
    new, notes = [], []
    for (sku, condition), units in told.items():
        line = shipment.line(sku) if shipment else ShipmentLine(sku=sku)
        recorded = line.good_units if condition == Condition.GOOD else line.damaged_units
        if units > recorded:
            new.append(replace(first[sku, condition], units=units - recorded))
        elif units < recorded:
            notes.append(
                f"{units} {condition} {sku} in total, but {recorded} were recorded before: nothing is taken back, "
                "count the stock if the lower figure is right"
            )
    return tuple(new), tuple(notes)
