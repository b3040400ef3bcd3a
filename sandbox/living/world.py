"""Time after the history: a clock in seconds, mornings, and events that come in their order.

Belongs here: the clock, the queue of what is due, the course of a day. A day begins at eight in the morning UTC, which
is midnight on Amazon's and the American warehouse's clocks; what warehouses do once a day (deliveries, counts, mishaps)
happens then, everything else at its own second. What customers do: `selling.py`.
"""

from __future__ import annotations

import heapq
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from sandbox.demand import Demand, WantedLines
from sandbox.living.demand import DemandAhead
from sandbox.network import SHOPS, WAREHOUSES
from sandbox.order_lines import epoch
from sandbox.parameters import Parameters
from sandbox.world import World

MORNING_HOUR = 8
DAY = timedelta(days=1)
WAITING, SENT, CANCELLED = 1, 2, 3  # of an order line that customers got; 0 is one that they did not get


def instant(seconds: int) -> datetime:
    """The UTC moment of a world second."""
    return datetime.fromtimestamp(seconds, UTC)


class UnableToDo(ValueError):
    """The world refuses what it was told, in words."""


class Clock(World):
    """A world whose history is over and whose time passes only by `pass_time`."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        self.history = parameters
        while self.today < parameters.days:
            self.advance()
        self.ships_by_habit = False
        self.ahead = DemandAhead(self.catalog, self.promotions, parameters=parameters)
        self.step = 0  # how often time has been moved
        self.now = self.morning(self.today)
        self.stopped_at = self.now
        self._due: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._events = 0
        self._identities = 0
        self._know_history()

    def _know_history(self) -> None:
        """When each line was ordered and last changed, and what became of it."""
        wanted, history = self.wanted, self.history
        shop = np.array([item.shop for item in self.catalog.listings])[wanted.listing]
        self.line_created = np.zeros(len(wanted.day), dtype=np.int64)
        self.line_updated = np.zeros(len(wanted.day), dtype=np.int64)
        later = history.chance("orders are sent").integers(18_000, 50_000, len(wanted.day))
        for item in SHOPS:
            here = shop == item.index
            zone = item.time_zone
            self.line_created[here] = epoch(history, zone, day=wanted.day[here], second=wanted.second[here])
            self.line_updated[here] = epoch(history, zone, day=wanted.day[here] + 1, second=later[here])
        is_open = wanted.day == history.days - 1
        self.line_updated[is_open] = self.line_created[is_open]
        self.line_status = np.where(self.line_cancelled, CANCELLED, SENT).astype(np.int8)
        self.line_status[is_open] = WAITING
        self.line_status[self.line_units == 0] = 0
        self.line_oversold = np.zeros(len(wanted.day), dtype=bool)

    def morning(self, day: int) -> int:
        """The second at which that day begins."""
        on = self.parameters.date_of(day)
        return int(datetime.combine(on, time(MORNING_HOUR), UTC).timestamp())

    def identity(self, prefix: str = "") -> str:
        """An identifier that nobody else gets, the same in every equal life."""
        self._identities += 1
        text = f"{self.history.seed} {self._identities}"
        return prefix + str(uuid.UUID(bytes=sha256(text.encode()).digest()[:16], version=4))

    def at(self, seconds: int, happen: Callable[..., None], *arguments: Any) -> None:
        """Let something happen at that second, or at once if that is over."""
        self._events += 1
        heapq.heappush(self._due, (max(seconds, self.now), self._events, happen, arguments))

    def pass_time(self, seconds: int) -> None:
        """Let that many seconds pass, with all that is due in them."""
        if seconds < 0:
            raise UnableToDo(f"time does not go back by {-seconds} seconds")
        self.step += 1
        self._before_step()
        until = self.now + seconds
        while self._due and self._due[0][0] <= until:
            moment, _, happen, arguments = heapq.heappop(self._due)
            self.now = moment
            happen(*arguments)
        self.now = self.stopped_at = until

    def _before_step(self) -> None:
        """Remember what selling must compare with."""

    def begin_day(self) -> None:
        """The morning: make room for the day, let warehouses work, hear what customers will want."""
        day = self.today
        self.parameters = replace(self.history, lived_on=day - self.history.days + 1)
        self.places.open_day()
        self.seller.parameters = self.parameters
        self.seller.look_ahead(self.parameters)
        empty = np.zeros((1, *self.sold.shape[1:]))
        self.sold = np.concatenate([self.sold, empty.astype(np.int32)])
        self.had_stock = np.concatenate([self.had_stock, empty.astype(bool)])
        self._deliver_purchases(day)
        self._dispatch(day)
        self._count_arrivals(day)
        self._take_back(day)
        self._release(day)
        self._mishaps(day)
        for warehouse in range(len(WAREHOUSES)):
            self.had_stock[day, warehouse] = self.places.stock(warehouse) > 0
        self._hear_customers(day)
        self.at(self.morning(day + 1), self._end_day)

    def _end_day(self) -> None:
        self._plan(self.today)
        self.places.close_day(self.today)
        self.today += 1
        self.begin_day()

    def _hear_customers(self, day: int) -> None:
        opening = [
            instant(self.morning(day)).astimezone(ZoneInfo(shop.time_zone)).time().replace(tzinfo=None)
            for shop in SHOPS
        ]
        seconds = np.array([clock.hour * 3600 + clock.minute * 60 for clock in opening])
        first_order = int(self.wanted.order.max(initial=-1)) + 1
        lines = self.ahead.lines(day, first_order=first_order, opening_seconds=seconds)
        start = len(self.wanted.day)
        self.wanted = _both(self.wanted, lines)
        shop = np.array([item.shop for item in self.catalog.listings], dtype=np.int64)[lines.listing]
        created = np.zeros(len(lines.day), dtype=np.int64)
        for item in SHOPS:
            here = shop == item.index
            created[here] = epoch(self.parameters, item.time_zone, day=lines.day[here], second=lines.second[here])
        none = np.zeros(len(lines.day), dtype=np.int64)
        self.line_units = np.concatenate([self.line_units, none])
        self.line_cancelled = np.concatenate([self.line_cancelled, none.astype(bool)])
        self.line_oversold = np.concatenate([self.line_oversold, none.astype(bool)])
        self.line_status = np.concatenate([self.line_status, none.astype(np.int8)])
        self.line_created = np.concatenate([self.line_created, created])
        self.line_updated = np.concatenate([self.line_updated, created])
        self._line_starts = np.append(self._line_starts, len(self.wanted.day))
        discount, which, _ = self.ahead.promotion(day)
        self.demand = Demand(
            expected_orders=self.demand.expected_orders,
            discount_share=np.column_stack([self.demand.discount_share, discount]),
            promotion=np.column_stack([self.demand.promotion, which]),
        )
        rows = np.arange(start, len(self.wanted.day))
        for order in np.split(rows, np.flatnonzero(np.diff(lines.order)) + 1) if len(rows) else []:
            self.at(int(self.line_created[order[0]]), self.buy, tuple(order.tolist()))

    def buy(self, rows: tuple[int, ...]) -> None:
        """A customer comes with an order of these lines."""
        raise NotImplementedError


def _both(before: WantedLines, after: WantedLines) -> WantedLines:
    names = ("day", "second", "listing", "units", "order", "is_only", "is_bulk")
    return WantedLines(**{name: np.concatenate([getattr(before, name), getattr(after, name)]) for name in names})
