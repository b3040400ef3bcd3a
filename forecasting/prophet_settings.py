"""What a user may set about the Prophet model, with Prophet's own defaults, and the refusal of what makes no sense.

Belongs here: settings, seasonalities, regressors, holiday calendars as values. Does not: the columns made of them
(`prophet_design.py`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import polars as pl

BUILT_IN_SEASONALITIES = ("yearly", "weekly", "daily")


class UnableToFitProphet(ValueError):
    """Input that no forecast can be made of; `problems` has one line each, saying what to pass instead."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


@dataclass(frozen=True)
class Seasonality:
    """A season besides Prophet's own: `fourier_order` sines and cosines of a period of `period_days`."""

    name: str
    period_days: float
    fourier_order: int
    prior_scale: float | None = None


@dataclass(frozen=True)
class Regressor:
    """A column of known past and future values. Standardized unless it is binary or constant, as Prophet does."""

    name: str
    prior_scale: float | None = None


@dataclass(frozen=True)
class Holiday:
    """One date on which demand is special; the windows add days before (<= 0) and after (>= 0) it."""

    name: str
    date: dt.date
    lower_window: int = 0
    upper_window: int = 0
    prior_scale: float | None = None


@dataclass(frozen=True)
class HolidayCalendar:
    """Special dates of a marketplace: public holidays of a country (ISO 3166-1 alpha-2), and dates of one's own."""

    country: str | None = None
    dates: tuple[Holiday, ...] = ()

    @classmethod
    def from_frame(cls, frame: pl.DataFrame, *, country: str | None = None) -> HolidayCalendar:
        """Read Prophet's holiday columns.

        Args:
            frame: holiday (String), ds (Date); optionally lower_window and upper_window (both or neither, days),
                prior_scale.
            country: whose public holidays are added.

        Raises:
            UnableToFitProphet: columns or values are missing.
        """
        missing = [name for name in ("holiday", "ds") if name not in frame.columns]
        if missing:
            raise UnableToFitProphet([f"holidays: column {name} is missing: pass holiday and ds" for name in missing])
        if frame["holiday"].has_nulls() or frame["ds"].has_nulls():
            raise UnableToFitProphet(["holidays: a name or a date is missing: drop that row"])
        optional = [name for name in ("lower_window", "upper_window", "prior_scale") if name in frame.columns]
        rows = frame.select("holiday", pl.col("ds").cast(pl.Date), *optional).unique(maintain_order=True)
        return cls(
            country=country,
            dates=tuple(
                Holiday(
                    name=row["holiday"],
                    date=row["ds"],
                    lower_window=int(row.get("lower_window") or 0),
                    upper_window=int(row.get("upper_window") or 0),
                    prior_scale=row.get("prior_scale"),
                )
                for row in rows.iter_rows(named=True)
            ),
        )


@dataclass(frozen=True)
class ProphetSettings:
    """Prophet's arguments of the same names and with the same defaults.

    Solved here: linear growth with additive terms. Logistic and flat growth and multiplicative terms are left to the
    Prophet package, series by series, and the diagnostics say so.

    Attributes:
        growth: of the trend.
        n_changepoints: potential changepoints, evenly over the first `changepoint_range` of the known rows.
        changepoint_range: share of the known rows.
        changepoint_prior_scale: tau, the scale of the Laplace prior of the changes of growth.
        yearly_seasonality: "auto" (on from 730 days of history), on, off, or the Fourier order (10).
        weekly_seasonality: "auto" (on from 14 days of history, for dates less than 7 days apart); order 3.
        daily_seasonality: "auto" (never on for whole days); order 4.
        seasonality_mode: of all terms.
        seasonality_prior_scale: deviation of the normal prior of the coefficients of seasons.
        holidays_prior_scale: the same of holidays and regressors.
        seasonalities: besides the built-in ones.
        regressors: columns of the series.
        capacity: for logistic growth, in units of y.
    """

    growth: Literal["linear", "logistic", "flat"] = "linear"
    n_changepoints: int = 25
    changepoint_range: float = 0.8
    changepoint_prior_scale: float = 0.05
    yearly_seasonality: Literal["auto"] | bool | int = "auto"
    weekly_seasonality: Literal["auto"] | bool | int = "auto"
    daily_seasonality: Literal["auto"] | bool | int = "auto"
    seasonality_mode: Literal["additive", "multiplicative"] = "additive"
    seasonality_prior_scale: float = 10.0
    holidays_prior_scale: float = 10.0
    seasonalities: tuple[Seasonality, ...] = ()
    regressors: tuple[Regressor, ...] = ()
    capacity: float | None = None

    def __post_init__(self) -> None:
        problems = [f"settings: {problem}" for problem in self._problems()]
        if problems:
            raise UnableToFitProphet(problems)

    def _problems(self) -> list[str]:
        scales = {
            "changepoint_prior_scale": self.changepoint_prior_scale,
            "seasonality_prior_scale": self.seasonality_prior_scale,
            "holidays_prior_scale": self.holidays_prior_scale,
            **{f"prior scale of {s.name}": s.prior_scale for s in self.seasonalities if s.prior_scale is not None},
            **{f"prior scale of {r.name}": r.prior_scale for r in self.regressors if r.prior_scale is not None},
        }
        problems = [f"{name} is {scale}: pass a number above 0" for name, scale in scales.items() if not scale > 0]
        if self.n_changepoints < 0:
            problems.append(f"n_changepoints is {self.n_changepoints}: pass 0 or more")
        if not 0 <= self.changepoint_range <= 1:
            problems.append(f"changepoint_range is {self.changepoint_range}: pass a share between 0 and 1")
        if self.growth == "logistic" and (self.capacity is None or self.capacity <= 0):
            problems.append("logistic growth needs a capacity above 0 in units of y")
        names = [s.name for s in self.seasonalities] + [r.name for r in self.regressors]
        problems += [f"the name {name} is used twice" for name in sorted({n for n in names if names.count(n) > 1})]
        problems += [
            f"set {name}_seasonality instead of a seasonality named {name}"
            for name in names
            if name in BUILT_IN_SEASONALITIES
        ]
        for season in self.seasonalities:
            if season.fourier_order < 1 or season.period_days <= 0:
                problems.append(f"seasonality {season.name} needs a period above 0 and a Fourier order of at least 1")
        return problems

    @property
    def left_to_the_package(self) -> str | None:
        """Why the batched solver does not cover these settings, or None where it does."""
        if self.growth != "linear":
            return f"{self.growth} growth is not covered by the batched solver"
        if self.seasonality_mode != "additive":
            return "multiplicative seasonality multiplies parameters with each other"
        return None

    def regressor_deviations(self) -> list[float]:
        """Prior deviations of the regressors, in order."""
        return [self.holidays_prior_scale if r.prior_scale is None else r.prior_scale for r in self.regressors]
