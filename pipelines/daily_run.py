"""What the daily job needs around it, whoever starts it: a home for Dagster and the right to be the only one.

Belongs here: paths and the lock. Does not: what the job does (`defs/`), how it is shown (`commands/run.py`). Imports no
Dagster, so that `serve` and `doctor` may ask where its home is.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.company import REPOSITORY, Company

# Set in the environment of whatever opens the dbt project: its profile reads it.
WAREHOUSE_VARIABLE = "DIAOBO_WAREHOUSE"


class UnableToStartRun(Exception):
    """The job cannot start now; the message says why and what to do."""


def dagster_home(folder: Path) -> Path:
    """DAGSTER_HOME of the company in `folder`, made and given the repository's settings.

    It lives in the company's folder: runs of two companies never mix, and moving the folder moves its history.
    """
    home = folder / "var" / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(REPOSITORY / "dagster.yaml", home / "dagster.yaml")
    return home


def dbt_target(folder: Path) -> Path:
    """Where dbt's artifacts of this company's runs go: one folder, so that a run finds what the one before parsed."""
    return folder / "var" / "dbt"


def run_lock(company: Company) -> FileLock:
    """The lock that a run holds from its first step to its last; one object per process, so that it can be nested.

    The operating system lets go of it when a run is killed.
    """
    return FileLock(company.folder / "warehouse.duckdb.lock", is_singleton=True)


def hold_run_lock(company: Company) -> FileLock:
    """Takes the lock; raises UnableToStartRun when another run has it."""
    lock = run_lock(company)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UnableToStartRun(
            f"Another daily job is running for {company.folder}: wait until it is done, or look at it in Dagster"
        ) from None
    return lock
