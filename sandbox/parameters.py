"""What a world is made from: seed, size, span of days; and its independent streams of chance.

Does not belong here: anything that the parameters lead to (products: `catalog.py`, days: `world.py`).
"""

from __future__ import annotations

import zlib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

DEFAULT_AS_OF = date(2026, 11, 2)


class UnableToMakeWorld(ValueError):
    """The parameters describe no world."""


@dataclass(frozen=True)
class Parameters:
    """Equal parameters make an equal world. The world has lived through every day before `as_of`'s morning.

    `lived_on` counts the days from that morning on, of a world that goes on (`sandbox/living/`).
    """

    seed: int = 7
    products: int = 200
    months: int = 24
    as_of: date = DEFAULT_AS_OF
    lived_on: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be made.

        Raises:
            UnableToMakeWorld: with the option and its limits.
        """
        limits = {"seed": (0, 2**32 - 1), "products": (10, 5_000), "months": (3, 60)}
        for name, (least, most) in limits.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise UnableToMakeWorld(f"--{name} is {value}: pass a whole number from {least:,} to {most:,}")
        if not date(2016, 1, 1) <= self.as_of <= date(2090, 12, 31):
            raise UnableToMakeWorld(f"--as-of is {self.as_of}: pass a date from 2016-01-01 to 2090-12-31")

    @cached_property
    def first_date(self) -> date:
        """The first day of the world: `months` before `as_of`."""
        years, month = divmod(self.as_of.year * 12 + self.as_of.month - 1 - self.months, 12)
        return date(years, month + 1, min(self.as_of.day, monthrange(years, month + 1)[1]))

    @cached_property
    def days(self) -> int:
        """Days lived; day 0 is `first_date`, the last one is the eve of `as_of`, or `lived_on` days later."""
        return (self.as_of - self.first_date).days + self.lived_on

    def date_of(self, day: int) -> date:
        """The calendar date of a day's number."""
        return self.first_date + timedelta(days=int(day))

    def day_of(self, on: date) -> int:
        """The number of a date; negative before the world began."""
        return (on - self.first_date).days

    def chance(self, purpose: str) -> np.random.Generator:
        """A stream of its own per purpose, so that one more draw for one thing does not shift the others."""
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode())])
