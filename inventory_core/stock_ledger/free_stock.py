"""What of a warehouse's stock is free, and from which bins and lots units are taken.

Belongs here: questions to the ledger that commands of several concepts share. Does not: changing it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from inventory_core.stock_ledger.model import Condition, PlaceKind, StockKey, warehouse_bin
from inventory_core.storage.ports import Reader


@dataclass(frozen=True, kw_only=True)
class FreeStock:
    """Good units of one product in one warehouse; reserved ones are promised to approved orders."""

    on_hand_units: int
    reserved_units: int

    @property
    def free_units(self) -> int:
        """What another order may have; below zero where a count found less than was promised."""
        return self.on_hand_units - self.reserved_units


def free_stock(store: Reader, *, warehouse_id: str, skus: Collection[str]) -> dict[str, FreeStock] | None:
    """By sku, every one asked for; None where the ledger does not keep that warehouse's stock."""
    if warehouse_id not in store.opened_warehouses():
        return None
    on_hand: Counter[str] = Counter()
    for key, units in store.balances(place_kind=PlaceKind.WAREHOUSE, place_id=warehouse_id, skus=skus).items():
        if key.condition is Condition.GOOD:
            on_hand[key.sku] += units
    reserved: Counter[str] = Counter()
    for reservation in store.reservations(warehouse_id=warehouse_id, skus=skus):
        reserved[reservation.sku] += reservation.units
    return {sku: FreeStock(on_hand_units=on_hand[sku], reserved_units=reserved[sku]) for sku in skus}


def picks(store: Reader, *, warehouse_id: str, wanted: Mapping[str, int]) -> tuple[dict[StockKey, int], dict[str, int]]:
    """Good units to take by balance, the earliest lot's first, then by bin; and, by sku, the units that are missing.

    Where the ledger does not keep the warehouse's stock, everything comes from its nameless bin and nothing is missing.
    """
    if warehouse_id not in store.opened_warehouses():
        place = warehouse_bin(warehouse_id)
        return {StockKey(place=place, sku=sku): units for sku, units in wanted.items() if units}, {}
    found = store.balances(place_kind=PlaceKind.WAREHOUSE, place_id=warehouse_id, skus=wanted)
    return take(
        {key: units for key, units in found.items() if key.condition is Condition.GOOD},
        wanted=wanted,
    )


def take(balances: Mapping[StockKey, int], *, wanted: Mapping[str, int]) -> tuple[dict[StockKey, int], dict[str, int]]:
    """Units to take from positive balances, the earliest lot's first, good before damaged; what is missing by sku."""
    taken: dict[StockKey, int] = {}
    missing = {sku: units for sku, units in wanted.items() if units}
    for key in sorted(balances, key=lambda one: (one.sku, one.lot, one.condition is Condition.DAMAGED, one.place)):
        units = min(balances[key], missing.get(key.sku, 0))
        if units > 0:
            taken[key] = units
            missing[key.sku] -= units
    return taken, {sku: units for sku, units in missing.items() if units}
