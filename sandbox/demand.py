"""What customers want, before anybody asks whether it is there.

Belongs here: the expected orders of each listing and day (trend, seasons, weekdays, promotions with the dip after
them, launches and endings, noise) and the orders drawn from them. What they get is decided in `world.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.catalog import Catalog
from sandbox.network import SHOPS
from sandbox.parameters import Parameters
from sandbox.promotions import Promotion

# Demand of the year's twelve months against its mean, read off for the middle of each month and interpolated.
SEASONS = {
    "flat": (0.97, 0.97, 0.98, 0.98, 0.99, 1.0, 1.0, 1.0, 1.0, 1.02, 1.05, 1.04),
    "gift": (0.78, 0.84, 0.84, 0.86, 0.92, 0.88, 0.86, 0.88, 0.94, 1.05, 1.45, 1.70),
    "summer": (0.55, 0.62, 0.85, 1.12, 1.42, 1.62, 1.55, 1.30, 0.92, 0.72, 0.68, 0.65),
    "winter": (1.22, 1.08, 0.92, 0.80, 0.72, 0.70, 0.72, 0.80, 1.0, 1.22, 1.44, 1.38),
    "spring": (0.68, 0.95, 1.42, 1.60, 1.45, 1.10, 0.88, 0.80, 0.86, 0.80, 0.74, 0.72),
    "newyear": (1.62, 1.28, 1.06, 0.96, 0.92, 0.86, 0.84, 0.86, 0.94, 0.90, 0.92, 0.84),
    "backtoschool": (0.92, 0.88, 0.86, 0.86, 0.90, 0.98, 1.20, 1.42, 1.18, 0.92, 1.04, 0.84),
}
_MONTH_MIDDLES = (np.arange(12) + 0.5) * 365.25 / 12
# Monday to Sunday; Germans shop on Sunday evenings, when their stores are closed.
WEEKDAYS = {"US": (1.10, 1.05, 1.02, 0.98, 0.90, 0.93, 1.02), "DE": (1.04, 0.98, 0.97, 0.96, 0.90, 0.93, 1.22)}
_DIP_DAYS = 10
_DIP = 0.74  # those who bought in the promotion do not buy in the days after it
_BULK_SHARE = 0.0008
_BASKET_SHARE = 0.09  # orders with a second line


@dataclass(frozen=True)
class Demand:
    """Expected orders and prices, each an array [listing, day]."""

    expected_orders: np.ndarray
    discount_share: np.ndarray
    promotion: np.ndarray  # index into the calendar, -1 where there is none


@dataclass(frozen=True)
class WantedLines:
    """Lines that customers would order, in the order in which they come; arrays of one entry a line.

    `second` is the local second of the day; lines of one `order` share shop, second and day. `is_only` marks lines
    of orders with one line.
    """

    day: np.ndarray
    second: np.ndarray
    listing: np.ndarray
    units: np.ndarray
    order: np.ndarray
    is_only: np.ndarray
    is_bulk: np.ndarray


def season_factor(season: str, day_of_year: np.ndarray) -> np.ndarray:
    """Demand of the days of the year against the year's mean."""
    return np.interp(day_of_year, _MONTH_MIDDLES, SEASONS[season], period=365.25)


def days_of_year(parameters: Parameters, *, days: int) -> np.ndarray:
    """Day of the year (from 0) of the world's first `days` days."""
    start = np.datetime64(parameters.first_date, "D") + np.arange(days)
    return (start - start.astype("datetime64[Y]")).astype(np.int64)


def expect_demand(catalog: Catalog, promotions: tuple[Promotion, ...], *, parameters: Parameters) -> Demand:
    """Expected orders a day of every listing over the whole span."""
    rng = parameters.chance("demand")
    listings, days = len(catalog.listings), parameters.days
    day = np.arange(days)
    of_year = days_of_year(parameters, days=days)
    weekday = (day + parameters.first_date.weekday()) % 7
    growth = rng.normal(0.10, 0.22, len(catalog.products))  # a year, per product
    expected = np.empty((listings, days))
    for listing in catalog.listings:
        trend = np.exp(growth[listing.parts[0][0]] * (day - days / 2) / 365)
        ramp = np.clip((day - listing.launch_day + 5) / 45, 0.0, 1.0)
        fade = np.clip((listing.end_day - day) / 60, 0.0, 1.0) * (day < listing.end_day)
        week = np.array(WEEKDAYS[SHOPS[listing.shop].country])[weekday]
        season = season_factor(listing.season, of_year)
        alive = (day >= listing.launch_day) * ramp * fade
        expected[listing.index] = listing.daily_orders * trend * season * week * alive
    expected *= _weekly_noise(rng, listings, days)
    discount, which, uplift = promoted(catalog, promotions, days=days)
    return Demand(expected_orders=expected * uplift, discount_share=discount, promotion=which)


