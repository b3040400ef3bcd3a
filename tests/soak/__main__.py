"""`make soak`: the same checks as `make test`, for longer, with a new seed each time; the result is kept in a file.

Belongs here: sizes, databases, the report. Does not: the checks (`tests/contract/inventory_core`).
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from inventory_core.bootstrap import open_core
from tests.contract.inventory_core.test_lives_on_databases import STEPS_PER_LIFE, lead_lives
from tests.contract.inventory_core.test_many_processes import (
    COMMANDS_PER_SENDER,
    SENDERS,
    kill_at_random,
    send_from_many,
)
from tests.core_builders import cheap_passwords
from tests.postgresql import administrate, postgresql_server

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "docs" / "measurements" / "soak.md"


class Databases:
    """Empty cores, one new one at every call."""

    def __init__(self, folder: Path, url_of: Callable[[str], str]) -> None:
        self._folder, self._url_of, self._numbers = folder, url_of, itertools.count(1)
        open_core(f"sqlite:///{folder / 'template.sqlite'}", create=True).close()
        administrate(url_of("postgres"), "CREATE DATABASE template_core")
        open_core(url_of("template_core"), create=True).close()

    def sqlite(self) -> str:
        file = self._folder / f"core-{next(self._numbers)}.sqlite"
        shutil.copy(self._folder / "template.sqlite", file)
        return f"sqlite:///{file}"

    def postgresql(self) -> str:
        name = f"core_{next(self._numbers)}"
        administrate(self._url_of("postgres"), f"CREATE DATABASE {name} TEMPLATE template_core")
        return self._url_of(name)


def lives(new: Callable[[], str], *, steps: int, seeded: int) -> str:
    """Whole lives of goods until there were so many steps."""
    taken = led = 0
    while taken < steps:
        wanted = min(500, (steps - taken) // STEPS_PER_LIFE + 10)
        taken += lead_lives(new, lives=wanted, seeded=seeded + led)
        led += wanted
    return f"{taken:,} steps in {led:,} lives"


def senders(new: Callable[[], str], *, rounds: int, seeded: int) -> str:
    """Many processes on the same orders, several times."""
    done = sum(send_from_many(new(), first_sender=seeded + turn * SENDERS)["done"] for turn in range(rounds))
    sent = rounds * SENDERS * COMMANDS_PER_SENDER
    return f"{rounds} x {SENDERS} processes x {COMMANDS_PER_SENDER} commands: {done:,} done, {sent - done:,} refused"


def kills(new: Callable[[], str], *, count: int, seeded: int) -> str:
    """kill -9 at random moments."""
    with tempfile.TemporaryDirectory() as folder:
        answered, told = kill_at_random(new(), folder=Path(folder), kills=count, seed=seeded)
    return f"{count} kills: {answered:,} answered commands kept, {told:,} messages told and applied once"


def main() -> None:
    """Run everything on both databases; the first thing that does not hold ends it with a traceback."""
    sizes = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    sizes.add_argument("--steps", type=int, default=100_000, help="of the state machine, both databases together")
    sizes.add_argument("--kills", type=int, default=100, help="on each database")
    sizes.add_argument("--rounds", type=int, default=3, help="of 8 x 500 commands, on each database")
    sizes.add_argument("--seed", type=int, default=None, help="repeats a run; the date's otherwise")
    sizes.add_argument("--date", default=datetime.now(UTC).strftime("%Y-%m-%d"), help="what the report says")
    wanted = sizes.parse_args()
    seeded = int(wanted.date.replace("-", "")) if wanted.seed is None else wanted.seed
    lines = []
    with (
        cheap_passwords(),
        # nothing of the lives is killed, so they need no disk; what is killed is synced
        tempfile.TemporaryDirectory(dir=_memory()) as fast,
        tempfile.TemporaryDirectory() as synced,
        postgresql_server(is_durable=False) as fast_url,
        postgresql_server(is_durable=True) as synced_url,
    ):
        quick, durable = Databases(Path(fast), fast_url), Databases(Path(synced), synced_url)
        for name in ("SQLite", "PostgreSQL"):
            new, new_synced = getattr(quick, name.lower()), getattr(durable, name.lower())
            for what, run in (
                ("kill -9", lambda new=new_synced: kills(new, count=wanted.kills, seeded=seeded)),
                ("senders", lambda new=new_synced: senders(new, rounds=wanted.rounds, seeded=seeded)),
                ("lives", lambda new=new: lives(new, steps=wanted.steps // 2, seeded=seeded)),
            ):
                start = time.monotonic()
                found = run()  # type: ignore[no-untyped-call]
                lines.append(f"| {what} | {name} | {found} | {time.monotonic() - start:,.0f} |")
                print(lines[-1], flush=True)
    _write(lines, date=wanted.date, seeded=seeded)


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of our own inside


def _write(lines: list[str], *, date: str, seeded: int) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-C", str(ROOT), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()

    changed = " with uncommitted changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    head = (
        f"{date} · commit {git('rev-parse', '--short', 'HEAD')}{changed} · seed {seeded} · everything held: after each "
        "kill, each round and each life `verify` was clean."
    )
    REPORT.write_text(
        "\n".join(
            (
                "# The last long run (`make soak`)",
                "",
                head,
                "",
                "| what | database | result | seconds |",
                "| --- | --- | --- | ---: |",
                *lines,
                "",
            )
        ),
        encoding="utf-8",
    )
    print(f"written to {REPORT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
