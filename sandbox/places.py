"""Where every unit is: the world's own ledger.

Belongs here: places, moves between them, the record of all moves and each evening's stock. Units enter only from the
supplier, whose count goes negative, so that the sum over all places stays zero whatever happens. Why units move is
decided elsewhere (`world.py`, `seller.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.network import WAREHOUSES

# AWD is Amazon's own store for bulk, which feeds FBA; nothing of the sample's history stands there.
SUPPLIER, CUSTOMER, IN_TRANSIT, LOST, DISPOSED, AWD, AWD_RESERVED = range(7)
OUTSIDE = ("supplier", "customer", "in_transit", "lost", "disposed", "awd", "awd_reserved")

# Stock classes of a warehouse. Reserved units are either sold and not yet gone, or being prepared to move.
AVAILABLE, SOLD, PREPARING, UNFULFILLABLE, RESEARCHING = range(5)
CLASSES = ("available", "sold", "preparing", "unfulfillable", "researching")


class UnableToMove(ValueError):
    """A place does not hold what should leave it: a defect of the world's physics."""


def place(warehouse: int, stock_class: int) -> int:
    """The number of a warehouse's stock class among all places."""
    return len(OUTSIDE) + warehouse * len(CLASSES) + stock_class


def place_name(number: int) -> str:
    """`supplier`, `in_transit`, `fba_us.available` ..."""
    if number < len(OUTSIDE):
        return OUTSIDE[number]
    warehouse, stock_class = divmod(number - len(OUTSIDE), len(CLASSES))
    return f"{WAREHOUSES[warehouse].warehouse_id}.{CLASSES[stock_class]}"


PLACES = len(OUTSIDE) + len(WAREHOUSES) * len(CLASSES)


@dataclass(frozen=True)
class Movements:
    """Every move of the world, one entry per day, source, destination and product; arrays of equal length."""

    day: np.ndarray
    source: np.ndarray
    destination: np.ndarray
    product: np.ndarray
    units: np.ndarray


class Places:
    """Units per place and product, and how they came there. Day -1 is what the world began with."""

    def __init__(self, *, products: int, days: int) -> None:
        self.units = np.zeros((PLACES, products), dtype=np.int64)
        self._evenings_room = np.zeros((days, len(WAREHOUSES), len(CLASSES), products), dtype=np.int32)
        self._evenings_kept = days
        self._moves: list[tuple[int, int, int, np.ndarray, np.ndarray]] = []

    @property
    def evenings(self) -> np.ndarray:
        """Units [day, warehouse, class, product] at the end of each day."""
        return self._evenings_room[: self._evenings_kept]

    def stock(self, warehouse: int, stock_class: int = AVAILABLE) -> np.ndarray:
        """Units of each product in that class now."""
        return self.units[place(warehouse, stock_class)]

    def held(self, warehouse: int) -> np.ndarray:
        """Units of each product in that warehouse that can still be sold: available or being prepared within it."""
        return self.stock(warehouse, AVAILABLE) + self.stock(warehouse, PREPARING)

    def move(self, day: int, source: int, destination: int, units: np.ndarray) -> None:
        """Move units [product] from place to place.

        Raises:
            UnableToMove: when the source holds less, or units are negative.
        """
        moving = np.flatnonzero(units)
        if not len(moving):
            return
        amounts = units[moving].astype(np.int64)
        if amounts.min() < 0 or (source != SUPPLIER and (self.units[source, moving] < amounts).any()):
            raise UnableToMove(f"day {day}: {place_name(source)} -> {place_name(destination)} moves more than there is")
        self.units[source, moving] -= amounts
        self.units[destination, moving] += amounts
        self._moves.append((day, source, destination, moving, amounts))

    def open_day(self) -> None:
        """Make room for one more evening, in blocks so that a long life does not copy every evening every day."""
        if self._evenings_kept == len(self._evenings_room):
            room = np.zeros((self._evenings_kept + 64, *self._evenings_room.shape[1:]), dtype=np.int32)
            room[: self._evenings_kept] = self._evenings_room
            self._evenings_room = room
        self._evenings_kept += 1

    def close_day(self, day: int) -> None:
        """Keep the stock of this evening."""
        self.evenings[day] = self.units[len(OUTSIDE) :].reshape(self.evenings.shape[1:])

    def movements(self) -> Movements:
        """The record of all moves so far, in the order in which they happened."""
        lengths = [len(products) for *_, products, _ in self._moves]
        days, sources, destinations = (np.repeat([move[at] for move in self._moves], lengths) for at in range(3))
        products = np.concatenate([products for *_, products, _ in self._moves])
        units = np.concatenate([units for *_, units in self._moves])
        return Movements(day=days, source=sources, destination=destinations, product=products, units=units)
