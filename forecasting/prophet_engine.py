"""Prophet as one engine of the forecast: means of some series of a panel, with the events of their warehouses.

Belongs here: handing a panel to the batched Prophet. Does not: the model (`prophet_batch.py`), which series it serves
(`selection.py`), quantiles: those of all engines come from the error bank, because Prophet's Gaussian noise is wrong
for products that sell a few units a day.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from forecasting.series import DemandPanel

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def prophet_means(
    panel: DemandPanel, *, series: Integers, horizon: int, events: pl.DataFrame | None, is_package_used: bool
) -> Floats:
    """Mean demand of some series by Prophet with its defaults.

    Args:
        panel: demand so far.
        series: row numbers in `panel.keys`.
        horizon: periods from the panel's `next_date` on.
        events: date, event[, warehouse_id] of past and future; a row without warehouse_id is for all.
        is_package_used: whether series that the batched solver cannot fit go to the Prophet package, one by one; else
            they are NaN.

    Returns:
        Units per period, shape (series, horizon), never negative; NaN where Prophet has no forecast.
    """
    from forecasting.prophet_batch import forecast_matrix  # Numba takes a second to import
    from forecasting.prophet_fit import fit_matrix
    from forecasting.prophet_settings import HolidayCalendar

    warehouses = panel.keys["warehouse_id"].gather(series).to_list()
    names = sorted(set(warehouses))
    calendars = [
        None if events is None else HolidayCalendar.from_frame(_events_of(events, warehouse_id=name)) for name in names
    ]
    calendar_of = np.array([names.index(name) for name in warehouses], dtype=np.int64)
    steps = panel.periods_to_skip + horizon
    units = panel.units[series]
    if is_package_used:
        mean = forecast_matrix(
            units,
            dates=panel.dates,
            horizon=steps,
            quantiles=(0.5,),
            holidays=calendars,
            holidays_of_series=calendar_of,
        ).mean
    else:
        fit = fit_matrix(units, dates=panel.dates, horizon=steps, holidays=calendars, holidays_of_series=calendar_of)
        mean = fit.fits.mean
    return np.maximum(mean[:, panel.periods_to_skip :], 0.0)


def _events_of(events: pl.DataFrame, *, warehouse_id: str) -> pl.DataFrame:
    own = events
    if "warehouse_id" in events.columns:
        own = events.filter(pl.col("warehouse_id").is_null() | (pl.col("warehouse_id") == warehouse_id))
    return own.select(pl.col("event").alias("holiday"), pl.col("date").alias("ds"))
