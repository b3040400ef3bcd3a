"""The batched fit is the optimum: certified by slopes, never below Stan, equal to prophet-batch."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd
import prophet_batch
import pytest
from prophet import Prophet

from forecasting.prophet_fit import fit_matrix
from forecasting.prophet_kernel import CONSTANT, LOCAL_MODE, NO_MODE, OPTIMAL, TOO_SHORT
from forecasting.prophet_settings import HolidayCalendar, ProphetSettings, UnableToFitProphet
from tests.unit.forecasting.prophet_oracle import Oracle, our_point, package_point

Floats = npt.NDArray[np.float64]
HORIZON = 8


def package_model() -> Prophet:
    return Prophet(uncertainty_samples=0)


def synthetic(periods: int) -> tuple[Floats, Floats]:
    """Seasonal, sparse, level-shifted, trending, gappy and short series."""
    rng = np.random.default_rng(11)
    t = np.arange(periods)
    season = (1 + 0.5 * np.sin(2 * np.pi * t / 365.25)) * (1 + 0.3 * np.sin(2 * np.pi * t / 7))
    with_gaps = rng.poisson(20 * season).astype(float)
    with_gaps[rng.uniform(size=periods) < 0.3] = np.nan
    mostly_missing = rng.poisson(6.0, periods).astype(float)
    mostly_missing[rng.uniform(size=periods) < 0.8] = np.nan
    short = np.where(t < periods - 60, np.nan, rng.poisson(9.0, periods))
    series = [
        rng.poisson(30 * season * (0.5 + t / periods)),
        rng.poisson(0.2, periods),
        np.where(t < periods // 3, 5.0, 20.0) + rng.normal(0, 1, periods),
        np.cumsum(rng.normal(0.05, 0.3, periods)),
        -rng.poisson(4.0, periods),
        rng.normal(0, 1e-3, periods) + 1 + t / periods,
        with_gaps,
        mostly_missing,
        short,
    ]
    return np.datetime64("2022-01-01") + t, np.array(series, dtype=float)


def compare(dates: Floats, demand: Floats, *, stan_every: int) -> list[float]:
    """Certify every series, compare all with prophet-batch and every n-th with Stan; mean differences from Stan."""
    fit = fit_matrix(demand, dates=dates, horizon=HORIZON)
    frames = [
        pd.DataFrame({"unique_id": i, "ds": dates.astype("datetime64[ns]"), "y": row}) for i, row in enumerate(demand)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peers = prophet_batch.fit_many(pd.concat(frames))
    future = pd.DataFrame({"ds": fit.dates[-HORIZON:].astype("datetime64[ns]")})
    differences = []
    for i, row in enumerate(demand):
        assert fit.fits.status[i] == OPTIMAL
        oracle = Oracle(dates, row, package_model)
        point = our_point(fit, i, oracle)
        density = oracle.log_density(point)
        assert oracle.largest_slope(point) <= 1e-6
        assert fit.fits.gradient[i] <= 1e-6
        assert fit.fits.log_density[i] == pytest.approx(density, abs=1e-8)
        assert density >= oracle.log_density(package_point(peers[i])) - 1e-6
        peers[i].uncertainty_samples = 0
        theirs = peers[i].predict(future)["yhat"].to_numpy()
        assert np.abs(theirs - fit.fits.mean[i]).max() <= 1e-6 * fit.fits.scale[i]
        if i % stan_every == 0:
            model = package_model().fit(oracle.frame)
            assert density >= oracle.log_density(package_point(model)) - 1e-6
            theirs = model.predict(future)["yhat"].to_numpy()
            differences.append(float(np.abs(theirs - fit.fits.mean[i]).mean() / fit.fits.scale[i]))
    return differences


def test_synthetic_series_reach_the_optimum() -> None:
    dates, demand = synthetic(731)
    compare(dates, demand, stan_every=1)


@pytest.mark.shared
def test_real_series_reach_the_optimum(real_panels: dict[str, tuple[Floats, Floats]]) -> None:
    differences = []
    for dates, demand in real_panels.values():
        assert len(demand) >= 20
        differences += compare(dates, demand, stan_every=4)
    # Stan stops early, so the stock package is no sharper a measure than this.
    assert np.median(differences) < 0.005


def test_results_depend_on_neither_threads_nor_neighbors() -> None:
    rng = np.random.default_rng(5)
    demand = rng.poisson(5.0, (40, 300)).astype(float)
    demand[rng.uniform(size=demand.shape) < 0.02] = np.nan
    demand[::3, :50] = np.nan
    dates = np.datetime64("2022-01-01") + np.arange(300)
    one = fit_matrix(demand, dates=dates, horizon=5, threads=1)
    two = fit_matrix(demand, dates=dates, horizon=5, threads=2)
    alone = fit_matrix(demand[7:8], dates=dates, horizon=5)
    for ours, theirs in zip(one.fits, two.fits, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(one.fits.mean[7], alone.fits.mean[0])


def test_a_series_with_missing_days_equals_the_same_rows_without_shared_products() -> None:
    """Down-dating and direct sums are two ways to the same products: compare just above and below half missing."""
    rng = np.random.default_rng(6)
    dates = np.datetime64("2022-01-01") + np.arange(401)
    for missing in (198, 204):
        row = rng.poisson(9.0, 401).astype(float)
        row[1 + rng.choice(399, missing, replace=False)] = np.nan
        fit = fit_matrix(row[None], dates=dates, horizon=5)
        oracle = Oracle(dates, row)
        assert oracle.largest_slope(our_point(fit, 0, oracle)) < 1e-8


def test_constant_series_follow_the_package() -> None:
    dates = np.datetime64("2022-01-01") + np.arange(60)
    demand = np.array([np.zeros(60), np.full(60, 7.0), np.full(60, -3.0)])
    demand[1, 10:20] = np.nan
    fit = fit_matrix(demand, dates=dates, horizon=4)
    assert fit.fits.status.tolist() == [CONSTANT] * 3
    for i, row in enumerate(demand):
        model = package_model().fit(pd.DataFrame({"ds": dates.astype("datetime64[ns]"), "y": row}))
        theirs = model.predict(pd.DataFrame({"ds": fit.dates[-4:].astype("datetime64[ns]")}))["yhat"]
        np.testing.assert_allclose(fit.fits.mean[i], theirs, atol=1e-12)
        assert fit.fits.sigma[i] == package_point(model).sigma


def test_where_an_exact_fit_exists_the_mode_with_noise_is_reported_or_none() -> None:
    rng = np.random.default_rng(7)
    dates = np.datetime64("2022-01-01") + np.arange(25)  # 25 rows; 19 changepoints, 6 weekly terms, growth and offset
    noisy = rng.poisson(6.0, 25).astype(float)
    line = 5.0 + np.arange(25.0)
    fit = fit_matrix(np.array([noisy, line]), dates=dates, horizon=4)
    assert fit.fits.status.tolist() == [LOCAL_MODE, NO_MODE]
    oracle = Oracle(dates, noisy, package_model)
    point = our_point(fit, 0, oracle)
    assert oracle.largest_slope(point) <= 1e-6
    stan = package_point(package_model().fit(oracle.frame))
    assert point.sigma == pytest.approx(stan.sigma, abs=1e-3)


def test_an_exact_line_is_seen_in_long_histories_too() -> None:
    dates = np.datetime64("2022-01-01") + np.arange(500)
    fit = fit_matrix((3.0 + 0.25 * np.arange(500))[None], dates=dates, horizon=4)
    assert fit.fits.status.tolist() == [NO_MODE]


def test_too_short_series_have_no_forecast() -> None:
    demand = np.array([[np.nan] * 5, [np.nan, 3.0, np.nan, np.nan, np.nan], [1.0, np.nan, np.nan, np.nan, 2.0]])
    fit = fit_matrix(demand, dates=np.datetime64("2022-01-01") + np.arange(5), horizon=2)
    assert fit.fits.status.tolist()[:2] == [TOO_SHORT, TOO_SHORT]
    assert fit.fits.status[2] != TOO_SHORT
    assert np.isnan(fit.fits.mean[:2]).all()


def test_each_series_has_the_holidays_of_its_country() -> None:
    rng = np.random.default_rng(8)
    row = rng.poisson(9.0, 800).astype(float)
    dates = np.datetime64("2022-01-01") + np.arange(800)
    tables = [None, HolidayCalendar(country="DE"), HolidayCalendar(country="US")]
    fit = fit_matrix(
        np.array([row] * 3), dates=dates, horizon=3, holidays=tables, holidays_of_series=np.array([2, 0, 1])
    )
    for i, country in enumerate(["US", None, "DE"]):
        oracle = Oracle(
            dates, row, lambda c=country: Prophet().add_country_holidays(c) if c else Prophet()
        )  # fmt: skip
        assert oracle.largest_slope(our_point(fit, i, oracle)) < 1e-8


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dates": np.datetime64("2022-01-01") + np.array([0, 1, 3, 4])}, "the calendar is not regular"),
        ({"dates": np.datetime64("2022-01-01") + np.arange(3)}, "demand has 4 columns and the calendar 3 dates"),
        ({"demand": np.array([[1.0, np.inf, 2.0, 3.0]])}, "demand of series 0 is infinite"),
        ({"horizon": 0}, "the horizon is 0"),
        ({"regressors": np.zeros((1, 4, 1))}, "regressors have the shape"),
        ({"ends": np.array([9])}, "ends must hold one row"),
        ({"settings": ProphetSettings(seasonality_mode="multiplicative")}, "leaves it to the Prophet package"),
    ],
)
def test_bad_arrays_are_refused_in_words(changes: dict, words: str) -> None:
    arguments = {
        "demand": np.array([[1.0, 3.0, 2.0, 3.0]]),
        "dates": np.datetime64("2022-01-01") + np.arange(4),
        "horizon": 2,
    } | changes
    with pytest.raises(UnableToFitProphet, match=words):
        fit_matrix(arguments.pop("demand"), **arguments)


def test_no_series_give_no_forecast() -> None:
    fit = fit_matrix(np.empty((0, 10)), dates=np.datetime64("2022-01-01") + np.arange(10), horizon=3)
    assert fit.fits.mean.shape == (0, 3)
