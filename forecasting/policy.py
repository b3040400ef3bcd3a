"""What stock-outs and stock may cost: the planner's policy, and what follows from it for each product.

Belongs here: the keys of a policy and their meaning. Does not: reading files (`planning_files.py`), using costs
(`safety_stock.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.calendars import FREQUENCIES, PERIOD_DAYS, Freq
from forecasting.safety_stock import Economics

Floats = npt.NDArray[np.float64]

DEFAULT_SERVICE_LEVEL = 0.95
"""For products without cost or price where the policy is a holding rate and names no level."""

DAYS_PER_YEAR = 365.25


class UnableToReadPolicy(ValueError):
    """A policy that cannot be followed; `problems` has one line each: key, what is wrong, what to pass."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


@dataclass(frozen=True)
class Policy:
    """One of three: a service level; flat costs; a holding rate with the margins of the products.

    Attributes:
        service_level: wanted probability that no sale is lost from one arrival to the next, 0-1.
        holding_cost_per_unit_week: flat, with shortage_cost_per_unit.
        shortage_cost_per_unit: flat, per lost unit.
        holding_rate_per_year: share of the unit cost per year; a lost unit costs list price less unit cost.
        review_days: days from one round of planning to the next.
        freq: periods of the forecast.
    """

    service_level: float | None = None
    holding_cost_per_unit_week: float | None = None
    shortage_cost_per_unit: float | None = None
    holding_rate_per_year: float | None = None
    review_days: int = 7
    freq: Freq = "D"

    def __post_init__(self) -> None:
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        costs = {name for name, value in given.items() if value is not None}
        problems = _kind_problems(costs) + _value_problems(given)
        if problems:
            raise UnableToReadPolicy(problems)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object]) -> Policy:
        """A policy from the keys of a TOML table.

        Raises:
            UnableToReadPolicy: unknown keys, wrong types, none or more than one of the three kinds.
        """
        known = {field.name for field in fields(cls)}
        problems = [
            f"{key}: no key of a policy, pass one of {', '.join(sorted(known))}" for key in mapping if key not in known
        ]
        values: dict[str, object] = {}
        for key in known & set(mapping):
            value = mapping[key]
            if key == "freq":
                if value in tuple(FREQUENCIES):
                    values[key] = value
                else:
                    problems.append(f"freq: {value!r} is none of {', '.join(FREQUENCIES)}")
            elif isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                problems.append(f"{key}: {value!r} is not a number")
            elif key == "review_days" and value != int(value):
                problems.append(f"review_days: {value!r} is not a whole number of days")
            else:
                values[key] = int(value) if key == "review_days" else value
        problems = sorted(problems) + _kind_problems(set(mapping)) + _value_problems(values)
        if problems:
            raise UnableToReadPolicy(problems)
        return cls(**values)  # type: ignore[arg-type]  # every value was checked above

    def economics(self, *, unit_cost: Floats, unit_price: Floats, freight: Floats) -> Economics:
        """Costs of each row, in the currency of the given prices.

        A lost sale costs its margin less the freight that it would have paid. Rows whose cost or price is unknown
        (NaN), or whose margin does not pay the freight under a service level, follow the service level.

        Args:
            unit_cost: per row; NaN where unknown.
            unit_price: per row; NaN where unknown.
            freight: per unit of each row's lane.
        """
        margin = unit_price - unit_cost
        weeks = PERIOD_DAYS[self.freq] / 7.0
        if self.shortage_cost_per_unit is not None and self.holding_cost_per_unit_week is not None:
            flat = np.full(len(freight), self.shortage_cost_per_unit)
            return Economics(
                shortage=np.maximum(flat - freight, 0.0),
                holding=np.full(len(freight), self.holding_cost_per_unit_week * weeks),
                per_unit=np.zeros(len(freight)),
            )
        level = np.full(len(freight), self.service_level if self.service_level is not None else DEFAULT_SERVICE_LEVEL)
        value = np.where(np.isfinite(margin) & (margin > 0), margin, _typical(margin))
        by_level = Economics.of_service_level(level, value=value)
        if self.holding_rate_per_year is None:
            return by_level
        is_known = np.isfinite(margin) & (margin > 0)
        rate = self.holding_rate_per_year * PERIOD_DAYS[self.freq] / DAYS_PER_YEAR
        return Economics(
            shortage=np.where(is_known, np.maximum(margin - freight, 0.0), by_level.shortage),
            holding=np.where(is_known, np.where(is_known, unit_cost, 0.0) * rate, 0.0),
            per_unit=np.where(is_known, 0.0, by_level.per_unit),
        )

    def lost_sale_values(self, *, unit_cost: Floats, unit_price: Floats) -> Floats:
        """Money lost with a unit, NaN where neither the policy nor the product says it; shape (rows,)."""
        if self.shortage_cost_per_unit is not None:
            return np.full(len(unit_cost), self.shortage_cost_per_unit)
        margin = unit_price - unit_cost
        return np.where(margin > 0, margin, np.nan)

    def protection_level(self, *, unit_cost: Floats, unit_price: Floats, freight: Floats) -> Floats:
        """Probability, per row, that what an origin keeps for its own sales suffices until its next arrival.

        The service level, or p / (p + h x review): what the same costs would keep if they were asked.
        """
        costs = self.economics(unit_cost=unit_cost, unit_price=unit_price, freight=freight)
        holding = costs.holding * max(self.review_days / PERIOD_DAYS[self.freq], 1.0)
        total = costs.shortage + holding
        ratio = np.where(total > 0, costs.shortage / np.where(total > 0, total, 1.0), 0.0)
        by_level = np.where(
            costs.shortage > 0, 1.0 - costs.per_unit / np.where(costs.shortage > 0, costs.shortage, 1.0), 0.0
        )
        return np.where(costs.per_unit > 0, by_level, ratio)


def _typical(margin: Floats) -> float:
    known = margin[np.isfinite(margin) & (margin > 0)]
    return float(np.median(known)) if len(known) else 1.0


def _kind_problems(given: set[str]) -> list[str]:
    """What is wrong with the combination of keys, whatever their values."""
    flat = given & {"holding_cost_per_unit_week", "shortage_cost_per_unit"}
    others = given & {"service_level", "holding_rate_per_year"}
    problems: list[str] = []
    if len(flat) == 1:
        problems.append("holding_cost_per_unit_week and shortage_cost_per_unit: pass both or none")
    if flat and others:
        problems.append("flat costs and a service level or holding rate contradict each other: pass one kind")
    if not flat and not others:
        problems.append(
            "pass service_level, or holding_cost_per_unit_week and shortage_cost_per_unit, or holding_rate_per_year"
        )
    return problems


def _value_problems(values: Mapping[str, Any]) -> list[str]:
    """What is wrong with each number, whatever the others are."""
    problems: list[str] = []
    level = values.get("service_level")
    if level is not None and not 0.0 < level < 1.0:
        problems.append(f"service_level: {level} is not between 0 and 1, for example 0.95")
    for name in ("holding_cost_per_unit_week", "shortage_cost_per_unit", "holding_rate_per_year"):
        value = values.get(name)
        if value is not None and value < 0:
            problems.append(f"{name}: {value} is negative; pass 0 or more")
    review_days = values.get("review_days")
    if review_days is not None and review_days < 1:
        problems.append(f"review_days: {review_days} is less than one day; pass 1 or more")
    return problems
