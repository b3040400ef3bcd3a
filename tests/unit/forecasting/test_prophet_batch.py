"""Frames in, frames out: what is covered, what is left to the package, and what is refused in words."""

from __future__ import annotations

import datetime as dt
import doctest

import numpy as np
import pandas as pd
import polars as pl
import pytest
from prophet import Prophet

from forecasting import prophet_batch, prophet_design, prophet_frames, prophet_uncertainty
from forecasting.prophet_batch import fit_predict, forecast_matrix
from forecasting.prophet_settings import Holiday, HolidayCalendar, ProphetSettings, Regressor, UnableToFitProphet

START = dt.date(2023, 1, 2)


def series_of(
    unique_id: str, values: list[float | None] | np.ndarray, *, start: dt.date = START, days: int = 1
) -> pl.DataFrame:
    dates = [start + dt.timedelta(days=days * i) for i in range(len(values))]
    return pl.DataFrame({"unique_id": unique_id, "ds": dates, "y": [None if v is None else float(v) for v in values]})


def noise(periods: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(9.0, periods).astype(float)


def package_forecast(frame: pl.DataFrame, *, horizon: int, freq: str = "D") -> np.ndarray:
    model = Prophet(uncertainty_samples=0)
    model.fit(pd.DataFrame({"ds": pd.to_datetime(frame["ds"].to_list()), "y": frame["y"].to_list()}))
    return model.predict(model.make_future_dataframe(horizon, freq=freq, include_history=False))["yhat"].to_numpy()


@pytest.mark.parametrize("module", [prophet_batch, prophet_design, prophet_frames, prophet_uncertainty])
def test_examples_in_docstrings_run(module: object) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


def test_series_of_different_starts_ends_and_gaps_are_forecast_from_their_own_rows() -> None:
    frames = [
        series_of("a", noise(200)),
        series_of("b", noise(120, 1), start=dt.date(2023, 3, 1)),
        series_of("c", [None if i % 7 == 2 else v for i, v in enumerate(noise(150, 2))]),
    ]
    shuffled = pl.concat(frames).sample(fraction=1.0, shuffle=True, seed=1)
    forecast = fit_predict(shuffled, freq="D", horizon=5)
    assert forecast.frame.columns == ["unique_id", "ds", "prophet", "prophet_q05", "prophet_q50", "prophet_q95"]
    assert forecast.diagnostics["status"].to_list() == ["optimal"] * 3
    for frame in frames:
        ours = forecast.frame.filter(pl.col("unique_id") == frame["unique_id"][0])
        last = max(frame["ds"].to_list())
        assert ours["ds"].to_list() == [last + dt.timedelta(days=step) for step in range(1, 6)]
        # Stan stops early: half a per cent of the scale is what the two have in common
        assert np.abs(ours["prophet"].to_numpy() - package_forecast(frame, horizon=5)).max() < 0.02 * frame["y"].max()
        alone = fit_predict(frame, freq="D", horizon=5)
        assert alone.frame["prophet"].to_list() == ours["prophet"].to_list()


def test_weeks_are_forecast_on_their_weekday() -> None:
    frame = series_of("a", noise(120), days=7)
    forecast = fit_predict(frame, freq="W-MON", horizon=3, windows=((1, 3), (2, 2)))
    assert forecast.frame["ds"].dt.weekday().to_list() == [1, 1, 1]
    assert forecast.sums["first_ds"].to_list() == [forecast.frame["ds"][0], forecast.frame["ds"][1]]
    assert forecast.sums["last_ds"].to_list() == [forecast.frame["ds"][2], forecast.frame["ds"][1]]
    assert forecast.sums["prophet"][0] == pytest.approx(forecast.frame["prophet"].sum())
    assert forecast.sums["prophet_q95"][1] == pytest.approx(forecast.frame["prophet_q95"][1])


def test_holidays_and_regressors_move_the_forecast() -> None:
    days = 420
    is_promoted = (np.random.default_rng(4).uniform(size=days + 10) < 0.2).astype(float)
    sale_days = [START + dt.timedelta(days=d) for d in (50, 150, 250, 350, 424)]
    values = noise(days) + 12 * is_promoted[:days]
    for day in sale_days[:-1]:
        values[(day - START).days] += 40
    dates = [START + dt.timedelta(days=i) for i in range(days + 10)]
    rows = pl.DataFrame({"unique_id": "a", "ds": dates, "y": [*values, *[None] * 10], "promotion": is_promoted})
    settings = ProphetSettings(regressors=(Regressor("promotion"),))
    calendar = HolidayCalendar(dates=tuple(Holiday("sale", day) for day in sale_days))
    forecast = fit_predict(
        rows[:days], freq="D", horizon=10, future=rows[days:], settings=settings, holidays={"a": calendar}
    )
    mean = forecast.frame["prophet"].to_numpy()
    is_sale = np.array([day in sale_days for day in forecast.frame["ds"]])
    lift = 12 * is_promoted[days:] + 40 * is_sale
    np.testing.assert_allclose(mean - lift, 9.0, atol=3.0)


def test_every_series_is_accounted_for_and_no_forecast_is_nan() -> None:
    frames = [
        series_of("constant", [4.0] * 40),
        series_of("exact", [5.0 + i for i in range(40)]),
        series_of("newcomer", [3.0, 5.0, 2.0, 8.0, 1.0, 2.0, 4.0, 3.0, 5.0, 7.0, 6.0, 4.0, 2.0, 6.0, 5.0, 4.0]),
        series_of("normal", noise(60)),
        series_of("one", [3.0]),
        series_of("unknown", [None, None, None]),
        series_of("zero", [0.0] * 40),
    ]
    forecast = fit_predict(pl.concat(frames), freq="D", horizon=4, windows=((1, 4),), lower_bound=0.0)
    status = dict(forecast.diagnostics.select("unique_id", "status").iter_rows())
    assert status == {
        "constant": "constant",
        "exact": "package",
        "newcomer": "local_mode",
        "normal": "optimal",
        "one": "too_short",
        "unknown": "too_short",
        "zero": "constant",
    }
    assert forecast.diagnostics.filter((pl.col("status") != "optimal") & (pl.col("reason") == "")).is_empty()
    values = forecast.frame.select(pl.col(pl.Float64))
    assert not values.select(pl.any_horizontal(pl.all().is_nan().any(), pl.all().is_null().any())).item()
    assert values.min_horizontal().min() >= 0
    assert sorted(set(forecast.frame["unique_id"])) == ["constant", "exact", "newcomer", "normal", "zero"]
    assert forecast.sums.height == 5
    exact = forecast.frame.filter(pl.col("unique_id") == "exact")["prophet"].to_numpy()
    np.testing.assert_allclose(exact, [45.0, 46.0, 47.0, 48.0], rtol=1e-3)
    assert forecast.frame.filter(pl.col("unique_id") == "zero")["prophet"].to_list() == [0.0] * 4


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (ProphetSettings(seasonality_mode="multiplicative"), "multiplicative seasonality"),
        (ProphetSettings(growth="logistic", capacity=30.0), "logistic growth"),
    ],
)
def test_what_is_not_covered_goes_to_the_package_and_says_so(settings: ProphetSettings, words: str) -> None:
    frame = pl.concat([series_of("a", noise(90)), series_of("b", [1.0])])
    state = np.random.get_state()[1].tolist()
    forecast = fit_predict(frame, freq="D", horizon=3, settings=settings, windows=((1, 3),))
    assert np.random.get_state()[1].tolist() == state
    assert forecast.diagnostics["status"].to_list() == ["package", "too_short"]
    assert forecast.diagnostics["reason"][0].startswith(words)
    assert forecast.frame.height == 3
    again = fit_predict(frame, freq="D", horizon=3, settings=settings, windows=((1, 3),))
    assert forecast.frame.equals(again.frame)
    row = forecast.sums.row(0, named=True)
    assert row["prophet_q05"] < row["prophet"] < row["prophet_q95"]
    model = Prophet(growth=settings.growth, seasonality_mode=settings.seasonality_mode, uncertainty_samples=0)
    history = pd.DataFrame({"ds": pd.to_datetime(frame["ds"][:90].to_list()), "y": frame["y"][:90].to_list()})
    future = pd.DataFrame({"ds": pd.to_datetime(forecast.frame["ds"].to_list())})
    theirs = model.fit(history.assign(cap=30.0)).predict(future.assign(cap=30.0))["yhat"]
    np.testing.assert_allclose(forecast.frame["prophet"], theirs, rtol=1e-6)


