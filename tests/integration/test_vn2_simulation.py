"""On real weekly sales the planner costs less than the rule of thumb, with nothing fitted to the window."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.benchmarks.vn2_simulation import Simulation

pytestmark = [pytest.mark.shared, pytest.mark.slow]


@pytest.fixture(scope="module")
def simulation(shared: Path) -> Simulation:
    return Simulation(shared)


def test_on_the_last_eight_weeks_diaobo_costs_less_than_the_rule_of_thumb(simulation: Simulation) -> None:
    week = simulation.windows(1)[0]
    ours, rule = (
        simulation.cost(policy, week=week) for policy in (simulation.diaobo_suggest, simulation.rule_of_thumb)
    )
    assert ours < 0.97 * rule


def test_a_round_sees_nothing_of_its_future(simulation: Simulation, tmp_path: Path) -> None:
    week = simulation.windows(1)[0]
    arguments = simulation.write_round(tmp_path, simulation.start(week))
    seen = pl.read_parquet(arguments[arguments.index("--sales") + 1])
    assert seen["date"].max() == simulation.monday(week - 1)


def test_the_command_itself_gives_the_orders_of_the_simulation(simulation: Simulation, tmp_path: Path) -> None:
    start = simulation.start(simulation.windows(1)[0])
    command = Path(sys.executable).with_name("diaobo")
    done = subprocess.run(
        [str(command), "suggest", *simulation.write_round(tmp_path, start)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    units = pl.read_csv(tmp_path / "out.csv")["units"]
    assert units.sum() == int(np.sum(simulation.diaobo_suggest(start)))
    assert units.min() > 0
