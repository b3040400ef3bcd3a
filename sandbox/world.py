"""One day after another: goods arrive, orders leave, things return, customers buy what is there, the seller plans.

Belongs here: the order of a day and what happens in it. The world knows its own truth (`places`, `lines`,
`shipments`, `purchase_orders`) and no file format.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from sandbox.catalog import Catalog, build_catalog
from sandbox.demand import draw_lines, expect_demand
from sandbox.network import DE_3PL, DOMESTIC, FBA_DE, FBA_US, LANES, US_3PL, WAREHOUSES
from sandbox.parameters import Parameters
from sandbox.places import (
    AVAILABLE,
    CUSTOMER,
    DISPOSED,
    IN_TRANSIT,
    LOST,
    PREPARING,
    RESEARCHING,
    SOLD,
    SUPPLIER,
    UNFULFILLABLE,
    Places,
    place,
)
from sandbox.promotions import plan_promotions
from sandbox.seller import PurchaseOrder, Seller
from sandbox.shipments import Shipment, dispatch, waybill_of

_SELLING = (FBA_US, FBA_DE, US_3PL, DE_3PL)
CANCELLED_SHARE = 0.022
# Shipments that are certain to be held, so that the sample always shows delayed ones on its as-of day: the first of
# that lane to leave at least so many days before it, and for how long.
_SCRIPTED_HOLDS = {0: (46, 24), 5: (40, 20)}


@dataclass(frozen=True)
class Return:
    """Units of one product that came back from the order of a line."""

    line: int
    product: int
    units: int
    day: int
    is_good: bool


class World:
    """A seller's world from its first day on. `advance` lives one more day."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.catalog: Catalog = build_catalog(parameters)
        self.promotions = plan_promotions(self.catalog, parameters=parameters)
        self.demand = expect_demand(self.catalog, self.promotions, parameters=parameters)
        self.wanted = draw_lines(self.catalog, self.demand, parameters=parameters)
        self.seller = Seller(self.catalog, parameters=parameters)
        products, days = len(self.catalog.products), parameters.days
        self.places = Places(products=products, days=days)
        self.today = 0
        self.ships_by_habit = True  # off where somebody else decides what travels
        self.line_units = np.zeros(len(self.wanted.day), dtype=np.int64)  # what customers got of what they wanted
        self.line_cancelled = np.zeros(len(self.wanted.day), dtype=bool)
        self.returns: list[Return] = []
        self.shipments: list[Shipment] = []
        self.purchase_orders: list[PurchaseOrder] = []
        self.sold = np.zeros((days, len(WAREHOUSES), products), dtype=np.int32)
        self.had_stock = np.zeros((days, len(WAREHOUSES), products), dtype=bool)
        self._rng = parameters.chance("world")
        self._line_starts = np.searchsorted(self.wanted.day, np.arange(days + 1))
        self._returning: dict[int, list[Return]] = defaultdict(list)
        self._leaving: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
        self._scripted = dict(_SCRIPTED_HOLDS)
        self._open_shipments: list[Shipment] = []
        opening = self.seller.opening_stock()
        for warehouse in WAREHOUSES:
            self.places.move(-1, SUPPLIER, place(warehouse.index, AVAILABLE), opening[warehouse.index])

    def _none(self) -> np.ndarray:
        return np.zeros(len(self.catalog.products), dtype=np.int64)

    def advance(self) -> None:
        """Live the day `today`, then it is the next one."""
        day = self.today
        self._deliver_purchases(day)
        self._dispatch(day)
        self._count_arrivals(day)
        self._send_orders(day)
        self._take_back(day)
        self._release(day)
        self._mishaps(day)
        self._sell(day)
        self._plan(day)
        self.places.close_day(day)
        self.today = day + 1

    def _deliver_purchases(self, day: int) -> None:
        arriving = self._none()
        for order in self.purchase_orders:
            if order.open_units:
                units = sum(units for due, units in order.deliveries if due == day)
                order.received_units += units
                arriving[order.product] += units
        self.places.move(day, SUPPLIER, place(DOMESTIC, AVAILABLE), arriving)

    def _dispatch(self, day: int) -> None:
        for shipment in self._open_shipments:
            if shipment.ship_day == day:
                before_as_of, hold_days = self._scripted.get(shipment.lane.index, (-1, 0))
                is_scripted = before_as_of >= 0 and self.parameters.days - day <= before_as_of
                if is_scripted:
                    del self._scripted[shipment.lane.index]
                dispatch(shipment, rng=self._rng, forced_hold_days=hold_days if is_scripted else 0)
                self.places.move(day, place(shipment.lane.origin, PREPARING), IN_TRANSIT, shipment.units)

    def _count_arrivals(self, day: int) -> None:
        for shipment in self._open_shipments:
            for count in shipment.counts:
                if count.day == day:
                    to = shipment.lane.destination
                    self.places.move(day, IN_TRANSIT, place(to, AVAILABLE), count.good)
                    self.places.move(day, IN_TRANSIT, place(to, UNFULFILLABLE), count.damaged)
                    self.places.move(day, IN_TRANSIT, LOST, count.missing)
                    shipment.received += count.good + count.damaged
                    shipment.is_finished = count is shipment.counts[-1]
        self._open_shipments = [shipment for shipment in self._open_shipments if not shipment.is_finished]

    def _send_orders(self, day: int) -> None:
        """Yesterday's orders leave, but for those that were cancelled overnight; some will come back."""
        if day == 0:
            return
        lines = np.arange(self._line_starts[day - 1], self._line_starts[day])
        lines = lines[self.line_units[lines] > 0]
        may_cancel = self.wanted.is_only[lines] & (self._rng.random(len(lines)) < CANCELLED_SHARE)
        self.line_cancelled[lines] = may_cancel
        back = np.zeros((len(WAREHOUSES), len(self.catalog.products)), dtype=np.int64)
        for line in lines[may_cancel]:
            listing = self.catalog.listings[self.wanted.listing[line]]
            for product, units in listing.parts:
                back[listing.warehouse, product] += units * self.line_units[line]
        for warehouse in _SELLING:
            sold = place(warehouse, SOLD)
            self.places.move(day, sold, place(warehouse, AVAILABLE), back[warehouse])
            self.places.move(day, sold, CUSTOMER, self.places.units[sold].copy())
        self._schedule_returns(day, lines[~may_cancel])

    def _schedule_returns(self, day: int, lines: np.ndarray) -> None:
        chance, delay, condition = self._rng.random(len(lines)), self._rng.gamma(4.0, 4.0, len(lines)), self._rng
        for line, luck, wait in zip(lines.tolist(), chance.tolist(), delay.tolist(), strict=True):
            listing = self.catalog.listings[self.wanted.listing[line]]
            share = self.catalog.products[listing.parts[0][0]].return_share
            if luck >= share:
                continue
            bought = int(self.line_units[line])
            kept = 0 if bought < 3 else int(condition.integers(0, bought))
            due = day + 5 + round(wait)
            is_good = bool(condition.random() < 0.62)
            for product, units in listing.parts:
                self._returning[due].append(Return(line, product, units * (bought - kept), due, is_good))

    def _take_back(self, day: int) -> None:
        found = self._returning.pop(day, [])
        for is_good, stock_class in ((True, AVAILABLE), (False, UNFULFILLABLE)):
            units = np.zeros((len(WAREHOUSES), len(self.catalog.products)), dtype=np.int64)
            for item in found:
                if item.is_good == is_good:
                    units[self.catalog.listings[self.wanted.listing[item.line]].warehouse, item.product] += item.units
            for warehouse in _SELLING:
                self.places.move(day, CUSTOMER, place(warehouse, stock_class), units[warehouse])
        self.returns += found

    def _release(self, day: int) -> None:
        """What was set aside earlier goes where its story ends today."""
        for source, destination, product, units in self._leaving.pop(day, []):
            moving = self._none()
            moving[product] = units
            self.places.move(day, source, destination, moving)

    def _mishaps(self, day: int) -> None:
        """FBA moves stock between its centers and mislays some; everywhere something breaks; scrap goes monthly."""
        for warehouse in range(len(WAREHOUSES)):
            stock = self.places.stock(warehouse)
            is_fba = warehouse in (FBA_US, FBA_DE)
            luck = self._rng.random((3, len(stock)))
            size = self._rng.integers(1, 7, len(stock))
            if is_fba:
                transfer = np.where((luck[0] < 0.012) & (stock > 25), (stock * luck[0] * 15).astype(np.int64), 0)
                self._set_aside(day, warehouse, PREPARING, transfer, days=(2, 8), lost_share=0.0)
                mislaid = np.where((luck[1] < 0.0018) & (stock > 12), size, 0)
                self._set_aside(day, warehouse, RESEARCHING, mislaid, days=(12, 35), lost_share=0.35)
            broken = np.where((luck[2] < 0.0009) & (stock > 12), np.minimum(size, 3), 0)
            self.places.move(day, place(warehouse, AVAILABLE), place(warehouse, UNFULFILLABLE), broken)
            if self.parameters.date_of(day).day == 15:
                scrap = self.places.stock(warehouse, UNFULFILLABLE) * 4 // 5
                self.places.move(day, place(warehouse, UNFULFILLABLE), DISPOSED, scrap)

    def _set_aside(
        self, day: int, warehouse: int, stock_class: int, units: np.ndarray, *, days: tuple[int, int], lost_share: float
    ) -> None:
        aside, back = place(warehouse, stock_class), place(warehouse, AVAILABLE)
        self.places.move(day, back, aside, units)
        for product in np.flatnonzero(units).tolist():
            due = day + int(self._rng.integers(*days))
            destination = LOST if self._rng.random() < lost_share else back
            self._leaving[due].append((aside, destination, product, int(units[product])))

    def _sell(self, day: int) -> None:
        """Customers come one after another and buy what the shop shows: no stock, no sale."""
        available = {warehouse: self.places.stock(warehouse).tolist() for warehouse in _SELLING}
        for warehouse in _SELLING:
            self.had_stock[day, warehouse] = self.places.stock(warehouse) > 0
        taken = np.zeros((len(WAREHOUSES), len(self.catalog.products)), dtype=np.int64)
        start, end = int(self._line_starts[day]), int(self._line_starts[day + 1])
        listings, wanted = self.wanted.listing[start:end].tolist(), self.wanted.units[start:end].tolist()
        for line, (number, units) in enumerate(zip(listings, wanted, strict=True), start=start):
            listing = self.catalog.listings[number]
            stock = available[listing.warehouse]
            got = min(units, *(stock[product] // each for product, each in listing.parts))
            if got > 0:
                self.line_units[line] = got
                for product, each in listing.parts:
                    stock[product] -= got * each
                    taken[listing.warehouse, product] += got * each
        for warehouse in _SELLING:
            self.places.move(day, place(warehouse, AVAILABLE), place(warehouse, SOLD), taken[warehouse])
        self.sold[day] = taken

    def _plan(self, day: int) -> None:
        """The seller's evening: purchases on Mondays, lanes on their weekdays."""
        seller, places = self.seller, self.places
        if (day + self.parameters.first_date.weekday()) % 7 > 4:
            return
        seller.look_back(day + 1, sold=self.sold, had_stock=self.had_stock)
        held = np.stack([places.held(warehouse.index) for warehouse in WAREHOUSES])
        coming, soon = np.zeros_like(held), np.zeros_like(held)
        for shipment in self._open_shipments:
            units = shipment.outstanding if shipment.is_dispatched else shipment.units
            coming[shipment.lane.destination] += units
            expected = shipment.expected_day if shipment.is_dispatched else shipment.ship_day + 30
            soon[shipment.lane.destination] += units * (expected <= day + 12)
            if not shipment.is_dispatched:
                held[shipment.lane.origin] -= units
        ordered = self._none()
        for order in self.purchase_orders:
            ordered[order.product] += order.open_units
        position = held.sum(axis=0) + coming.sum(axis=0) + ordered
        self.purchase_orders += seller.purchases(day, position=position, number=len(self.purchase_orders))
        if not self.ships_by_habit:
            return
        for wish in seller.wishes(day, held=held, coming=coming, coming_soon=soon):
            lane = LANES[wish.lane]
            units = np.minimum(wish.units, places.stock(lane.origin))
            if lane.capacity_units is not None and units.sum() > lane.capacity_units:
                units = units * lane.capacity_units // units.sum()
            if units.sum():
                self._prepare(day, wish.lane, units)

    def _prepare(self, day: int, lane_number: int, units: np.ndarray) -> None:
        lane = LANES[lane_number]
        number = len(self.shipments) + 1
        ship_day = day + int(self._rng.integers(2, 6))
        shipment = Shipment(number, lane, day, ship_day, units.astype(np.int64), waybill_of(lane, number))
        self.places.move(day, place(lane.origin, AVAILABLE), place(lane.origin, PREPARING), shipment.units)
        self.shipments.append(shipment)
        self._open_shipments.append(shipment)


def live(parameters: Parameters) -> World:
    """A world that has lived through every day before the parameters' as-of."""
    world = World(parameters)
    while world.today < parameters.days:
        world.advance()
    return world
