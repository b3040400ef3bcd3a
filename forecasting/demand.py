"""From series to a forecast: means by the chosen engine, quantiles and demand paths by the error bank.

Belongs here: joining engines, error bank and output frames. Does not: the engines themselves
(`pooled_seasonality.py`, `prophet_engine.py`), the rule that chooses (`selection.py`), what stock needs
(`transfer_plan.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from forecasting.calendars import PERIOD_DAYS, Dates, date_grid
from forecasting.error_bank import ErrorBank, Paths, build_error_bank, draw_paths
from forecasting.pooled_seasonality import forecast_pooled, forecast_seasonal_mean
from forecasting.prophet_engine import prophet_means
from forecasting.selection import Model, choose_models
from forecasting.series import DemandPanel

Floats = npt.NDArray[np.float64]

SERIES_AT_ONCE = 512
"""Series whose paths are held in memory together while quantiles are taken (about 30 MB)."""


class UnableToForecast(ValueError):
    """A request that no forecast can answer."""


@dataclass(frozen=True)
class DemandForecast:
    """A forecast of every series of a panel.

    Attributes:
        keys: unique_id, warehouse_id, sku; one row per series.
        dates: labels of the forecast periods, shape (horizon,); the first is the panel's `next_date`.
        mean: units per period, shape (series, horizon), never negative.
        models: engine of each series, shape (series,).
        bank: errors of earlier forecasts.
        period_days: 1 or 7.
    """

    keys: pl.DataFrame
    dates: Dates
    mean: Floats
    models: npt.NDArray[np.str_]
    bank: ErrorBank
    period_days: int

    def paths(self, *, series: npt.NDArray[np.int64], mean: Floats | None = None) -> Paths:
        """Demand paths of some series, whole units, shape (series, paths, horizon).

        Args:
            series: row numbers in `keys`.
            mean: other means than the forecast's own periods, shape (series, other horizon).
        """
        return draw_paths(self.mean[series] if mean is None else mean, bank=self.bank)

    def to_frame(self, *, quantiles: Sequence[float] = (0.05, 0.5, 0.95)) -> pl.DataFrame:
        """Long form: unique_id, ds, mean, one column per quantile (q05, q50 ...), model; sorted by id and date.

        Quantiles of one series and date never fall with the level and are whole units (they are quantiles of paths).

        Raises:
            UnableToForecast: a quantile outside (0, 1).
        """
        levels = sorted(set(quantiles))
        if any(not 0.0 < level < 1.0 for level in levels):
            raise UnableToForecast(f"quantiles {list(quantiles)} must lie between 0 and 1, both excluded")
        series, horizon = self.mean.shape
        values = np.zeros((len(levels), series, horizon))
        for start in range(0, series if levels else 0, SERIES_AT_ONCE):
            rows = np.arange(start, min(start + SERIES_AT_ONCE, series))
            drawn = self.paths(series=rows)
            values[:, rows, :] = np.quantile(drawn, levels, axis=1, method="inverted_cdf")
        columns = {
            "unique_id": pl.Series(self.keys["unique_id"].to_list()).gather(np.repeat(np.arange(series), horizon)),
            "ds": pl.Series(np.tile(self.dates, series)).cast(pl.Date),
            "mean": pl.Series(self.mean.reshape(-1)).round(6),
        }
        columns |= {quantile_name(level): pl.Series(values[i].reshape(-1)) for i, level in enumerate(levels)}
        columns["model"] = pl.Series(np.repeat(self.models, horizon).tolist(), dtype=pl.String)
        return pl.DataFrame(columns)


def quantile_name(level: float) -> str:
    """Column of a quantile: q05 for 0.05, q50 for 0.5, q97_5 for 0.975.

    >>> quantile_name(0.05), quantile_name(0.975)
    ('q05', 'q97_5')
    """
    percent = round(level * 100, 6)
    whole, _, fraction = f"{percent:g}".partition(".")
    return f"q{int(whole):02d}" + (f"_{fraction}" if fraction else "")


def forecast_demand(
    panel: DemandPanel, *, horizon: int, model: Model = "auto", events: pl.DataFrame | None = None
) -> DemandForecast:
    """Forecast every series of a panel.

    Args:
        panel: demand so far.
        horizon: periods to forecast, from the panel's `next_date` on.
        model: an engine by name, or `auto` (rule in `selection.py`).
        events: known holidays and promotions: date, event[, warehouse_id]; a row without warehouse_id is for all.
            Only Prophet reads them.

    Raises:
        UnableToForecast: a horizon below 1.
    """
    if horizon < 1:
        raise UnableToForecast(f"horizon {horizon} is no number of periods: pass 1 or more")
    dates = date_grid(panel.next_date, periods=horizon, freq=panel.freq)
    models = choose_models(panel, model=model, events=events)
    mean = forecast_pooled(
        panel.units,
        dates=panel.dates,
        origins=[len(panel.dates)],
        horizon_dates=[dates],
        index_until=len(panel.dates),
        freq=panel.freq,
    )[:, 0, :]
    is_mean = models == "mean"
    if is_mean.any():
        mean[is_mean] = forecast_seasonal_mean(panel.units, dates=panel.dates, future=dates, freq=panel.freq)[is_mean]
    for name, share, is_package_used in (("prophet", 1.0, True), ("prophet_pooled", 0.5, False)):
        series = np.flatnonzero(models == name)
        if len(series):
            by_prophet = prophet_means(
                panel, series=series, horizon=horizon, events=events, is_package_used=is_package_used
            )
            has_none = np.asarray(~np.isfinite(by_prophet).all(axis=1))
            models[series[has_none]] = "pooled_ses"
            mean[series] = np.where(has_none[:, None], mean[series], share * by_prophet + (1 - share) * mean[series])
    return _forecast(panel, dates=dates, mean=mean, models=models)


def forecast_from_frame(panel: DemandPanel, frame: pl.DataFrame) -> DemandForecast:
    """A stored forecast of means, given its demand paths again, so that no engine has to run twice a day.

    Args:
        panel: the demand that the forecast was made from.
        frame: unique_id, ds, mean, model: every series of the panel on every date from `panel.next_date` on.

    Raises:
        UnableToForecast: dates or series are missing.
    """
    horizon = frame["ds"].n_unique()
    dates = date_grid(panel.next_date, periods=horizon, freq=panel.freq)
    rows = (
        panel.keys.select("unique_id")
        .join(frame, on="unique_id", how="inner", maintain_order="left")
        .sort("ds", maintain_order=True)
    )
    series = panel.keys.height
    is_whole = rows.height == series * horizon and rows["ds"].unique().sort().to_list() == dates.tolist()
    if not is_whole:
        raise UnableToForecast(
            f"the stored forecast holds {rows.height} rows, not {series} series on {horizon} dates "
            f"from {panel.next_date} on: forecast again"
        )
    mean = rows["mean"].to_numpy().reshape(horizon, series).T.copy()
    models = np.array(rows["model"].to_list()[:series])
    return _forecast(panel, dates=dates, mean=mean, models=models)


def _forecast(panel: DemandPanel, *, dates: Dates, mean: Floats, models: npt.NDArray[np.str_]) -> DemandForecast:
    return DemandForecast(
        keys=panel.keys,
        dates=dates,
        mean=mean,
        models=models,
        bank=build_error_bank(panel, horizon=len(dates)),
        period_days=PERIOD_DAYS[panel.freq],
    )
