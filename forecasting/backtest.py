"""Forecasts from past origins beside what then happened.

Belongs here: rolling origins over a panel. Does not: engines and their choice (`selection.py`), measures
(`metrics.py`), the replay of stock decisions (a later module).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.demand import forecast_demand
from forecasting.metrics import relative_bias, wape
from forecasting.selection import Model
from forecasting.series import DemandPanel

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Accuracy:
    """Measures of one model over all origins.

    Attributes:
        wape: of single periods.
        wape_of_sum: of the sum over the horizon, for series wholly known in it.
        bias: of single periods, relative.
    """

    wape: float
    wape_of_sum: float
    bias: float


def backtest(panel: DemandPanel, *, model: Model, horizon: int, origins: Sequence[int]) -> Accuracy:
    """Accuracy of a model from several origins.

    Args:
        panel: the whole history.
        model: as in `forecast_demand`.
        horizon: periods ahead.
        origins: first periods that are not known, each at most periods - horizon.
    """
    actual = np.concatenate([panel.units[:, origin : origin + horizon] for origin in origins])
    forecast = np.concatenate(
        [forecast_demand(panel.until(origin), horizon=horizon, model=model).mean for origin in origins]
    )
    return Accuracy(
        wape=wape(actual, forecast=forecast),
        wape_of_sum=wape(actual.sum(axis=1), forecast=forecast.sum(axis=1)),
        bias=relative_bias(actual, forecast=forecast),
    )
