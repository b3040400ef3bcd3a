"""Places, movements between them, and balances as their fold. Pure.

Belongs here: what a movement is and what follows from many. Does not: which movements a command makes (`handlers.py`
here, in `transfer_orders/` and in `receiving/`), what is free to promise (`free_stock.py`).

Every movement has a source and a destination, so the units of a product over all places never change (invariant 1):
a balance below zero stands where goods come from (supplier, adjustment, over_received), or in a warehouse whose stock
was never opened here, of which the ledger knows the movements only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inventory_core.errors import Malformed
from inventory_core.identifiers import check_name
from inventory_core.quantities import check_units


class PlaceKind(StrEnum):
    """Kinds of places; what identifies a place of that kind stands beside it."""

    WAREHOUSE = "warehouse"  # warehouse_id, and a bin
    IN_TRANSIT = "in_transit"  # shipment_id
    # Units that arrived above what was in transit: they came from somewhere, and a discrepancy asks from where.
    OVER_RECEIVED = "over_received"  # shipment_id
    SUPPLIER = "supplier"  # supplier_id
    CUSTOMER = "customer"  # none: buyers are not our business
    LOST = "lost"  # shipment_id or warehouse_id
    DAMAGED = "damaged"  # shipment_id or warehouse_id; written off, while damaged stock in a bin is a condition
    ADJUSTMENT = "adjustment"  # warehouse_id of the count, or shipment_id


class Condition(StrEnum):
    """Whether a unit can be sold."""

    GOOD = "good"
    DAMAGED = "damaged"


CONDITIONS = tuple(condition.value for condition in Condition)


@dataclass(frozen=True, kw_only=True, order=True)
class Place:
    """Where units are. A bin is "" where the warehouse does not say which."""

    place_kind: PlaceKind
    place_id: str = ""
    bin_id: str = ""


def warehouse_bin(warehouse_id: str, bin_id: str = "") -> Place:
    """A bin of a warehouse."""
    return Place(place_kind=PlaceKind.WAREHOUSE, place_id=warehouse_id, bin_id=bin_id)


def in_transit(shipment_id: str) -> Place:
    """Inside a shipment."""
    return Place(place_kind=PlaceKind.IN_TRANSIT, place_id=shipment_id)


def over_received(shipment_id: str) -> Place:
    """Wherever the surplus of a shipment came from, until somebody finds out."""
    return Place(place_kind=PlaceKind.OVER_RECEIVED, place_id=shipment_id)


@dataclass(frozen=True, kw_only=True, order=True)
class StockKey:
    """What a balance is of: a product's lot in one condition in one place. A lot is "" where none is kept."""

    place: Place
    sku: str
    lot: str = ""
    condition: Condition = Condition.GOOD

    def __str__(self) -> str:
        where = " ".join(part for part in (self.place.place_kind, self.place.place_id, self.place.bin_id) if part)
        return f"{self.condition} {self.sku}{f' of lot {self.lot}' if self.lot else ''} in {where}"


@dataclass(frozen=True, kw_only=True)
class Movement:
    """Units of one lot from one place to another; the condition may change on the way."""

    sku: str
    units: int
    from_place: Place
    to_place: Place
    lot: str = ""
    from_condition: Condition = Condition.GOOD
    to_condition: Condition = Condition.GOOD

    def __post_init__(self) -> None:
        check_units(self.units, name=f"moved units of {self.sku}", minimum=1)

    @property
    def source(self) -> StockKey:
        """The balance that falls."""
        return StockKey(place=self.from_place, sku=self.sku, lot=self.lot, condition=self.from_condition)

    @property
    def target(self) -> StockKey:
        """The balance that rises."""
        return StockKey(place=self.to_place, sku=self.sku, lot=self.lot, condition=self.to_condition)


@dataclass(frozen=True, kw_only=True)
class RecordedMovement:
    """A movement and the journal entry that tells of it; `position` counts from 1 inside the entry."""

    entry_sequence: int
    position: int
    at: datetime
    event_type: str
    transfer_order_id: str | None
    movement: Movement


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """Units of a product that an approved order may still take from its origin."""

    transfer_order_id: str
    warehouse_id: str
    sku: str
    units: int


Balances = Mapping[StockKey, int]


def changes(movements: Iterable[Movement]) -> dict[StockKey, int]:
    """What the movements add to and take from each balance.

    >>> a, b = warehouse_bin("cn"), in_transit("s1")
    >>> list(changes([Movement(sku="A", units=3, from_place=a, to_place=b)]).values())
    [-3, 3]
    """
    found: Counter[StockKey] = Counter()
    for movement in movements:
        found[movement.source] -= movement.units
        found[movement.target] += movement.units
    return dict(found)


def movements_to(counted: Balances, *, known: Balances, adjustment_id: str) -> tuple[Movement, ...]:
    """The movements from and to the adjustment place that turn known balances into counted ones."""
    place = Place(place_kind=PlaceKind.ADJUSTMENT, place_id=adjustment_id)
    found = []
    for key in sorted(counted):
        difference = counted[key] - known.get(key, 0)
        if difference:
            found.append(
                Movement(
                    sku=key.sku,
                    units=abs(difference),
                    from_place=place if difference > 0 else key.place,
                    to_place=key.place if difference > 0 else place,
                    lot=key.lot,
                    from_condition=key.condition,
                    to_condition=key.condition,
                )
            )
    return tuple(found)


def check_condition(value: object, *, name: str) -> None:
    """Raise Malformed unless `value` is a condition."""
    if value not in CONDITIONS:
        raise Malformed(f"{name} must be one of {', '.join(CONDITIONS)}, not {value!r}")


def check_optional_name(value: object, *, name: str) -> None:
    """Raise Malformed unless `value` is "" or printable text."""
    if value != "":
        check_name(value, name=name)
