"""A company that has just begun: the template alone is run, and nothing stands in the way."""

from __future__ import annotations

import subprocess
from pathlib import Path

import duckdb
import pytest

from tests.integration.conftest import diaobo, environment

pytestmark = pytest.mark.slow


def _run(*arguments: str) -> str:
    result = subprocess.run(diaobo(*arguments), env=environment(), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_a_company_without_a_single_sale_is_published_with_an_empty_plan(tmp_path: Path) -> None:
    folder = tmp_path / "company"
    _run("company", "new", str(folder))

    printed = _run("run", "--company", str(folder))

    assert "To transfer" in printed
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{folder / 'published' / 'marts.duckdb'}' as published (read_only)")
        for table in ("fct_demand_forecasts", "fct_safety_stocks", "fct_transfer_suggestions"):
            assert connection.execute(f"select count(*) from published.marts.{table}").fetchall() == [(0,)]
