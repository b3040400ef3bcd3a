"""What customers want on one more day, by the same seasons, weekdays and promotions as in the history.

Belongs here: expectation and orders of a single day past the history. The noise of the weeks starts anew there, from
streams of chance of its own, so that history stays as it was.
"""

from __future__ import annotations

import numpy as np

from sandbox.catalog import Catalog
from sandbox.demand import WEEKDAYS, WantedLines, days_of_year, draw_orders, promoted, season_factor
from sandbox.network import SHOPS
from sandbox.parameters import Parameters
from sandbox.promotions import Promotion

_PLANNED_DAYS = 130  # days past the history for which promotions are known; later ones are plain
_FIRST_LOCAL_SECOND = 4 * 3600


class DemandAhead:
    """Draws the orders of the days after the history, one day after another."""

    def __init__(self, catalog: Catalog, promotions: tuple[Promotion, ...], *, parameters: Parameters) -> None:
        self._catalog = catalog
        self._parameters = parameters  # those of the history
        listings = catalog.listings
        growth = parameters.chance("demand").normal(0.10, 0.22, len(catalog.products))
        self._growth = growth[[listing.parts[0][0] for listing in listings]]
        self._launch = np.array([listing.launch_day for listing in listings])
        self._end = np.array([listing.end_day for listing in listings])
        self._daily = np.array([listing.daily_orders for listing in listings])
        self._country = [SHOPS[listing.shop].country for listing in listings]
        self._seasons = [listing.season for listing in listings]
        days = parameters.days + _PLANNED_DAYS
        self._ahead = tuple(found[:, parameters.days :] for found in promoted(catalog, promotions, days=days))
        self._noise = np.zeros(len(listings))
        self._orders = 0

    def promotion(self, day: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(discount, promotion's index, factor on demand) of every listing on that day."""
        offset = day - self._parameters.days
        if offset >= _PLANNED_DAYS:
            count = len(self._daily)
            return np.zeros(count), np.full(count, -1), np.ones(count)
        return self._ahead[0][:, offset], self._ahead[1][:, offset], self._ahead[2][:, offset]

    def expected(self, day: int) -> np.ndarray:
        """Expected orders of every listing. Call it once a day, in order: the weeks' noise wanders on."""
        history = self._parameters
        weekday = (day + history.first_date.weekday()) % 7
        if weekday == 0 or day == history.days:
            shock = history.chance(f"noise of day {day}").normal(0.0, 0.11, len(self._noise))
            self._noise = 0.85 * self._noise + shock
        trend = np.exp(self._growth * (day - history.days / 2) / 365)
        ramp = np.clip((day - self._launch + 5) / 45, 0.0, 1.0)
        fade = np.clip((self._end - day) / 60, 0.0, 1.0)
        week = np.array([WEEKDAYS[country][weekday] for country in self._country])
        of_year = days_of_year(history, days=day + 1)[-1:]
        factor = {season: float(season_factor(season, of_year)[0]) for season in set(self._seasons)}
        season = np.array([factor[season] for season in self._seasons])
        alive = (day >= self._launch) * ramp * fade
        orders: np.ndarray = self._daily * trend * season * week * alive * np.exp(self._noise) * self.promotion(day)[2]
        return orders

    def lines(self, day: int, *, first_order: int, opening_seconds: np.ndarray) -> WantedLines:
        """Orders of that day; none comes before its shop's `opening_seconds`, the local second at which it begins."""
        rng = self._parameters.chance(f"orders of day {day}")
        drawn = draw_orders(self._catalog, self.expected(day)[:, None], rng=rng)
        shop = np.array([listing.shop for listing in self._catalog.listings])[drawn.listing]
        least = np.maximum(opening_seconds[shop], _FIRST_LOCAL_SECOND)
        share = (drawn.second - _FIRST_LOCAL_SECOND) / (86_400 - _FIRST_LOCAL_SECOND)
        return WantedLines(
            day=drawn.day + day,
            second=(least + share * (86_400 - least)).astype(np.int64),
            listing=drawn.listing,
            units=drawn.units,
            order=drawn.order + first_order,
            is_only=drawn.is_only,
            is_bulk=drawn.is_bulk,
        )
