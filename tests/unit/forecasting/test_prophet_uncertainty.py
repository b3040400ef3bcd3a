"""Quantiles follow the package's sampling law: compared with its own sampler, and with exact special cases."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pytest
from prophet import Prophet

from forecasting import prophet_uncertainty
from forecasting.prophet_fit import PanelFit, fit_matrix
from forecasting.prophet_uncertainty import predictive_quantiles

Floats = npt.NDArray[np.float64]
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
SAMPLES = 200_000


def fitted(periods: int, *, known_until: int | None = None) -> PanelFit:
    rng = np.random.default_rng(2)
    t = np.arange(periods)
    demand = np.array([rng.poisson(9.0, periods), 5 + np.abs(t - periods / 2) / 20 + rng.normal(0, 1, periods)])
    demand[:, known_until:] = np.nan if known_until is not None else demand[:, known_until:]
    return fit_matrix(demand, dates=np.datetime64("2023-01-01") + t, horizon=28)


def package_samples(fit: PanelFit, i: int, steps: int) -> Floats:
    """Paths of `steps` periods behind the last known one, drawn by the package's own functions, without the mean."""
    np.random.seed(9)
    span = fit.last[i] - fit.first[i]
    count = int(fit.changepoint_count[i])
    mean_change = np.abs(fit.fits.delta[i, :count]).mean() + 1e-8
    shifts = Prophet._make_trend_shift_matrix(mean_change, count / span, steps, n_samples=SAMPLES)
    trend = shifts.cumsum(axis=1).cumsum(axis=1) / span
    return (trend + np.random.normal(0, fit.fits.sigma[i], trend.shape)) * fit.fits.scale[i]


def assert_same_law(samples: Floats, distances: Floats) -> None:
    """Each of our quantiles has its share of the samples below it, within four deviations of a binomial share."""
    for level, distance in zip(LEVELS, distances, strict=True):
        deviation = np.sqrt(level * (1 - level) / SAMPLES)
        assert abs(np.mean(samples < distance) - level) < 4 * deviation


@pytest.mark.parametrize("periods", [60, 400, 731])
@pytest.mark.parametrize("trend_share", ["as fitted", "large"])
def test_quantiles_are_those_of_the_package_within_sampling_error(periods: int, trend_share: str) -> None:
    fit = fitted(periods)
    if trend_share == "large":  # as after a level shift with little noise
        fit.fits.delta[:, ::3] = 0.9
        fit.fits.sigma[:] = 0.01
    windows = [(1, 1), (7, 7), (28, 28), (1, 14), (8, 28)]
    distances = predictive_quantiles(fit, levels=LEVELS, windows=windows)
    for i in range(2):
        paths = package_samples(fit, i, 28)
        for place, (first, last) in enumerate(windows):
            assert_same_law(paths[:, first - 1 : last].sum(axis=1), distances[i, place])


def test_changes_are_possible_from_the_last_known_day_on() -> None:
    fit = fitted(300, known_until=290)
    fit.fits.delta[:] = 0.4
    distances = predictive_quantiles(fit, levels=LEVELS, windows=[(1, 1), (3, 9)])
    paths = package_samples(fit, 0, 19)
    assert_same_law(paths[:, 10], distances[0, 0])
    assert_same_law(paths[:, 12:19].sum(axis=1), distances[0, 1])


def test_without_changes_the_law_is_normal() -> None:
    fit = fitted(200)
    fit.fits.delta[:] = 0.0
    distances = predictive_quantiles(fit, levels=LEVELS, windows=[(1, 1), (1, 9)])
    normal = np.array([NormalDist().inv_cdf(level) for level in LEVELS])
    deviation = fit.fits.sigma[:, None] * fit.fits.scale[:, None]
    np.testing.assert_allclose(distances[:, 0], deviation * normal, rtol=1e-5, atol=1e-12)
    np.testing.assert_allclose(distances[:, 1], 3 * deviation * normal, rtol=1e-5, atol=1e-12)


def test_interpolation_adds_less_than_a_ten_thousandth() -> None:
    """Between the nodes of the grid the table agrees with the series summed at the very point."""
    fit = fitted(317)
    windows = [(1, 1), (20, 20), (1, 28)]
    normal = np.array([NormalDist().inv_cdf(level) for level in LEVELS])
    for size in (0.01, 0.1, 1.0):
        fit.fits.delta[:] = size
        fit.fits.sigma[:] = 0.013
        distances = predictive_quantiles(fit, levels=LEVELS, windows=windows)
        chance = 25 / 316
        for place, (first, last) in enumerate(windows):
            weights = prophet_uncertainty._change_weights(first, last)
            trend = (size + 1e-8) / 316 * np.sqrt(2 * chance * np.sum(weights**2))
            noise = 0.013 * np.sqrt(last - first + 1)
            exact = np.zeros((1, len(LEVELS)))
            prophet_uncertainty._standardized_quantiles(
                weights, chance, np.array([trend / noise]), np.array(LEVELS), normal, exact
            )
            total = np.sqrt(trend**2 + noise**2) * fit.fits.scale[0]
            np.testing.assert_allclose(distances[0, place] / total, exact[0], atol=1e-4)


def test_quantiles_are_deterministic_symmetric_and_ordered() -> None:
    fit = fitted(400)
    levels = (0.01, 0.1, 0.5, 0.9, 0.99)
    windows = [(step, step) for step in range(1, 29)]
    distances = predictive_quantiles(fit, levels=levels, windows=windows, threads=1)
    np.testing.assert_array_equal(distances, predictive_quantiles(fit, levels=levels, windows=windows, threads=2))
    np.testing.assert_allclose(distances, -distances[:, :, ::-1], atol=1e-7)
    assert (np.diff(distances, axis=2) > 0).all()
    assert (np.diff(distances[1, :, -1]) > 0).all()
