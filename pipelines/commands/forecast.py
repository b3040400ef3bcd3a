"""`diaobo forecast`: a demand forecast from a file, without a company.

Belongs here: options and messages. Does not: the files' columns (`forecasting/planning_files.py`), forecasting.
"""

from __future__ import annotations

from pathlib import Path

import click


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--sales",
    "sales_path",
    required=True,
    type=click.Path(path_type=Path),
    help="CSV or Parquet: date, warehouse_id, sku, units[, in_stock].",
)
@click.option("--horizon", required=True, type=click.IntRange(min=1, max=3660), help="Periods to forecast.")
@click.option("--freq", required=True, type=click.Choice(["D", "W-MON"]), help="Days, or weeks that begin on Monday.")
@click.option("--out", "out_path", required=True, type=click.Path(path_type=Path), help="CSV or Parquet to write.")
@click.option("--quantiles", default="0.05,0.5,0.95", show_default=True, help="Between 0 and 1, with commas.")
@click.option(
    "--model",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "prophet", "pooled_ses", "mean"]),
    help="auto: pooled season and level, with Prophet for daily series where it did better on the past.",
)
@click.option(
    "--calendar",
    "calendar_path",
    type=click.Path(path_type=Path),
    help="CSV or Parquet: date, event[, warehouse_id]; holidays and promotions, past and future.",
)
def command(
    sales_path: Path,
    horizon: int,
    freq: str,
    out_path: Path,
    quantiles: str,
    model: str,
    calendar_path: Path | None,
) -> None:
    """Forecast demand of every warehouse and product in a sales file."""
    from forecasting.demand import UnableToForecast, forecast_demand
    from forecasting.planning_files import CALENDAR, SALES, UnableToReadFile, read_file
    from forecasting.planning_output import check_out_path, write_file
    from forecasting.series import UnableToReadSeries, sales_to_panel

    try:
        check_out_path(out_path)
        levels = _levels(quantiles)
        sales = read_file(sales_path, SALES)
        events = read_file(calendar_path, CALENDAR) if calendar_path else None
        panel = sales_to_panel(sales, freq="D" if freq == "D" else "W-MON")
        forecast = forecast_demand(panel, horizon=horizon, model=model, events=events)  # type: ignore[arg-type]
        frame = forecast.to_frame(quantiles=levels)
    except (UnableToReadFile, UnableToReadSeries) as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        raise SystemExit(2) from error
    except UnableToForecast as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from error
    write_file(frame, out_path)
    click.echo(f"{out_path}: {panel.keys.height} series x {horizon} periods from {panel.next_date}", err=True)


def _levels(text: str) -> list[float]:
    from forecasting.demand import UnableToForecast

    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise UnableToForecast(f"--quantiles: {text!r} are no numbers; pass for example 0.05,0.5,0.95") from error
