"""What assets are handed: the company, its warehouse, its system of record, dbt.

Belongs here: opening and closing. Does not: what is done with it (`defs/`). The environment is read when a run starts,
never at import.
"""

import datetime as dt
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from dagster import ConfigurableResource, InitResourceContext, ResourceDependency

from inventory_core.bootstrap import Core, database_url, open_core
from pipelines.company import Company, company_folder, load_company
from pipelines.daily_run import WAREHOUSE_VARIABLE, hold_run_lock

# A dbt child that outlives a killed run finishes its model and leaves; this is longer than any model takes.
WRITER_PATIENCE_SECONDS = 60


class UnableToOpenWarehouse(Exception):
    """Another process has the warehouse open for writing; the message names the file."""


class CompanyResource(ConfigurableResource):
    """The company that this run is for. Empty values mean: DIAOBO_COMPANY or the sample; the company's own clock."""

    folder: str = ""
    as_of: str = ""

    def load(self) -> Company:
        """The company's settings as they are now; raises UnableToReadCompany."""
        return load_company(company_folder(self.folder or None, environ=os.environ), environ=os.environ)

    def as_of_date(self) -> dt.date:
        """The morning that is planned for."""
        override = dt.date.fromisoformat(self.as_of) if self.as_of else None
        return self.load().as_of(now=dt.datetime.now(dt.UTC), override=override)

    @contextmanager
    def core(self) -> Iterator[Core]:
        """The system of record, made or migrated where needed."""
        core = open_core(database_url(self.load().folder, os.environ), create=True)
        try:
            yield core
        finally:
            core.close()


class WarehouseResource(ConfigurableResource):
    """The DuckDB file. A run holds its lock from the first step to the last; connections live as long as one step."""

    company: ResourceDependency[CompanyResource]

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Iterator["WarehouseResource"]:
        """Holds the run lock and tells dbt where the warehouse is."""
        company = self.company.load()
        lock = hold_run_lock(company)
        os.environ[WAREHOUSE_VARIABLE] = str(company.warehouse)
        try:
            yield self
        finally:
            lock.release()

    @contextmanager
    def connect(self, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in UTC, closed at the end so that the next step or dbt can write."""
        connection = _connect(self.company.load().warehouse, read_only=read_only)
        try:
            connection.execute("set TimeZone = 'UTC'")
            yield connection
        finally:
            connection.close()

    def read_as_of_date(self) -> dt.date:
        """The as-of date that the raw tables were loaded for."""
        with self.connect(read_only=True) as connection:
            row = connection.execute("select as_of_date from raw.company").fetchone()
        if row is None:
            raise LookupError("raw.company is empty: the raw tables were not loaded")
        return row[0]


def _connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + WRITER_PATIENCE_SECONDS
    while True:
        try:
            return duckdb.connect(str(path), read_only=read_only)
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise
            if time.monotonic() > deadline:
                raise UnableToOpenWarehouse(
                    f"{path} is open in another program: close it (only the daily job writes this file; "
                    "`diaobo sql` reads the published copy)"
                ) from None
            time.sleep(0.2)
