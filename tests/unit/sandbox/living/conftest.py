"""A world that lives on, made anew for each test: ten products, three months, a third of a second."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.living.simulation import Simulation
from sandbox.parameters import Parameters

PARAMETERS = Parameters(seed=5, products=12, months=4)
DAY = 86_400


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    found = Simulation(tmp_path / "world", parameters=PARAMETERS)
    yield found
    found.close()
