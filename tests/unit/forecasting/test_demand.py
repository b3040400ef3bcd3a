"""Engines, their choice, quantiles and demand paths."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from forecasting.backtest import backtest
from forecasting.calendars import country_holidays, date_grid, season_of_year, weekday
from forecasting.demand import UnableToForecast, forecast_demand, forecast_from_frame, quantile_name
from forecasting.error_bank import MIN_BANK_ROWS, build_error_bank, draw_paths
from forecasting.pooled_seasonality import estimate_index, smoothed_levels
from forecasting.prophet_engine import prophet_means
from forecasting.selection import choose_models
from forecasting.series import sales_to_panel
from tests.unit.forecasting.cases import MONDAY, noisy_sales, steady_forecast, steady_sales


def test_demand_without_any_change_is_forecast_exactly() -> None:
    forecast = steady_forecast({("a", "x"): 10, ("a", "y"): 3})
    np.testing.assert_allclose(forecast.mean, [[10.0] * 12, [3.0] * 12])


def test_a_season_that_all_series_share_is_found_and_repeated() -> None:
    dates = date_grid(dt.date(2021, 1, 4), periods=156, freq="W-MON")
    season = np.where(season_of_year(dates) >= 44, 3.0, 1.0)
    units = np.repeat([[40.0], [200.0], [1000.0]], 20, axis=0) * season
    index = estimate_index(units, dates=dates, freq="W-MON")
    ratio = index.of_year[46] / index.of_year[20]
    assert ratio == pytest.approx(3.0, rel=0.03)


def test_less_than_a_year_shows_no_season_of_the_year() -> None:
    dates = date_grid(dt.date(2024, 1, 1), periods=40, freq="W-MON")
    index = estimate_index(np.arange(1.0, 41.0)[None, :], dates=dates, freq="W-MON")
    np.testing.assert_array_equal(index.of_year, np.ones(52))


def test_daily_series_have_a_weekday_factor() -> None:
    dates = date_grid(dt.date(2024, 1, 1), periods=140, freq="D")
    units = np.where(weekday(dates) == 5, 30.0, 10.0)[None, :].repeat(5, axis=0)
    index = estimate_index(units, dates=dates, freq="D")
    assert index.of_week[5] / index.of_week[0] == pytest.approx(3.0, rel=0.05)


def test_a_level_skips_what_is_unknown_and_starts_as_a_plain_mean() -> None:
    units = np.array([[4.0, np.nan, 8.0]])
    levels = smoothed_levels(units, season=np.ones(3), origins=[0, 1, 2, 3], freq="W-MON")
    np.testing.assert_allclose(levels, [[0.0, 4.0, 4.0, 6.0]])


def test_a_level_at_an_origin_does_not_see_what_comes_later() -> None:
    units = np.random.default_rng(1).poisson(5, (3, 30)).astype(float)
    changed = units.copy()
    changed[:, 20:] += 100
    before = smoothed_levels(units, season=np.ones(30), origins=[20], freq="W-MON")
    np.testing.assert_array_equal(before, smoothed_levels(changed, season=np.ones(30), origins=[20], freq="W-MON"))


def test_quantiles_are_ordered_never_negative_and_the_same_every_time() -> None:
    panel = sales_to_panel(noisy_sales(), freq="W-MON")
    first, second = (forecast_demand(panel, horizon=6).to_frame(quantiles=(0.9, 0.05, 0.5)) for _ in range(2))
    assert first.equals(second)
    assert first.columns == ["unique_id", "ds", "mean", "q05", "q50", "q90", "model"]
    assert first.filter(
        (pl.col("q05") > pl.col("q50")) | (pl.col("q50") > pl.col("q90")) | (pl.col("q05") < 0)
    ).is_empty()
    assert first["ds"].min() == MONDAY


def test_quantiles_cover_what_they_promise() -> None:
    rng = np.random.default_rng(5)
    rows = noisy_sales(series=60, periods=80, seed=6)
    frame = forecast_demand(sales_to_panel(rows, freq="W-MON"), horizon=4).to_frame(quantiles=(0.05, 0.95))
    rates = np.array([8.0 * (1 + number % 5) for number in range(60)])
    by_id = {f"w{number % 2}/p{number // 2}": rates[number] for number in range(60)}
    means = np.array([by_id[name] for name in frame["unique_id"]])
    drawn = rng.poisson(means, size=(200, len(means)))
    covered = ((drawn >= frame["q05"].to_numpy()) & (drawn <= frame["q95"].to_numpy())).mean()
    assert 0.87 < covered < 0.96


@pytest.mark.parametrize(("level", "name"), [(0.05, "q05"), (0.5, "q50"), (0.95, "q95"), (0.995, "q99_5")])
def test_quantile_names(level: float, name: str) -> None:
    assert quantile_name(level) == name


def test_a_stored_forecast_gives_the_same_paths_again() -> None:
    panel = sales_to_panel(noisy_sales(), freq="W-MON")
    forecast = forecast_demand(panel, horizon=6)
    again = forecast_from_frame(panel, forecast.to_frame().sample(fraction=1.0, shuffle=True, seed=1))
    np.testing.assert_allclose(again.mean, forecast.mean, atol=1e-6)
    np.testing.assert_array_equal(again.models, forecast.models)


def test_a_stored_forecast_with_a_hole_is_refused() -> None:
    panel = sales_to_panel(noisy_sales(), freq="W-MON")
    frame = forecast_demand(panel, horizon=3).to_frame()
    with pytest.raises(UnableToForecast, match="forecast again"):
        forecast_from_frame(panel, frame.head(frame.height - 1))


def test_paths_of_a_series_do_not_depend_on_its_neighbors() -> None:
    panel = sales_to_panel(noisy_sales(), freq="W-MON")
    bank = build_error_bank(panel, horizon=4)
    mean = np.array([[8.0] * 4, [30.0] * 4])
    np.testing.assert_array_equal(draw_paths(mean, bank=bank)[1], draw_paths(mean[1:], bank=bank)[0])


def test_paths_have_the_mean_of_their_forecast_and_are_whole_units() -> None:
    bank = build_error_bank(sales_to_panel(noisy_sales(series=40), freq="W-MON"), horizon=4)
    paths = draw_paths(np.array([[16.0] * 4]), bank=bank)
    assert paths.mean() == pytest.approx(16.0, rel=0.05)
    np.testing.assert_array_equal(paths, np.round(paths))


def test_nothing_forecast_is_nothing_demanded() -> None:
    bank = build_error_bank(sales_to_panel(noisy_sales(series=40), freq="W-MON"), horizon=4)
    assert draw_paths(np.zeros((1, 4)), bank=bank).sum() == 0


def test_a_launch_that_was_not_forecast_is_no_error_of_its_neighbors() -> None:
    slow = {("a", f"s{number}"): 1 for number in range(30)}
    launched = steady_sales({("a", "launched"): 500}, periods=12)
    panel = sales_to_panel(pl.concat([steady_sales(slow), launched]), freq="W-MON")
    forecast = forecast_demand(panel, horizon=4, model="pooled_ses")
    paths = forecast.paths(series=np.array([panel.unique_ids.index("a/s3")]))
    assert paths.max() <= 4


def test_a_horizon_beyond_the_history_still_gives_paths() -> None:
    panel = sales_to_panel(noisy_sales(periods=20), freq="W-MON")
    paths = forecast_demand(panel, horizon=30).paths(series=np.array([0]))
    assert paths.shape[2] == 30
    assert np.isfinite(paths).all()


def test_a_history_too_short_to_have_been_wrong_gives_negative_binomial_paths() -> None:
    panel = sales_to_panel(steady_sales({("a", "x"): 6}, periods=3), freq="W-MON")
    forecast = forecast_demand(panel, horizon=4)
    assert forecast.bank.rows < MIN_BANK_ROWS
    assert forecast.models.tolist() == ["mean"]
    paths = forecast.paths(series=np.array([0]))
    assert paths.mean() == pytest.approx(6.0, rel=0.1)
    assert paths.var() > paths.mean()


def test_auto_takes_prophet_in_where_it_did_better_on_the_past() -> None:
    rng = np.random.default_rng(8)
    days = np.arange(800)
    dates = [MONDAY - dt.timedelta(days=800 - int(day)) for day in days]
    demand = {f"steady{number}": rng.poisson(20, 800) for number in range(12)}
    demand["growing"] = rng.poisson(5 + days * 0.1)  # a level lags behind a trend; Prophet does not
    demand["new"] = rng.poisson(9, 30)
    rows = pl.concat(
        pl.DataFrame({"date": dates[-len(units) :], "warehouse_id": "a", "sku": sku, "units": units})
        for sku, units in demand.items()
    )
    panel = sales_to_panel(rows, freq="D")
    forecast = forecast_demand(panel, horizon=14)
    chosen = dict(zip(panel.unique_ids, forecast.models.tolist(), strict=True))
    assert chosen.pop("a/growing") == "prophet_pooled"
    assert chosen.pop("a/new") == "mean"
    assert list(chosen.values()).count("pooled_ses") >= 9  # luck may let Prophet win on pure noise, not often
    weekly = sales_to_panel(rows, freq="W-MON")
    assert "prophet_pooled" not in choose_models(weekly, model="auto")


def test_a_series_of_zeros_and_one_never_in_stock_are_forecast_as_zero() -> None:
    rows = steady_sales({("a", "zero"): 0, ("a", "hidden"): 5, ("a", "x"): 5}).with_columns(
        (pl.col("sku") != "hidden").alias("in_stock")
    )
    forecast = forecast_demand(sales_to_panel(rows, freq="W-MON"), horizon=3)
    by_id = dict(zip(forecast.keys["unique_id"], forecast.mean.sum(axis=1), strict=True))
    assert by_id["a/zero"] == 0
    assert by_id["a/hidden"] == 0
    assert np.isfinite(forecast.mean).all()


@pytest.mark.parametrize("horizon", [0, -3])
def test_a_horizon_without_periods_is_refused(horizon: int) -> None:
    panel = sales_to_panel(steady_sales({("a", "x"): 5}), freq="W-MON")
    with pytest.raises(UnableToForecast, match="pass 1 or more"):
        forecast_demand(panel, horizon=horizon)


def test_a_quantile_outside_zero_and_one_is_refused() -> None:
    with pytest.raises(UnableToForecast, match="between 0 and 1"):
        steady_forecast({("a", "x"): 5}).to_frame(quantiles=(0.5, 1.5))


def test_a_back_test_of_a_perfect_forecast_has_no_error() -> None:
    panel = sales_to_panel(steady_sales({("a", "x"): 5}, periods=60), freq="W-MON")
    accuracy = backtest(panel, model="pooled_ses", horizon=4, origins=[50, 56])
    assert accuracy.wape == pytest.approx(0.0, abs=1e-3)
    assert accuracy.bias == pytest.approx(0.0, abs=1e-3)


def test_holidays_are_those_of_each_warehouse_s_country() -> None:
    table = country_holidays(
        {"us": "US", "de": "DE", "moon": "XX"}, start=dt.date(2024, 7, 1), end=dt.date(2024, 12, 31)
    )
    assert table.filter((pl.col("warehouse_id") == "us") & (pl.col("date") == dt.date(2024, 7, 4))).height == 1
    assert table.filter((pl.col("warehouse_id") == "de") & (pl.col("date") == dt.date(2024, 7, 4))).is_empty()
    assert "moon" not in set(table["warehouse_id"])


def test_prophet_follows_a_trend_a_weekday_and_an_event_of_its_warehouse() -> None:
    every = np.arange(224)
    first = MONDAY - dt.timedelta(days=210)
    calendar = date_grid(first, periods=224, freq="D")
    demand = np.round(20 + 0.1 * every + np.where(weekday(calendar) == 5, 15.0, 0.0))
    special = [64, 127, 218]
    demand[special] += 40
    rows = pl.DataFrame({"date": calendar[:210], "warehouse_id": "a", "sku": "x", "units": demand[:210]}).with_columns(
        pl.col("date").cast(pl.Date), pl.Series("in_stock", ~np.isin(every[:210], range(100, 105)))
    )
    events = pl.DataFrame(
        {
            "date": [first + dt.timedelta(days=day) for day in special],
            "event": "sale",
            "warehouse_id": "a",
        }
    )
    forecast = forecast_demand(sales_to_panel(rows, freq="D"), horizon=14, model="prophet", events=events)
    np.testing.assert_allclose(forecast.mean[0], demand[210:], rtol=0.1)
    elsewhere = events.with_columns(pl.lit("b").alias("warehouse_id"))
    without = forecast_demand(sales_to_panel(rows, freq="D"), horizon=14, model="prophet", events=elsewhere)
    assert without.mean[0, 8] < forecast.mean[0, 8] - 20


def test_prophet_never_forecasts_less_than_nothing() -> None:
    falling = np.maximum(120 - np.arange(200) * 0.6, 0).round() + np.arange(200) % 2
    rows = pl.DataFrame(
        {
            "date": [MONDAY - dt.timedelta(days=200 - day) for day in range(200)],
            "warehouse_id": "a",
            "sku": "x",
            "units": falling,
        }
    )
    panel = sales_to_panel(rows, freq="D")
    mean = prophet_means(panel, series=np.array([0]), horizon=60, events=None, is_package_used=False)
    assert (mean >= 0).all()
    assert mean[0, -1] == 0
