"""The faults that can be switched on, and whether a given call meets one.

Belongs here: names, what they do, chance by call (repeatable by the world's seed and the count of calls). Who applies
them: `web.py` to every call, the vendors' modules to reports, events and fields.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from sandbox.living.life import Fault
from sandbox.living.simulation import Simulation
from sandbox.living.world import UnableToDo

# name -> (what it does, share of calls when switched on plainly, size when switched on plainly)
FAULTS: dict[str, tuple[str, float, float]] = {
    "timeouts": ("the work is done, the answer comes `size` seconds late", 0.1, 30.0),
    "storm_429": ("too many requests, whatever the bucket says", 0.5, 0.0),
    "errors_500": ("an internal error, in half of the cases after the work was done", 0.2, 0.0),
    "half_reports": ("reports and stock answers lack every second row", 0.5, 0.0),
    "duplicated_events": ("orders and carriers' events come twice", 0.5, 0.0),
    "late_events": ("carriers' events come `size` hours after they happened", 1.0, 48.0),
    "clock_skew": ("the servers' clock in headers and tokens is `size` seconds off", 1.0, 420.0),
    "schema_changes": ("an unknown column or field appears", 1.0, 0.0),
}


def plainly(name: str, *, is_on: bool, vendor: str, share: float | None, size: float | None) -> list[dict[str, Any]]:
    """The commands that switch a fault, or `all` of them, with its plain share and size where none is given.

    Raises:
        UnableToDo: when there is no such fault.
    """
    names = list(FAULTS) if name == "all" else [name]
    unknown = [item for item in names if item not in FAULTS]
    if unknown:
        raise UnableToDo(f"there is no fault {unknown[0]}: pass all or one of {', '.join(FAULTS)}")
    return [
        {
            "name": item,
            "vendor": vendor,
            "share": FAULTS[item][1] if share is None else share,
            "size": FAULTS[item][2] if size is None else size,
            "is_on": is_on,
        }
        for item in names
    ]


class Faulty:
    """Decides by chance whether a call meets a fault that is on."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._asked: Counter[str] = Counter()
        self.met: Counter[str] = Counter()

    def meets(self, name: str, vendor: str) -> Fault | None:
        """The fault, if it is on for this vendor and this call is unlucky."""
        fault = self._simulation.world.faults.get(name)
        if fault is None or vendor == "control" or fault.vendor not in {"*", vendor}:
            return None
        self._asked[name] += 1
        luck = random.Random(f"{self._simulation.world.history.seed} {name} {self._asked[name]}")  # noqa: S311  # nosec B311
        if luck.random() >= fault.share:
            return None
        self.met[f"{vendor}/{name}"] += 1
        return fault
