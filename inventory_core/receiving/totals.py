"""From running totals to what is new: FBA and many warehouses tell how much came so far, again and again. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from inventory_core.receiving.events import ResolvedCount
from inventory_core.receiving.model import Resolution
from inventory_core.stock_ledger.model import Condition
from inventory_core.transfer_orders.shipments import Shipment, ShipmentLine


def new_since(
    totals: Sequence[ResolvedCount], shipment: Shipment | None, *, resolutions: Iterable[Resolution] = ()
) -> tuple[tuple[ResolvedCount, ...], tuple[str, ...]]:
    """Counts of the units that the shipment has not recorded yet, and notes.

    Units of a product count over both conditions: one that is told as damaged after it was told as good is the same
    unit. Short units whose reason (`resolutions`) was a wrong count at the destination are there already. A total below
    what was recorded takes nothing back, because a receipt never undoes another: a note says so.
    """
    explained: Counter[str] = Counter()
    for one in resolutions:
        is_there = (one.kind, one.resolution) == ("short", "miscounted_at_destination")
        if shipment is not None and one.shipment_id == shipment.shipment_id and is_there:
            explained[one.sku] += one.units
    new: list[ResolvedCount] = []
    notes: list[str] = []
    for sku in dict.fromkeys(count.sku for count in totals):
        line = shipment.line(sku) if shipment else ShipmentLine(sku=sku)
        told = [count for count in totals if count.sku == sku]
        recorded = {Condition.GOOD.value: line.good_units, Condition.DAMAGED.value: line.damaged_units}
        before = line.received_units + explained[sku]
        units = sum(count.units for count in told)
        if units < before:
            notes.append(
                f"{units} {sku} in total, but {before} were recorded before: nothing is taken back, "
                "count the stock if the lower figure is right"
            )
            continue
        named = _beyond(told, recorded)
        new += _at_most(units - before, named)
        if sum(count.units for count in named) > units - before:
            notes.append(
                f"{sku}: units that were recorded before are told in another condition now: nothing is changed, "
                "count the stock if that is right"
            )
    return tuple(new), tuple(notes)


def _beyond(told: Iterable[ResolvedCount], recorded: Mapping[str, int]) -> list[ResolvedCount]:
    """The counts, in their order, without the units of their condition that were recorded before."""
    left = dict(recorded)
    found = []
    for count in told:
        known = min(left[count.condition], count.units)
        left[count.condition] -= known
        if count.units > known:
            found.append(replace(count, units=count.units - known))
    return found


def _at_most(units: int, counts: Iterable[ResolvedCount]) -> list[ResolvedCount]:
    found = []
    for count in counts:
        taken = min(units, count.units)
        units -= taken
        if taken:
            found.append(replace(count, units=taken))
    return found