def _weekly_noise(rng: np.random.Generator, listings: int, days: int) -> np.ndarray:
    """A slowly wandering factor around one per listing: rankings, reviews, competitors."""
    weeks = days // 7 + 1
    shocks = rng.normal(0.0, 0.11, (listings, weeks))
    state = np.zeros((listings, weeks))
    state[:, 0] = shocks[:, 0] * 1.5
    for week in range(1, weeks):
        state[:, week] = 0.85 * state[:, week - 1] + shocks[:, week]
    return np.exp(np.repeat(state, 7, axis=1)[:, :days])


def promoted(
    catalog: Catalog, promotions: tuple[Promotion, ...], *, days: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(discount, promotion's index, factor on demand) per listing and day; the deeper discount wins."""
    shape = (len(catalog.listings), days)
    discount, which, factor = np.zeros(shape), np.full(shape, -1), np.ones(shape)
    # Packs and bundles have prices of their own and take part only in what is for the whole shop.
    lone = np.array([item.parts[0][0] if item.parts[0][1] == len(item.parts) == 1 else -1 for item in catalog.listings])
    shop_of = np.array([listing.shop for listing in catalog.listings])
    for number, promotion in enumerate(promotions):
        members = shop_of == promotion.shop
        if promotion.products:
            members &= np.isin(lone, promotion.products)
        rows = np.flatnonzero(members)[:, None]
        span = np.arange(promotion.start_day, min(promotion.end_day + 1, days))
        after = np.arange(promotion.end_day + 1, min(promotion.end_day + 1 + _DIP_DAYS, days))
        factor[rows, after] = np.minimum(factor[rows, after], _DIP)
        better = discount[rows, span] < promotion.discount_share
        factor[rows, span] = np.where(better, promotion.uplift, factor[rows, span])
        which[rows, span] = np.where(better, number, which[rows, span])
        discount[rows, span] = np.maximum(discount[rows, span], promotion.discount_share)
    return discount, which, factor


def draw_lines(catalog: Catalog, demand: Demand, *, parameters: Parameters) -> WantedLines:
    """Orders drawn from the expectation: overdispersed counts, mostly one unit, now and then a bulk order."""
    return draw_orders(catalog, demand.expected_orders, rng=parameters.chance("orders"))


def draw_orders(catalog: Catalog, expected_orders: np.ndarray, *, rng: np.random.Generator) -> WantedLines:
    """Orders drawn from an expectation [listing, day]; days and orders are numbered from 0."""
    shape = expected_orders.shape
    count = rng.poisson(expected_orders * rng.gamma(6.0, 1 / 6.0, shape))
    listing, day = (np.repeat(axis, count.ravel()) for axis in np.indices(shape).reshape(2, -1))
    total = len(day)
    units = rng.choice([1, 2, 3, 4, 6], size=total, p=[0.875, 0.085, 0.022, 0.012, 0.006])
    is_bulk = rng.random(total) < _BULK_SHARE
    units = np.where(is_bulk, rng.integers(12, 61, total), units)
    # Few buy before breakfast, most in the evening; nobody between midnight and four, where clocks change.
    second = (4 * 3600 + (72_000 - 1) * rng.beta(2.4, 1.7, total)).astype(np.int64)
    shop = np.array([item.shop for item in catalog.listings])[listing]
    warehouse = np.array([item.warehouse for item in catalog.listings])[listing]
    baskets = np.lexsort((rng.random(total), warehouse, shop, day))
    order, is_only, shared_second = _fill_baskets(rng, baskets, day, shop, warehouse, listing, second)
    arrival = np.lexsort((listing, order, shared_second, day))
    return WantedLines(
        day=day[arrival],
        second=shared_second[arrival],
        listing=listing[arrival],
        units=units[arrival],
        order=order[arrival],
        is_only=is_only[arrival],
        is_bulk=is_bulk[arrival],
    )


def _fill_baskets(
    rng: np.random.Generator,
    baskets: np.ndarray,
    day: np.ndarray,
    shop: np.ndarray,
    warehouse: np.ndarray,
    listing: np.ndarray,
    second: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(order, is its only line, second) per line: some neighbours in `baskets` become one order of two lines."""
    before, after = baskets[:-1], baskets[1:]
    joins = np.zeros(len(baskets), dtype=bool)
    joins[1:] = (
        (day[before] == day[after])
        & (shop[before] == shop[after])
        & (warehouse[before] == warehouse[after])
        & (listing[before] != listing[after])
        & (rng.random(len(after)) < _BASKET_SHARE)
    )
    joins[1:] &= ~joins[:-1]  # at most two lines; of three neighbours that would join, two do
    in_sequence = np.cumsum(~joins) - 1
    firsts = baskets[~joins]
    order = np.empty(len(baskets), dtype=np.int64)
    order[baskets] = in_sequence
    lines_of = np.bincount(in_sequence)
    return order, lines_of[order] == 1, second[firsts][order]


def planned_orders(catalog: Catalog) -> np.ndarray:
    """The seller's own idea of mean orders a day per listing, before there is any history: right but rounded."""
    return np.array([round(listing.daily_orders, 1) or 0.1 for listing in catalog.listings])
