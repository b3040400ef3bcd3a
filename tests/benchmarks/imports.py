"""What is measured of `diaobo import`: one CSV of 200 MB into a company, beside DuckDB that only reads it.

Belongs here: one function without arguments per row. Does not: printing. The memory column is what matters: the file
must be imported in under 2 GiB.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import duckdb
import xlsxwriter
from click.testing import CliRunner

from pipelines.cli import main

PRODUCTS, DAYS, CHANNELS = 2_000, 700, 4  # a row for each: 5.6 million rows, a little above 200 MB
MAPPING = """
entity = "sales_periods"
[columns]
period_date = "Date"
warehouse_id = { from = "Warehouse" }
sku = "Article"
units = "Sold"
"""


def rows_imported_per_second() -> float:
    """Rows per second of `diaobo import`, checks, landing and all."""
    with tempfile.TemporaryDirectory() as folder:
        company, file = _company(Path(folder)), _csv(Path(folder) / "sales.csv")
        start = time.perf_counter()
        result = CliRunner().invoke(main, ["import", str(file), "--company", str(company)])
        seconds = time.perf_counter() - start
    if result.exit_code:
        raise RuntimeError(result.output)
    return PRODUCTS * DAYS * CHANNELS / seconds


def rows_read_per_second() -> float:
    """Rows per second of DuckDB, which reads the file as text into a table and checks nothing."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        file = _csv(Path(folder) / "sales.csv")
        start = time.perf_counter()
        connection.execute("create table sales as select * from read_csv(?, all_varchar = true)", [str(file)])
        return PRODUCTS * DAYS * CHANNELS / (time.perf_counter() - start)


def _csv(file: Path) -> Path:
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (
                select
                    date '2024-01-01' + cast(day as integer) as "Date",
                    'w' || channel as "Warehouse",
                    'ARTICLE-' || product as "Article",
                    (product * 7 + day * 3 + channel) % 11 as "Sold"
                from range({DAYS}) as days(day), range({PRODUCTS}) as products(product), range({CHANNELS}) as _(channel)
            ) to '{file}' (header)
            """
        )
    return file


def _company(folder: Path) -> Path:
    company = folder / "company"
    result = CliRunner().invoke(main, ["company", "new", str(company), "--name", "Bench"])
    if result.exit_code:
        raise RuntimeError(result.output)
    with (company / "company.toml").open("a") as stream:
        stream.write('[[feeds]]\nfeed = "sales"\nmapping = "mappings/sales.toml"\nfiles = "inbox/sales/sales*.csv"\n')
    (company / "mappings" / "sales.toml").write_text(MAPPING)
    with xlsxwriter.Workbook(company / "master.xlsx") as book:
        book.add_worksheet("products").write_column(0, 0, ["sku", *(f"ARTICLE-{one}" for one in range(PRODUCTS))])
        warehouses = book.add_worksheet("warehouses")
        warehouses.write_row(0, 0, ["warehouse_id", "warehouse_kind"])
        for channel in range(CHANNELS):
            warehouses.write_row(channel + 1, 0, [f"w{channel}", "domestic"])
    return company
