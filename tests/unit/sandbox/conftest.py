"""One small world for all tests of the sandbox: forty products, seven months, about a second."""

from __future__ import annotations

import pytest

from sandbox.parameters import Parameters
from sandbox.world import World, live


@pytest.fixture(scope="session")
def small_world() -> World:
    """A world that nobody changes."""
    return live(Parameters(seed=11, products=40, months=7))
