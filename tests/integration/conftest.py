"""One sample company that the daily job has run on, shared by all tests that only read it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.parameters import Parameters
from sandbox.sample import write_sample

# Enough for every kind of listing, lane, event and model, and small enough for a test.
SMALL_COMPANY = Parameters(seed=7, products=60, months=14)


@dataclass(frozen=True)
class FirstRun:
    """A company after its first daily job, and what the command printed."""

    folder: Path
    output: str


def diaobo(*arguments: str) -> list[str]:
    """The command line as a child process runs it."""
    return [str(Path(sys.executable).parent / "diaobo"), *arguments]


def environment() -> dict[str, str]:
    """The environment of a child: no company or database of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DIAOBO_", "DAGSTER_"))}
    return {**kept, "COLUMNS": "200", "DAGSTER_DISABLE_TELEMETRY": "yes", "DO_NOT_TRACK": "1"}


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    """A small sample company, made and run once by the command line."""
    folder = tmp_path_factory.mktemp("daily_job") / "company"
    write_sample(folder, parameters=SMALL_COMPANY)
    result = subprocess.run(
        diaobo("run", "--company", str(folder)), env=environment(), capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return FirstRun(folder, result.stdout)


@pytest.fixture(scope="session")
def sample_company(first_run: FirstRun) -> Path:
    """Its folder. Tests that change anything copy it first."""
    return first_run.folder


@pytest.fixture(scope="session")
def built_warehouse(sample_company: Path) -> Path:
    """Its warehouse.duckdb; open it read-only."""
    return sample_company / "warehouse.duckdb"
