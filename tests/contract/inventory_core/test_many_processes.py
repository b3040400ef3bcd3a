"""Many processes at once, and processes that are killed: every command is answered once or not at all, none is lost.

Invariant 4 of domain.md, "Nothing is lost": a crash at any point leaves either the whole command or none of it, and
what had to be told is told after the restart. `make soak` runs the same functions longer.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from inventory_core.bootstrap import open_core
from inventory_core.outbox.delivery import deliver_due
from inventory_core.outbox.model import CHANNELS
from inventory_core.storage.ports import Reader
from inventory_core.verification import verify
from tests.contract.inventory_core.worker import ORDER_COUNT, receiver
from tests.core_builders import AT, core_on, draft, line, stocked

WORKER, ROOT = Path(__file__).with_name("worker.py"), Path(__file__).parents[3]
SENDERS, COMMANDS_PER_SENDER = 8, 500


def start(url: str, *, receiver_file: str, number: int, count: int) -> subprocess.Popen[str]:
    """A worker that can import what this test imports."""
    arguments = [sys.executable, str(WORKER), url, receiver_file, str(number), str(count)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def set_up(url: str) -> None:
    """50 drafts of 20 chairs, and chairs enough for most of them."""
    with open_core(url) as core:
        core_on(core.storage)
        stocked(core, CHAIR=800, LAMP=10)
        for number in range(ORDER_COUNT):
            core.execute(draft(key=f"draft-{number}", lines=(line(units=20),)))


def send_from_many(url: str, *, first_sender: int = 0) -> Counter[str]:
    """8 processes send 500 commands each about the same 50 orders; answers by kind, after everything was checked."""
    set_up(url)
    numbers = range(first_sender, first_sender + SENDERS)
    workers = [start(url, receiver_file="", number=number, count=COMMANDS_PER_SENDER) for number in numbers]
    answers: Counter[str] = Counter()
    done: set[str] = set()
    for worker in workers:
        output, faults = worker.communicate(timeout=1800)
        assert (worker.returncode, faults) == (0, "")
        for key, answer in map(json.loads, output.splitlines()):
            answers[answer] += 1
            done |= {key} if answer == "done" else set()
    assert answers.total() == SENDERS * COMMANDS_PER_SENDER
    assert answers["again"] == 0
    assert answers["done"] > SENDERS * COMMANDS_PER_SENDER / 10, "or the test would test refusals only"
    with open_core(url) as core:
        with core.storage.reading() as store:
            assert {key for key in sent_keys(store) if key.startswith("sender-")} == done
        found = verify(core)
        assert found.is_sound, found.first_break
    return answers


def sent_keys(store: Reader) -> set[str]:
    """The keys of all commands that were done, as their senders wrote them."""
    return {key.split("/", maxsplit=1)[1] for key in store.handled_keys()}


def kill_at_random(url: str, *, folder: Path, kills: int, seed: int) -> tuple[int, int]:
    """Kills a process while it sends commands and delivers messages, and checks after each; answers and messages."""
    set_up(url)
    receiver_file = str(folder / "receiver.sqlite")
    chance = random.Random(seed)  # noqa: S311 - no secret
    answered: set[str] = set()
    for number in range(kills):
        worker = start(url, receiver_file=receiver_file, number=number, count=10_000)
        assert worker.stdout is not None
        for _ in range(chance.randint(1, 25)):
            key, answer = json.loads(worker.stdout.readline())
            answered |= {key} if answer == "done" else set()
        worker.kill()
        rest, faults = worker.communicate(timeout=60)
        assert faults == ""
        answered |= {key for key, answer in map(json.loads, rest.splitlines()) if answer == "done"}
        with open_core(url) as core:
            found = verify(core)
            assert found.is_sound, found.first_break
            with core.storage.reading() as store:
                assert answered <= sent_keys(store)
    with open_core(url) as core:
        while deliver_due(
            core.storage, dict.fromkeys(CHANNELS, receiver(receiver_file)), at=AT + timedelta(days=90)
        ).delivered_count:
            pass
        messages = core.queries.messages()
        assert {one.state for one in messages} == {"delivered"}
    with closing(sqlite3.connect(receiver_file)) as connection:
        heard = dict(connection.execute("SELECT message_id, times FROM heard").fetchall())
    assert set(heard) == {one.message_id for one in messages}, "each was told at least once, and nothing else was"
    return len(answered), len(messages)


def test_many_processes_on_the_same_orders(database: str) -> None:
    send_from_many(database)


def test_killed_processes_lose_nothing_and_tell_everything(database: str, tmp_path: Path) -> None:
    _, told = kill_at_random(database, folder=tmp_path, kills=10, seed=7)
    assert told > 20, "or the test would test no deliveries"
