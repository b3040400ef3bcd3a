"""The Prophet package and prophet-batch as oracles: their columns, their density, and ours in the same terms.

Belongs here: an implementation of the density and its slopes that shares nothing with `forecasting/`: it starts from
what the package itself prepares. Does not: assertions.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from prophet import Prophet

from forecasting.prophet_fit import PanelFit

for _name in ("cmdstanpy", "prophet", "prophet_batch", "prophet.plot"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Parameters:
    """A point in the model's own (scaled) parameter space."""

    growth: float
    offset: float
    delta: np.ndarray
    beta: np.ndarray
    sigma: float


class Oracle:
    """What the package prepares for one series, without fitting it."""

    def __init__(
        self,
        dates: np.ndarray,
        demand: np.ndarray,
        make: Callable[[], Prophet] = Prophet,
        regressors: dict | None = None,
    ) -> None:
        self.model = make()
        self.frame = pd.DataFrame({"ds": dates.astype("datetime64[ns]"), "y": demand, **(regressors or {})})
        inputs = self.model.preprocess(self.frame.copy())
        self.names = list(inputs.X.columns)
        self.features = inputs.X.to_numpy(dtype=float)
        self.priors = np.asarray(inputs.sigmas, dtype=float)
        self.times = np.asarray(inputs.t, dtype=float)
        self.scaled = np.asarray(inputs.y, dtype=float)
        self.changepoints = np.asarray(inputs.t_change, dtype=float)
        self.tau = float(inputs.tau)
        self.changepoint_dates = np.asarray(self.model.changepoints, dtype="datetime64[D]")

    def residual(self, point: Parameters) -> np.ndarray:
        hinges = np.maximum(self.times[:, None] - self.changepoints, 0.0)
        trend = point.growth * self.times + point.offset + hinges @ point.delta
        return self.scaled - trend - self.features @ point.beta

    def log_density(self, point: Parameters) -> float:
        """prophet.stan without its constants."""
        residual = self.residual(point)
        return float(
            -len(residual) * np.log(point.sigma)
            - 0.5 * residual @ residual / point.sigma**2
            - 0.5 * (point.growth / 5) ** 2
            - 0.5 * (point.offset / 5) ** 2
            - 0.5 * np.sum((point.beta / self.priors) ** 2)
            - np.sum(np.abs(point.delta)) / self.tau
            - 0.5 * (point.sigma / 0.5) ** 2
        )

    def largest_slope(self, point: Parameters) -> float:
        """Violation of stationarity in any parameter, sigma by its logarithm."""
        residual = self.residual(point)
        pull = residual / point.sigma**2
        hinges = np.maximum(self.times[:, None] - self.changepoints, 0.0)
        kinks = hinges.T @ pull
        smooth = np.concatenate(
            [
                [self.times @ pull - point.growth / 25, pull.sum() - point.offset / 25],
                self.features.T @ pull - point.beta / self.priors**2,
                [-len(residual) + residual @ pull - 4 * point.sigma**2],
            ]
        )
        at_zero = np.maximum(np.abs(kinks) - 1 / self.tau, 0.0)
        away = np.abs(kinks - np.sign(point.delta) / self.tau)
        return float(max(np.abs(smooth).max(), np.where(point.delta == 0, at_zero, away).max()))


def our_point(fit: PanelFit, i: int, oracle: Oracle) -> Parameters:
    """Our parameters of series `i`, in the order of the package's columns."""
    design = fit.designs[fit.design_of_series[i]]
    names = design.names + [regressor.name for regressor in design.settings.regressors]
    beta = np.array([fit.fits.features[i, names.index(name)] if name in names else 0.0 for name in oracle.names])
    count = len(oracle.changepoints)
    return Parameters(
        growth=float(fit.fits.growth[i]),
        offset=float(fit.fits.offset[i]),
        delta=fit.fits.delta[i, :count],
        beta=beta,
        sigma=float(fit.fits.sigma[i]),
    )


def package_point(model: Prophet) -> Parameters:
    """The parameters of a model that the package, or prophet-batch, has fitted."""
    parameters = model.params
    return Parameters(
        growth=float(np.ravel(parameters["k"])[0]),
        offset=float(np.ravel(parameters["m"])[0]),
        delta=np.ravel(parameters["delta"]),
        beta=np.ravel(parameters["beta"]),
        sigma=float(np.ravel(parameters["sigma_obs"])[0]),
    )
