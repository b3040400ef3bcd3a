"""Customers buy what the shops show; what a shop shows is what was last pushed to it.

Belongs here: the quantity each merchant-fulfilled listing shows, orders, their sending and cancelling, and the reason
why an order was oversold. A listing that Amazon fulfils shows Amazon's own stock and is never oversold. The shop takes
what it sells off what it shows, as Shopify and Amazon do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from sandbox.living.world import CANCELLED, SENT, WAITING, Clock, UnableToDo
from sandbox.network import FBA_DE, FBA_US, SHOPS
from sandbox.parameters import Parameters
from sandbox.places import AVAILABLE, CUSTOMER, SOLD, place
from sandbox.world import CANCELLED_SHARE

FBA = (FBA_US, FBA_DE)
_DAYS_WAITED = 4  # mornings on which an oversold order is tried before it is cancelled


@dataclass(frozen=True)
class Push:
    """A quantity that was told to a shop; `free_units` is what the warehouse could have sold at that moment."""

    number: int
    at: int
    listing: int
    units: int
    free_units: int


@dataclass(frozen=True)
class Oversold:
    """A line that was sold without goods behind it, and why.

    Reasons: `never_pushed`; `pushed_too_high` (more was pushed than was free); `push_late` (the goods had gone before
    time was last moved and the shop had not been told); `no_chance` (they went while time was being moved, so that
    nobody could have told the shop).
    """

    line: int
    at: int
    listing: int
    units: int
    reason: str


class Selling(Clock):
    """A world in which shops sell."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        listings = self.catalog.listings
        self.listing_of = {(listing.shop, listing.seller_sku): listing for listing in listings}
        self.is_merchant = np.array([listing.warehouse not in FBA for listing in listings])
        self.shown = np.array([self.free_units(listing.index) for listing in listings])
        self.shown_at = np.full(len(listings), self.now)
        self.pushes: list[Push] = []
        self.last_push: dict[int, Push] = {}
        self.oversold: list[Oversold] = []
        self._chance = self.history.chance("what becomes of orders")
        self._free_before, self._shown_before = self._all_free(), self.shown.copy()
        open_rows = np.flatnonzero(self.line_status == WAITING)
        for rows in np.split(open_rows, np.flatnonzero(np.diff(self.wanted.order[open_rows])) + 1):
            if len(rows):
                self._promise(tuple(rows.tolist()))

    def free_units(self, listing: int) -> int:
        """How many of the listing its warehouse could send now."""
        item = self.catalog.listings[listing]
        stock = self.places.stock(item.warehouse)
        return int(min(stock[product] // each for product, each in item.parts))

    def _all_free(self) -> np.ndarray:
        return np.array([self.free_units(listing.index) for listing in self.catalog.listings])

    def _before_step(self) -> None:
        self._free_before, self._shown_before = self._all_free(), self.shown.copy()

    def check_push(self, *, listing: int, units: int) -> None:
        """Look before a push.

        Raises:
            UnableToDo: for a listing that Amazon fulfils, or a negative quantity.
        """
        item = self.catalog.listings[listing]
        if not self.is_merchant[listing]:
            raise UnableToDo(f"{item.seller_sku} is fulfilled by Amazon, who shows his own stock")
        if units < 0:
            raise UnableToDo(f"{item.seller_sku} cannot show {units} units")

    def push(self, *, listing: int, units: int) -> Push:
        """A shop is told what to show.

        Raises:
            UnableToDo: for a listing that Amazon fulfils, or a negative quantity.
        """
        self.check_push(listing=listing, units=units)
        push = Push(len(self.pushes) + 1, self.now, listing, units, self.free_units(listing))
        self.pushes.append(push)
        self.last_push[listing] = push
        self.shown[listing], self.shown_at[listing] = units, self.now
        return push

    def buy(self, rows: tuple[int, ...]) -> None:
        """The customer gets of each line what the shop shows."""
        got = [row for row in rows if self._buy_line(row)]
        if got:
            self._promise(tuple(got))

    def _buy_line(self, row: int) -> bool:
        listing = int(self.wanted.listing[row])
        shown = int(self.shown[listing]) if self.is_merchant[listing] else self.free_units(listing)
        units = min(int(self.wanted.units[row]), shown)
        if units <= 0:
            return False
        self.line_units[row], self.line_status[row] = units, WAITING
        if self.is_merchant[listing]:
            reason = self._why_oversold(listing)  # before this sale changes what is shown
            self.shown[listing] -= units
            if not self._reserve(row):
                self.line_oversold[row] = True
                self.oversold.append(Oversold(row, self.now, listing, units, reason))
        else:
            self._reserve(row)
        return True

    def _why_oversold(self, listing: int) -> str:
        push = self.last_push.get(listing)
        if push is not None and push.units > push.free_units:
            return "pushed_too_high"
        if self._shown_before[listing] <= self._free_before[listing]:
            return "no_chance"
        return "never_pushed" if push is None else "push_late"

    def _pieces(self, row: int) -> tuple[int, np.ndarray]:
        item = self.catalog.listings[int(self.wanted.listing[row])]
        units = np.zeros(len(self.catalog.products), dtype=np.int64)
        for product, each in item.parts:
            units[product] += each * int(self.line_units[row])
        return item.warehouse, units

    def _reserve(self, row: int) -> bool:
        warehouse, units = self._pieces(row)
        if (self.places.stock(warehouse) < units).any():
            return False
        self.places.move(self.today, place(warehouse, AVAILABLE), place(warehouse, SOLD), units)
        self.sold[min(self.today, len(self.sold) - 1), warehouse] += units.astype(np.int32)
        return True

    def _promise(self, rows: tuple[int, ...], *, tries: int = 0) -> None:
        """The order leaves, or is cancelled, in the course of the shop's next morning."""
        zone = ZoneInfo(SHOPS[self.catalog.listings[int(self.wanted.listing[rows[0]])].shop].time_zone)
        ordered = self.parameters.date_of(int(self.wanted.day[rows[0]]) + 1 + tries)
        second = int(self._chance.integers(18_000, 50_000))
        self.at(_local_second(ordered, second, zone), self._send, rows, tries)

    def _send(self, rows: tuple[int, ...], tries: int) -> None:
        if any(self.line_oversold[row] and not self._catch_up(row) for row in rows):
            if tries + 1 < _DAYS_WAITED:
                self._promise(rows, tries=tries + 1)
                return
            self._cancel(rows)
            return
        if len(rows) == 1 and self.wanted.is_only[rows[0]] and self._chance.random() < CANCELLED_SHARE:
            self._cancel(rows)
            return
        for row in rows:
            warehouse, units = self._pieces(row)
            self.places.move(self.today, place(warehouse, SOLD), CUSTOMER, units)
            self.line_status[row], self.line_updated[row] = SENT, self.now
        self._schedule_returns(self.today, np.array(rows))

    def _catch_up(self, row: int) -> bool:
        """Goods have come for a line that was sold without any."""
        if self._reserve(row):
            self.line_oversold[row] = False
            return True
        return False

    def _cancel(self, rows: tuple[int, ...]) -> None:
        for row in rows:
            warehouse, units = self._pieces(row)
            if not self.line_oversold[row]:
                self.places.move(self.today, place(warehouse, SOLD), place(warehouse, AVAILABLE), units)
            self.line_status[row], self.line_updated[row] = CANCELLED, self.now
            self.line_cancelled[row] = True


def _local_second(on: date, second: int, zone: ZoneInfo) -> int:
    return int((datetime.combine(on, time(0), zone) + timedelta(seconds=second)).timestamp())
