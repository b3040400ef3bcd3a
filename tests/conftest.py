"""Fixtures that every test may use. Slow ones are session-scoped and live beside the tests that share them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
# Their tests share a built warehouse, a served app or servers: one worker runs them all, so that it is made once.
TOGETHER = ("tests/integration", "tests/browser", "tests/contract/sandbox", "tests/app")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several workers, the tests of a file, or of a folder in TOGETHER, stay together."""
    for item in items:
        file = item.path.relative_to(REPOSITORY).as_posix()
        folder = next((one for one in TOGETHER if file.startswith(f"{one}/")), None)
        item.add_marker(pytest.mark.xdist_group(folder or file))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and vendors' contracts; skips where it is absent unless CI requires it."""
    folder = Path(os.environ.get("DIAOBO_SHARED", REPOSITORY.parent / "shared"))
    if not folder.is_dir():
        reason = f"{folder} is absent: real data and vendors' contracts live there"
        if os.environ.get("DIAOBO_REQUIRE_SHARED") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
