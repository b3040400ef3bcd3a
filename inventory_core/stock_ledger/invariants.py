"""What must hold of stock at any time, whatever happened: asked by `diaobo verify` and after every step of the tests.

Belongs here: invariant 1 of domain.md, "units are conserved". Does not: whether the stored state is what the journal
tells (`verification.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from inventory_core.stock_ledger.model import PlaceKind
from inventory_core.storage.ports import Reader
from inventory_core.transfer_orders.model import Status


def broken_invariants(store: Reader) -> Iterator[str]:
    """One sentence for each product, balance or shipment whose units are not conserved."""
    totals: Counter[str] = Counter()
    moving: Counter[tuple[PlaceKind, str, str]] = Counter()
    opened = store.opened_warehouses()
    for key, units in store.balances().items():
        kind, place_id = key.place.place_kind, key.place.place_id
        totals[key.sku] += units
        if kind in (PlaceKind.IN_TRANSIT, PlaceKind.OVER_RECEIVED):
            moving[kind, place_id, key.sku] += units
        is_kept = kind is PlaceKind.WAREHOUSE and place_id in opened
        if units < 0 and (is_kept or kind is PlaceKind.IN_TRANSIT):
            yield f"there are {units} {key}: less than nothing"
    for sku, units in totals.items():
        if units:
            yield f"units of {sku} are not conserved: all places together hold {units}"
    yield from _broken_shipments(store, moving)


def _broken_shipments(store: Reader, moving: Counter[tuple[PlaceKind, str, str]]) -> Iterator[str]:
    """Where an order tells otherwise of its shipments than the ledger, whose units by place and sku are `moving`."""
    told = set()
    for order in store.transfer_orders():
        for shipment in order.shipments:
            for line in shipment.lines:
                way = (PlaceKind.IN_TRANSIT, shipment.shipment_id, line.sku)
                surplus = (PlaceKind.OVER_RECEIVED, shipment.shipment_id, line.sku)
                told |= {way, surplus}
                name = f"{line.sku} of shipment {shipment.shipment_number} of {order.document_number}"
                if moving[way] != line.in_transit_units:
                    yield f"in transit of {name} is {line.in_transit_units}, but the ledger has {moving[way]}"
                if moving[surplus] != -line.open_over_units:
                    yield f"surplus of {name} is {line.open_over_units}, but the ledger has {-moving[surplus]}"
                if order.status is Status.CLOSED and (line.in_transit_units or line.open_over_units):
                    yield f"{order.document_number} is closed, but {name} is in transit or unexplained"
    for place in moving:
        if place not in told and moving[place]:
            kind, shipment_id, sku = place
            yield f"the ledger has {sku} {kind} of {shipment_id}, but no order has such a shipment"
