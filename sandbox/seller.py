"""The seller's habits: what he buys and sends, week by week, from a spreadsheet and with a person's lapses.

Belongs here: his idea of demand, his targets, what he forgets. He knows only what a seller knows: what was sold, what
is where, what is on the way, his own plan for newcomers; never what customers will want. It is on purpose not a good
planner: the sample should leave something to improve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.catalog import Catalog
from sandbox.demand import days_of_year, planned_orders, season_factor
from sandbox.network import CHINESE_NEW_YEARS, DE_3PL, DOMESTIC, FBA_DE, FBA_US, LANES, US_3PL, WAREHOUSES
from sandbox.parameters import Parameters

_HORIZON = 240  # days ahead for which the season is looked up
_WINDOW = 42  # days of sales he looks back on


@dataclass
class PurchaseOrder:
    """One line bought from a supplier for the domestic warehouse; deliveries are (day, units), in order."""

    purchase_order_id: str
    product: int
    ordered_units: int
    ordered_day: int
    promised_day: int
    deliveries: tuple[tuple[int, int], ...]
    received_units: int = 0

    @property
    def open_units(self) -> int:
        """Units not yet delivered."""
        return self.ordered_units - self.received_units


@dataclass(frozen=True)
class Wish:
    """What a lane should carry: units [product], whole cartons where there is enough."""

    lane: int
    units: np.ndarray


class Seller:
    """Estimates demand and turns it into purchases and shipments."""

    def __init__(self, catalog: Catalog, *, parameters: Parameters) -> None:
        self.rng = parameters.chance("seller")
        self.products = len(catalog.products)
        self.parameters = parameters
        self.carton = np.array([product.carton_units for product in catalog.products])
        self.moq = np.array([product.moq_units for product in catalog.products])
        self.lead = np.array([product.purchase_lead_time_days for product in catalog.products])
        self.weight = np.array([product.weight_kg for product in catalog.products])
        self.may_fly = np.array([not product.is_hazmat for product in catalog.products])
        self.launch = np.array([product.launch_day for product in catalog.products])
        self.end = np.array([product.end_day for product in catalog.products])
        self.planned = np.zeros((len(WAREHOUSES), self.products))
        for listing, orders in zip(catalog.listings, planned_orders(catalog), strict=True):
            for product, units in listing.parts:
                self.planned[listing.warehouse, product] += orders * units * 1.2
        # What he planned for is also what he believes until there are six weeks of sales.
        self.believed = self.planned.copy()
        self._seasons = [product.season for product in catalog.products]
        self.look_ahead(parameters)

    def look_ahead(self, parameters: Parameters) -> None:
        """Look the season up for the days to come, counted from the parameters' last one."""
        of_year = days_of_year(parameters, days=parameters.days + _HORIZON)
        self.season = np.stack([season_factor(season, of_year) for season in self._seasons])

    def look_back(self, day: int, *, sold: np.ndarray, had_stock: np.ndarray) -> None:
        """Renew his idea of daily demand [warehouse, product] from arrays [day, warehouse, product] before `day`."""
        start = max(0, day - _WINDOW)
        if day - start < 14:
            return
        stocked_days = had_stock[start:day].sum(axis=0)
        units = sold[start:day].sum(axis=0)
        rate = units / np.maximum(stocked_days, 1)
        known = (stocked_days >= 14) & (day > self.launch + _WINDOW)
        self.believed = np.where(known, rate * self.rng.lognormal(0.0, 0.10, rate.shape), self.believed)

    def rate(self, day: int, *, ahead: int, lead_in: int) -> np.ndarray:
        """Expected units a day [warehouse, product] around `ahead` days from now, zero before launch and near the end.

        He has learned that the season matters and still underrates it (power 0.75).
        """
        past = self.season[:, max(0, day - _WINDOW) : day + 1].mean(axis=1)
        future = self.season[:, day : day + ahead + 14].mean(axis=1)
        alive = (day >= self.launch - lead_in) & (day < self.end - 60)
        return self.believed * ((future / past) ** 0.75) * alive

    def _cartons(self, units: np.ndarray, *, at_least_one: np.ndarray | bool = False) -> np.ndarray:
        """Whole cartons, from half a carton on; where `at_least_one`, from the first unit on."""
        full = np.maximum(units, 0) / self.carton
        cartons = np.where(at_least_one & (full > 0), np.maximum(np.floor(full + 0.5), 1), np.floor(full + 0.5))
        return (cartons * self.carton).astype(np.int64)

    def _remembered(self, share: float) -> np.ndarray:
        """Products he did not overlook this week."""
        return self.rng.random(self.products) < share

    def wishes(
        self,
        day: int,
        *,
        held: np.ndarray,
        coming: np.ndarray,
        coming_soon: np.ndarray,
    ) -> list[Wish]:
        """What he wants on the lanes today, each an array [warehouse, product].

        Args:
            day: today.
            held: sellable units in the warehouses.
            coming: units on the way or being prepared, to each warehouse.
            coming_soon: of those, what he expects within twelve days.
        """
        weekday = (day + self.parameters.first_date.weekday()) % 7
        found: list[Wish] = []
        routine = {1: ((0, FBA_US),), 2: ((5, FBA_DE),), 3: ((3, US_3PL), (7, DE_3PL))}
        for lane, to in routine.get(weekday, ()):
            lead = int(LANES[lane].lead_time_days)
            rate = self.rate(day, ahead=lead, lead_in=75)[to]
            position = held[to] + coming[to]
            low = position < rate * (lead + 12)
            units = self._cartons(rate * (lead + 7 + 32) - position, at_least_one=low)
            found.append(Wish(lane, units * self._remembered(0.86)))
        if weekday == 4:
            found += self._rescues(day, held=held, coming_soon=coming_soon)
        return found

    def _rescues(self, day: int, *, held: np.ndarray, coming_soon: np.ndarray) -> list[Wish]:
        """By air, express or from the nearby warehouse, for what would run dry; he sees about half of it in time."""
        rate = self.rate(day, ahead=10, lead_in=0)
        moving = rate > 0.12
        cover = (held + coming_soon) / np.maximum(rate, 0.01)
        spare = held[US_3PL] - rate[US_3PL] * 40
        by_truck = moving[FBA_US] & (cover[FBA_US] < 14) & (spare > self.carton) & self._remembered(0.8)
        by_express = moving[FBA_US] & (cover[FBA_US] < 4) & (self.weight < 0.6) & ~by_truck & self._remembered(0.45)
        by_air = moving[FBA_US] & (cover[FBA_US] < 12) & ~by_truck & ~by_express & self._remembered(0.5)
        by_air_de = moving[FBA_DE] & (cover[FBA_DE] < 11) & self._remembered(0.5)
        return [
            Wish(4, np.minimum(self._cartons(rate[FBA_US] * 21), self._cartons(spare)) * by_truck),
            Wish(2, self._cartons(rate[FBA_US] * 14) * by_express * self.may_fly),
            Wish(1, self._cartons(rate[FBA_US] * 24) * by_air * self.may_fly),
            Wish(6, self._cartons(rate[FBA_DE] * 24) * by_air_de * self.may_fly),
        ]

    def purchases(self, day: int, *, position: np.ndarray, number: int) -> list[PurchaseOrder]:
        """Mondays: what to buy, given the units [product] he owns or has ordered anywhere."""
        weekday = (day + self.parameters.first_date.weekday()) % 7
        if weekday != 0:
            return []
        rate = self.rate(day, ahead=75, lead_in=115).sum(axis=0)
        alive = day < self.end - 120
        short = rate * (self.lead + 7 + 95) - position
        wanted = (short > self.moq * 0.25) & alive & self._remembered(0.85)
        units = np.maximum(np.ceil(short / self.carton) * self.carton, self.moq).astype(np.int64)
        return [
            self._buy(day, product=int(product), units=int(units[product]), number=number + offset)
            for offset, product in enumerate(np.flatnonzero(wanted))
        ]

    def _buy(self, day: int, *, product: int, units: int, number: int) -> PurchaseOrder:
        promised = day + int(self.lead[product])
        arrival = promised + round(float(self.rng.gamma(1.6, 2.0))) - 2
        on = self.parameters.date_of(day)
        if any(day <= self.parameters.day_of(feast) <= arrival + 10 for feast in CHINESE_NEW_YEARS):
            arrival += int(self.rng.integers(14, 22))
        deliveries = [(arrival, units)]
        if self.rng.random() < 0.25:
            first = int(units * self.rng.uniform(0.4, 0.7))
            deliveries = [(arrival, first), (arrival + int(self.rng.integers(5, 15)), units - first)]
        order_id = f"PO{on:%y%m%d}-{number % 1000:03d}"
        return PurchaseOrder(order_id, product, units, day, promised, tuple(deliveries))

    def opening_stock(self) -> np.ndarray:
        """What stands in the warehouses when the world begins [warehouse, product]."""
        old = self.launch < 0
        days_of_cover = self.rng.uniform(35, 75, self.planned.shape)
        units = self._cartons(self.planned * days_of_cover * old)
        total = self.planned.sum(axis=0)
        units[DOMESTIC] = self._cartons(total * self.rng.uniform(40, 80, self.products) * old)
        return units
