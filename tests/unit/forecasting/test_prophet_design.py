"""The columns of the batched Prophet are the package's: scaling, changepoints, seasons, holidays, regressors."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pytest
from prophet import Prophet
from prophet.make_holidays import make_holidays_df

from forecasting.prophet_design import build_design, country_holidays
from forecasting.prophet_fit import fit_matrix
from forecasting.prophet_kernel import OPTIMAL
from forecasting.prophet_products import changepoint_rows
from forecasting.prophet_settings import (
    Holiday,
    HolidayCalendar,
    ProphetSettings,
    Regressor,
    Seasonality,
    UnableToFitProphet,
)
from tests.unit.forecasting.prophet_oracle import Oracle, our_point

START = np.datetime64("2022-03-05")
BLACK_FRIDAY = HolidayCalendar(
    country="US",
    dates=(
        Holiday("black friday", dt.date(2022, 11, 25), lower_window=-1, upper_window=2, prior_scale=3.0),
        Holiday("black friday", dt.date(2023, 11, 24), lower_window=-1, upper_window=2, prior_scale=3.0),
        Holiday("prime day", dt.date(2023, 7, 11)),
    ),
)


def with_events() -> Prophet:
    rows = [(h.name, h.date, h.lower_window, h.upper_window, h.prior_scale or 10.0) for h in BLACK_FRIDAY.dates]
    names = ["holiday", "ds", "lower_window", "upper_window", "prior_scale"]
    return Prophet(holidays=pd.DataFrame(rows, columns=names)).add_country_holidays("US")


def demand_of(periods: int, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(8.0, periods).astype(float)


# 730 rows span 729 days: yearly seasonality is off; 14 rows span 13: weekly is off.
@pytest.mark.parametrize("periods", [2, 3, 5, 13, 14, 15, 33, 100, 729, 730, 731, 800])
@pytest.mark.parametrize("step", [1, 7])
def test_columns_and_changepoints_are_those_of_the_package(periods: int, step: int) -> None:
    dates = START + np.arange(periods) * np.timedelta64(step, "D")
    demand = demand_of(periods)
    fit = fit_matrix(demand[None], dates=dates, horizon=3, holidays=[BLACK_FRIDAY])
    oracle = Oracle(dates, demand, with_events)

    design = fit.designs[0]
    columns = design.columns_of(0, periods - 1, smallest_gap_days=step)
    assert [design.names[place] for place in columns] == oracle.names
    np.testing.assert_allclose(design.features[:periods, columns], oracle.features, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(design.deviations[columns], oracle.priors)

    rows = fit.fits.changepoints[0][fit.fits.changepoints[0] >= 0]
    np.testing.assert_array_equal(dates[rows], oracle.changepoint_dates)
    assert fit.changepoint_count[0] == len(oracle.changepoints)
    assert fit.fits.scale[0] == oracle.model.y_scale


@pytest.mark.parametrize("share", [0.0, 0.3, 0.8, 1.0])
@pytest.mark.parametrize("most", [0, 1, 7, 25, 60])
def test_changepoints_follow_their_settings(most: int, share: float) -> None:
    for rows in (2, 3, 4, 5, 8, 25, 26, 31, 32, 33, 63, 79, 126, 731):
        model = Prophet(n_changepoints=most, changepoint_range=share)
        dates = pd.date_range("2024-01-01", periods=rows)
        model.history, model.start, model.t_scale = pd.DataFrame({"ds": dates}), dates[0], dates[-1] - dates[0]
        model.set_changepoints()
        ours = changepoint_rows(rows, most, share)
        if len(model.changepoints):
            np.testing.assert_array_equal(dates[ours], model.changepoints.to_numpy())
        else:
            np.testing.assert_array_equal(ours, [0])


def test_missing_days_move_scaling_and_changepoints_as_in_the_package() -> None:
    dates = START + np.arange(400)
    demand = demand_of(400)
    demand[np.random.default_rng(1).uniform(size=400) < 0.3] = np.nan
    demand[:5] = demand[-3:] = np.nan
    fit = fit_matrix(demand[None], dates=dates, horizon=3)
    oracle = Oracle(dates, demand)
    np.testing.assert_array_equal(dates[fit.fits.changepoints[0]], oracle.changepoint_dates)
    times = (fit.fits.changepoints[0] - fit.first[0]) / (fit.last[0] - fit.first[0])
    np.testing.assert_allclose(times, oracle.changepoints, rtol=1e-14)
    assert oracle.largest_slope(our_point(fit, 0, oracle)) < 1e-8


def test_days_known_a_week_apart_have_no_weekly_season_in_the_package_and_here() -> None:
    dates = START + np.arange(300)
    demand = np.full(300, np.nan)
    demand[::7] = demand_of(43)
    fit = fit_matrix(demand[None], dates=dates, horizon=3)
    oracle = Oracle(dates, demand)
    assert oracle.names == ["zeros"]
    assert oracle.largest_slope(our_point(fit, 0, oracle)) < 1e-8


def test_regressors_are_standardized_as_in_the_package() -> None:
    rng = np.random.default_rng(3)
    dates = START + np.arange(200)
    demand = demand_of(200)
    demand[40:60] = np.nan
    price, is_promoted, fixed = rng.normal(20, 3, 207), rng.integers(0, 2, 207).astype(float), np.full(207, 4.0)
    settings = ProphetSettings(
        regressors=(Regressor("price"), Regressor("promotion", prior_scale=0.7), Regressor("fixed")),
        seasonalities=(Seasonality("monthly", 30.5, 4, prior_scale=2.0),),
        weekly_seasonality=5,
        daily_seasonality=False,
        changepoint_prior_scale=0.2,
    )

    def make() -> Prophet:
        model = Prophet(weekly_seasonality=5, daily_seasonality=False, changepoint_prior_scale=0.2)
        model.add_seasonality("monthly", 30.5, 4, prior_scale=2.0)
        return model.add_regressor("price").add_regressor("promotion", prior_scale=0.7).add_regressor("fixed")

    columns = {"price": price[:200], "promotion": is_promoted[:200], "fixed": fixed[:200]}
    oracle = Oracle(dates, demand, make, columns)
    values = np.stack([price, is_promoted, fixed], axis=1)[None]
    fit = fit_matrix(demand[None], dates=dates, horizon=7, settings=settings, regressors=values)
    props = oracle.model.extra_regressors.values()
    np.testing.assert_allclose(fit.fits.regressor_means[0], [p["mu"] for p in props], rtol=1e-12)
    np.testing.assert_allclose(fit.fits.regressor_deviations[0], [p["std"] for p in props], rtol=1e-12)
    assert fit.fits.status[0] == OPTIMAL
    assert oracle.largest_slope(our_point(fit, 0, oracle)) < 1e-8


@pytest.mark.parametrize("country", ["US", "GB", "DE", "JP", "CN"])
def test_public_holidays_are_those_of_the_package(country: str) -> None:
    theirs = make_holidays_df([2023, 2024], country)
    ours = country_holidays(country, range(2023, 2025))
    assert [(h.date, h.name) for h in ours] == list(zip(theirs["ds"].dt.date, theirs["holiday"], strict=True))


def test_holidays_are_read_from_a_frame() -> None:
    frame = pl.DataFrame({"holiday": ["sale"] * 2, "ds": [dt.date(2024, 6, 18)] * 2, "lower_window": [-1] * 2})
    assert HolidayCalendar.from_frame(frame).dates == (Holiday("sale", dt.date(2024, 6, 18), lower_window=-1),)


@pytest.mark.parametrize(
    ("calendar", "words"),
    [
        (HolidayCalendar(country="Atlantis"), "country Atlantis is not known"),
        (HolidayCalendar(dates=(Holiday("sale", dt.date(2024, 6, 18), lower_window=1),)), "lower_window <= 0"),
        (
            HolidayCalendar(
                dates=(
                    Holiday("sale", dt.date(2024, 6, 18), prior_scale=1.0),
                    Holiday("sale", dt.date(2024, 11, 11), prior_scale=2.0),
                )
            ),
            "sale has two prior scales",
        ),
    ],
)
def test_bad_holidays_are_refused_in_words(calendar: HolidayCalendar, words: str) -> None:
    with pytest.raises(UnableToFitProphet, match=words):
        build_design(START + np.arange(30), settings=ProphetSettings(), holidays=calendar)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"changepoint_prior_scale": 0.0}, "changepoint_prior_scale is 0.0: pass a number above 0"),
        ({"changepoint_range": 1.5}, "changepoint_range is 1.5"),
        ({"n_changepoints": -1}, "n_changepoints is -1"),
        ({"growth": "logistic"}, "logistic growth needs a capacity"),
        ({"seasonalities": (Seasonality("weekly", 7, 3),)}, "set weekly_seasonality instead"),
        ({"regressors": (Regressor("a"), Regressor("a"))}, "the name a is used twice"),
    ],
)
def test_bad_settings_are_refused_in_words(arguments: dict, words: str) -> None:
    with pytest.raises(UnableToFitProphet, match=words):
        ProphetSettings(**arguments)
