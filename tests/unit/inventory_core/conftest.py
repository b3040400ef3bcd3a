"""A fresh core in memory for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory_core.bootstrap import Core, open_core
from tests.core_builders import cheap_passwords, core_on, memory_core


@pytest.fixture(autouse=True, scope="session")
def cheaper_passwords() -> Iterator[None]:
    with cheap_passwords():
        yield


@pytest.fixture
def core() -> Core:
    return memory_core()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, cheaper_passwords: None) -> Path:
    """A SQLite file with catalog and people, to copy."""
    file = tmp_path_factory.mktemp("template") / "core.sqlite"
    with open_core(f"sqlite:///{file}", create=True) as opened:
        core_on(opened.storage)
    return file


@pytest.fixture
def sqlite_core(tmp_path: Path, sqlite_template: Path) -> Iterator[Core]:
    """A core with catalog and people in the SQLite file `core.sqlite` of the test's folder."""
    shutil.copy(sqlite_template, tmp_path / "core.sqlite")
    with open_core(f"sqlite:///{tmp_path / 'core.sqlite'}") as opened:
        yield opened
