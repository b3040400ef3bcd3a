"""The batched Prophet on random designs: against a general solver, and the laws that any optimum obeys."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from forecasting.prophet_algebra import rotate, rotate_back, tridiagonalize
from forecasting.prophet_fit import _empty_fits, fit_matrix
from forecasting.prophet_kernel import LOCAL_MODE, OPTIMAL, Panel, fit_rows
from forecasting.prophet_lasso import minimize_lasso
from forecasting.prophet_products import TREND_DEVIATION, build_window

Floats = npt.NDArray[np.float64]
SEEDS = st.integers(0, 2**32 - 1)


class RandomDesign:
    """One series with random features, priors, gaps and regressor, in plain dense matrices."""

    def __init__(self, seed: int, rows: int, features: int, missing: float, own: int) -> None:
        rng = np.random.default_rng(seed)
        self.features = rng.normal(size=(rows + 1, features)) * rng.uniform(0.1, 3.0, features)
        if features > 1 and seed % 3 == 0:
            self.features[:, 1] = self.features[:, 0]  # collinear columns leave the optimum unique by their priors
        self.priors = rng.uniform(0.1, 10.0, features)
        self.own = rng.normal(5.0, 2.0, (1, rows + 1, own))
        self.own_priors = rng.uniform(0.5, 5.0, own)
        self.tau = float(rng.choice([0.01, 0.05, 0.5]))
        steps = np.cumsum(rng.normal(0, 0.3, rows)) if seed % 2 else np.where(np.arange(rows) < rows // 2, 1.0, 4.0)
        self.demand = steps + rng.normal(0, rng.choice([0.05, 0.5, 3.0]), rows)
        self.demand[1:-1][rng.uniform(size=rows - 2) < missing] = np.nan

    def fit(self) -> tuple[Floats, float, float, int]:
        """Our parameters (k, m, beta, delta, sigma), density, largest slope and status."""
        rows, count = len(self.demand), self.features.shape[1]
        columns = np.arange(count)
        window = build_window(
            np.ascontiguousarray(self.features * self.priors),
            0,
            rows - 1,
            np.concatenate([[TREND_DEVIATION] * 2, self.priors, self.own_priors]),
            columns,
            25,
            0.8,
            self.tau,
        )
        fits = _empty_fits(1, count, self.own.shape[2], 25, 1)
        fit_rows(window, Panel(self.demand[None].copy(), self.own, np.array([rows - 1])), np.array([0]), fits)
        hinges = (fits.changepoints[0] >= 0).sum()
        point = np.concatenate(
            [[fits.growth[0], fits.offset[0]], fits.features[0], fits.delta[0, :hinges], [fits.sigma[0]]]
        )
        self.changepoints = fits.changepoints[0, :hinges] / (rows - 1)
        return point, float(fits.log_density[0]), float(fits.gradient[0]), int(fits.status[0])

    def columns(self) -> tuple[Floats, Floats, Floats]:
        """Smooth columns with their prior deviations, hinges, and scaled demand, of the known rows."""
        is_known = np.isfinite(self.demand)
        times = (np.arange(len(self.demand)) / (len(self.demand) - 1))[is_known]
        own = self.own[0, :-1][is_known]
        own = (own - own.mean(axis=0)) / own.std(axis=0, ddof=1)
        self.smooth = np.column_stack([times, np.ones(len(times)), self.features[:-1][is_known], own])
        self.deviations = np.concatenate([[5.0, 5.0], self.priors, self.own_priors])
        self.hinges = np.maximum(times[:, None] - self.changepoints, 0.0)
        self.scaled = self.demand[is_known] / np.nanmax(np.abs(self.demand))
        return self.smooth, self.hinges, self.scaled

    def density_and_slopes(
        self, smooth: Floats, delta: Floats, log_sigma: float
    ) -> tuple[float, Floats, Floats, float]:
        residual = self.scaled - self.smooth @ smooth - self.hinges @ delta
        variance = np.exp(2 * log_sigma)
        density = (
            -len(residual) * log_sigma
            - 0.5 * residual @ residual / variance
            - 0.5 * np.sum((smooth / self.deviations) ** 2)
            - np.sum(np.abs(delta)) / self.tau
            - 2 * variance
        )
        smooth_slopes = self.smooth.T @ residual / variance - smooth / self.deviations**2
        kink_slopes = self.hinges.T @ residual / variance
        sigma_slope = -len(residual) + residual @ residual / variance - 4 * variance
        return float(density), smooth_slopes, kink_slopes, float(sigma_slope)

    def best_by_general_solver(self) -> float:
        """L-BFGS-B on (smooth, delta+, delta-, log sigma) from the start that Prophet gives Stan."""
        q, size = self.smooth.shape[1], self.hinges.shape[1]

        def objective(x: Floats) -> tuple[float, Floats]:
            density, smooth, kinks, sigma = self.density_and_slopes(x[:q], x[q : q + size] - x[q + size : -1], x[-1])
            split = np.minimum(x[q : q + size], x[q + size : -1]).sum() * 2 / self.tau
            gradient = np.concatenate([smooth, kinks - 1 / self.tau, -kinks - 1 / self.tau, [sigma]])
            return -(density - split), -gradient

        start = np.zeros(q + 2 * size + 1)
        start[1] = self.scaled.mean()
        bounds = [(None, None)] * q + [(0, None)] * (2 * size) + [(-12, 3)]
        found = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 4000})
        return -float(found.fun)


@settings(deadline=None, max_examples=40)
@given(SEEDS, st.integers(45, 200), st.integers(0, 8), st.sampled_from([0.0, 0.1, 0.6]), st.integers(0, 2))
def test_no_general_solver_finds_a_denser_point(seed: int, rows: int, features: int, missing: float, own: int) -> None:
    design = RandomDesign(seed, rows, features, missing, own)
    assume(np.isfinite(design.demand).sum() > 8)
    point, density, slope, status = design.fit()
    assume(status == OPTIMAL)
    design.columns()
    q = design.smooth.shape[1]
    recomputed, smooth, kinks, sigma = design.density_and_slopes(point[:q], point[q:-1], np.log(point[-1]))
    assert abs(recomputed - density) < 1e-7
    assert slope <= 1e-6
    assert np.abs(smooth).max() <= 1e-6
    assert abs(sigma) <= 1e-6
    delta = point[q:-1]
    assert (np.abs(kinks) <= 1 / design.tau + 1e-6).all()
    np.testing.assert_allclose(kinks[delta != 0], np.sign(delta[delta != 0]) / design.tau, atol=1e-6)
    assert density >= design.best_by_general_solver() - 1e-6


@settings(deadline=None, max_examples=30)
@given(SEEDS, st.integers(5, 44), st.integers(0, 8))
def test_short_histories_end_at_a_stationary_point_or_say_that_there_is_none(
    seed: int, rows: int, features: int
) -> None:
    design = RandomDesign(seed, rows, features, 0.0, 0)
    point, _, slope, status = design.fit()
    assume(status in (OPTIMAL, LOCAL_MODE))
    design.columns()
    q = design.smooth.shape[1]
    _, smooth, kinks, sigma = design.density_and_slopes(point[:q], point[q:-1], np.log(point[-1]))
    assert slope <= 1e-6
    assert max(np.abs(smooth).max(), abs(sigma)) <= 1e-6
    assert (np.abs(kinks) <= 1 / design.tau + 1e-6).all()


@settings(deadline=None, max_examples=60)
@given(SEEDS, st.integers(1, 25), st.integers(1, 40), st.floats(0.01, 3.0))
def test_the_lasso_ends_at_its_optimum_from_any_start(seed: int, size: int, rank: int, penalty: float) -> None:
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(rank, size))
    matrix, target = factor.T @ factor, factor.T @ rng.normal(size=rank)
    weights = np.where(rng.uniform(size=size) < 0.5, 0.0, rng.normal(size=size))
    minimize_lasso(matrix, matrix @ weights - target, weights, penalty)
    gradient = matrix @ weights - target
    tolerance = 1e-7 * max(1.0, np.abs(matrix).max())
    assert (np.abs(gradient) <= penalty + tolerance).all()
    np.testing.assert_allclose(gradient[weights != 0], -penalty * np.sign(weights[weights != 0]), atol=tolerance)


@settings(deadline=None, max_examples=60)
@given(SEEDS, st.integers(1, 40), st.integers(0, 40))
def test_the_tridiagonal_form_is_a_rotation_of_the_matrix(seed: int, size: int, rank: int) -> None:
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(rank, size)) * rng.choice([1e-6, 1.0, 1e4], size)
    matrix = factor.T @ factor
    reflectors, factors, diagonal, off_diagonal = tridiagonalize(matrix)
    rotated = np.diag(diagonal) + np.diag(off_diagonal[:-1], 1) + np.diag(off_diagonal[:-1], -1)
    vector = rng.normal(size=size)
    there = vector.copy()
    rotate(reflectors, factors, there)
    back = rotated @ there
    rotate_back(reflectors, factors, back)
    np.testing.assert_allclose(back, matrix @ vector, atol=1e-12 * max(np.abs(matrix).max(), 1.0) * size)
    rotate_back(reflectors, factors, there)
    np.testing.assert_allclose(there, vector, atol=1e-12)


@settings(deadline=None, max_examples=25)
@given(SEEDS, st.sampled_from([1e-3, 7.0, 1e6, -2.0]))
def test_the_forecast_scales_with_the_units(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    demand = rng.poisson(6.0, (1, 90)).astype(float)
    demand[rng.uniform(size=demand.shape) < 0.1] = np.nan
    dates = np.datetime64("2024-01-01") + np.arange(90)
    plain = fit_matrix(demand, dates=dates, horizon=6).fits.mean
    scaled = fit_matrix(demand * factor, dates=dates, horizon=6).fits.mean
    np.testing.assert_allclose(scaled, plain * factor, atol=1e-7 * abs(factor) * 20)