GOOD = series_of("a", noise(30))


@pytest.mark.parametrize(
    ("frame", "arguments", "words"),
    [
        (GOOD.drop("y"), {}, "series: column y is missing"),
        (GOOD.head(0), {}, "series: there are no rows"),
        (pl.concat([GOOD, GOOD[4:6]]), {}, "2 dates have more than one row, such as a on 2023-01-06: sum them first"),
        (GOOD.with_columns(pl.col("ds").cast(pl.Datetime("us", "UTC"))), {}, "has the time zone UTC: pass local dates"),
        (GOOD.with_columns(pl.col("ds").cast(pl.Datetime) + pl.duration(hours=5)), {}, "holds times of day"),
        (GOOD.with_columns(pl.col("ds").cast(pl.String)), {}, "column ds holds String: pass dates"),
        (GOOD.with_columns(pl.lit("many").alias("y")), {}, "column y holds String: pass numbers"),
        (GOOD.with_columns(pl.lit(float("inf")).alias("y")), {}, "y of a on 2023-01-02 is infinite"),
        (GOOD.with_columns(pl.lit(None, dtype=pl.String).alias("unique_id")), {}, "unique_id has 30 rows without"),
        (GOOD, {"freq": "W-MON"}, "2023-01-03, which is not the weekday of W-MON"),
        (GOOD, {"freq": "M"}, "freq M is not known: pass D, or W-MON to W-SUN"),
        (GOOD, {"horizon": 0}, "the horizon is 0: pass at least 1"),
        (GOOD, {"quantiles": (0.0,)}, "quantile 0.0 is not between 0 and 1"),
        (GOOD, {"windows": ((1, 9),)}, r"window 1..9 does not lie within the horizon 1..3"),
        (GOOD, {"settings": ProphetSettings(regressors=(Regressor("price"),))}, "series: column price is missing"),
        (
            GOOD.with_columns(pl.lit(1.0).alias("price")),
            {"settings": ProphetSettings(regressors=(Regressor("price"),))},
            r"future: price of a on 2023-02-01 is missing \(3 such cells\)",
        ),
        (
            pl.concat([GOOD, series_of("a", [1.0], start=dt.date(2900, 1, 1))]),
            {},
            "dates span 320,3.. periods, at most 100,000 can be read: is a date mistyped",
        ),
    ],
)
def test_bad_frames_are_refused_in_words(frame: pl.DataFrame, arguments: dict, words: str) -> None:
    with pytest.raises(UnableToFitProphet, match=words):
        fit_predict(frame, **{"freq": "D", "horizon": 3} | arguments)


def test_nan_is_a_day_that_is_not_known() -> None:
    values = noise(60)
    with_nan = series_of("a", values).with_columns(
        pl.when(pl.col("ds").dt.day() == 9).then(float("nan")).otherwise(pl.col("y")).alias("y")
    )
    with_null = with_nan.with_columns(pl.col("y").fill_nan(None))
    assert fit_predict(with_nan, freq="D", horizon=3).frame.equals(fit_predict(with_null, freq="D", horizon=3).frame)


def test_arrays_give_what_frames_give() -> None:
    demand = np.array([noise(80, 1), noise(80, 2)])
    dates = np.datetime64(START) + np.arange(80)
    arrays = forecast_matrix(demand, dates=dates, horizon=4, windows=((1, 4),))
    frames = fit_predict(
        pl.concat([series_of("a", demand[0]), series_of("b", demand[1])]), freq="D", horizon=4, windows=((1, 4),)
    )
    np.testing.assert_array_equal(arrays.mean.ravel(), frames.frame["prophet"].to_numpy())
    np.testing.assert_array_equal(arrays.window_quantiles[:, 0, 2], frames.sums["prophet_q95"].to_numpy())
    assert arrays.quantiles.shape == (2, 4, 3)
