"""What stands around the daily job: Dagster's home, the lock, the parsed project."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock

from pipelines.company import Company, Policy
from pipelines.daily_run import UnableToStartRun, dagster_home, hold_run_lock
from pipelines.dbt_parsing import is_manifest_current


def company(folder: Path) -> Company:
    return Company(
        folder=folder,
        name="One",
        base_currency="USD",
        time_zone="UTC",
        kind="live",
        fixed_as_of=date(2026, 11, 2),
        policy=Policy(),
        feeds=(),
    )


def test_two_companies_have_two_homes_with_our_settings(tmp_path: Path) -> None:
    homes = [dagster_home(tmp_path / name) for name in ("one", "two")]
    assert homes[0] != homes[1]
    for home in homes:
        settings = (home / "dagster.yaml").read_text(encoding="utf-8")
        assert "telemetry:\n  enabled: false" in settings


def test_the_lock_may_be_taken_twice_by_one_run_and_not_by_another(tmp_path: Path) -> None:
    with hold_run_lock(company(tmp_path)), hold_run_lock(company(tmp_path)):
        pass
    # Another process, as the operating system sees it: a lock object of its own.
    with (
        FileLock(tmp_path / "warehouse.duckdb.lock", is_singleton=False),
        pytest.raises(UnableToStartRun, match="Another daily job is running"),
    ):
        hold_run_lock(company(tmp_path))
    with hold_run_lock(company(tmp_path)):
        pass


@pytest.mark.parametrize("change", ["edit", "add", "remove"])
def test_a_changed_project_is_parsed_again(tmp_path: Path, change: str) -> None:
    for name in ("models/a.sql", "models/staging/b.sql", "models/staging/b.yml", "dbt_project.yml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    manifest = tmp_path / "target" / "manifest.json"
    assert not is_manifest_current(tmp_path, manifest=manifest)
    manifest.parent.mkdir()
    manifest.write_text("{}", encoding="utf-8")
    for path in [*tmp_path.rglob("*"), tmp_path]:
        os.utime(path, (1_000, 1_000))
    os.utime(manifest, (2_000, 2_000))
    assert is_manifest_current(tmp_path, manifest=manifest)
    changed = tmp_path / "models" / "staging" / ("c.sql" if change == "add" else "b.sql")
    if change == "remove":
        changed.unlink()
    else:
        changed.write_text("y", encoding="utf-8")
    assert not is_manifest_current(tmp_path, manifest=manifest)
