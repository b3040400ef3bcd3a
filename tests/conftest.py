"""Fixtures that every test may use. Slow ones are session-scoped and live beside the tests that share them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


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
