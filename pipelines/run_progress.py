"""How a run looks while it goes: one line per step, with a bar that knows how much of the step is done.

Belongs here: turning Dagster's events into lines. Does not: starting the run (`commands/run.py`), what it found
(`run_summary.py`). Takes events as they come and imports no Dagster.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

# Steps of the job in the order of the day. Checks have no line of their own: they are quick, and a failed one is told.
STEPS: Mapping[str, str] = {
    "landing__sources": "Pull sources",
    "landing__feeds": "Land files",
    "raw_tables": "Load raw tables",
    "core_tables": "Read orders from the core",
    "dbt_facts": "Build and test the facts",
    "core__catalog": "Tell the core the catalog",
    "planning__demand_forecasts": "Forecast demand",
    "plan": "Plan transfers and purchases",
    "dbt_plan": "Build and test the plan's marts",
    "published__marts": "Publish",
}


@dataclass
class RunProgress:
    """Shows a run on a console. `totals` says how many tables a step makes; a step that is not named makes one."""

    console: Console
    totals: Mapping[str, int]
    _bars: Progress = field(init=False)
    _tasks: dict[str, TaskID] = field(default_factory=dict, init=False)
    _started: dict[str, float] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description}", justify="left"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )

    def __enter__(self) -> RunProgress:
        self._bars.start()
        for step, label in STEPS.items():
            self._tasks[step] = self._bars.add_task(label, total=self.totals.get(step, 1), start=False)
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def handle(self, event: Any) -> None:
        """Takes one event of Dagster's log; events without a step are none of ours."""
        dagster_event = getattr(event, "dagster_event", None)
        step = getattr(dagster_event, "step_key", None)
        if dagster_event is None or step not in self._tasks:
            return
        match dagster_event.event_type_value:
            case "STEP_START":
                self._started[step] = time.monotonic()
                self._bars.start_task(self._tasks[step])
            case "ASSET_MATERIALIZATION":
                self._bars.advance(self._tasks[step])
            case "STEP_SUCCESS":
                self._finish(step, mark="[green]✓[/]")
            case "STEP_FAILURE":
                self._finish(step, mark="[red]✗[/]")
            case _:
                pass

    def _finish(self, step: str, *, mark: str) -> None:
        task = self._tasks[step]
        if mark.startswith("[green]"):
            self._bars.update(task, completed=self.totals.get(step, 1))
        self._bars.update(task, description=f"{mark} {STEPS[step]}")
        self._bars.stop_task(task)
        if not self.console.is_terminal:
            # A log file gets one line per step instead of bars.
            seconds = time.monotonic() - self._started.get(step, time.monotonic())
            self.console.print(f"{mark} {STEPS[step]} ({seconds:.1f} s)", highlight=False)
