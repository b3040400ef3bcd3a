"""Real worker processes over one database: none tells what another tells, and a kill loses nothing."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from inventory_core.bootstrap import open_core
from inventory_core.outbox.delivery import LEASE
from inventory_core.verification import verify
from pipelines.outbox.worker import Worker
from tests.core_builders import approved, core_on

ORDER_COUNT = 12
PATIENCE_SECONDS = 120
SETTINGS = """
[company]
name = "Seller"
base_currency = "USD"
time_zone = "UTC"
[policy]
service_level = 0.9
[outbox]
folder = "told"
[notifications]
keep_days = 100000
[[notifications.channels]]
name = "nobody"
url_from = "DIAOBO_TEST_ABSENT"
"""


def company(folder: Path, database: str) -> Path:
    """A company folder over that database, with messages for people and for the origin."""
    made = folder / "company"
    made.mkdir()
    (made / "company.toml").write_text(SETTINGS)
    with open_core(database) as core:
        core_on(core.storage)
        for _ in range(ORDER_COUNT):
            approved(core)
    return made


def start(folder: Path, database: str, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-c", "from pipelines.cli import main; main()", "outbox", "run", "--company", str(folder)],
            env={**os.environ, "DIAOBO_DATABASE_URL": database, "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def told_files(folder: Path) -> list[Path]:
    return sorted((folder / "told").rglob("*.json"))


def wait_for_files(folder: Path, count: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(told_files(folder)) < count:
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


def test_two_workers_tell_each_message_once_between_them(database: str, tmp_path: Path) -> None:
    folder, log = company(tmp_path, database), tmp_path / "log"
    workers = [start(folder, database, log) for _ in range(2)]
    try:
        wait_for_files(folder, ORDER_COUNT, log)
        with open_core(database) as core:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while [one for one in core.queries.messages(state="pending") if one.channel in ("origin", "people")]:
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
    assert [worker.wait(PATIENCE_SECONDS) for worker in workers] == [0, 0], log.read_text()
    told = Counter(re.findall(r"(outbox-\S+) \w+ to (?:people|origin): told", log.read_text()))
    assert len(told) == 3 * ORDER_COUNT
    assert set(told.values()) == {1}, "no message was told by both"
    with open_core(database) as core:
        copies = [one for one in core.queries.messages() if one.channel == "people/nobody"]
        assert len(copies) == 2 * ORDER_COUNT, "no message was addressed by both"
        assert verify(core).is_sound


def test_killed_workers_lose_nothing_and_a_receiver_that_keeps_the_key_applies_once(
    database: str, tmp_path: Path
) -> None:
    folder, log = company(tmp_path, database), tmp_path / "log"
    chance = random.Random(7)  # noqa: S311 - no secret
    for turn in range(3):
        worker = start(folder, database, log)
        try:
            wait_for_files(folder, min(3 * turn + 1, ORDER_COUNT), log)
            time.sleep(chance.random() / 20)
        finally:
            worker.kill()
            worker.wait()
    with open_core(database) as core:
        later = datetime.now(UTC) + LEASE + timedelta(minutes=1)  # what a dead worker had claimed is free again
        Worker(core=core, folder=folder, environ={}, say=print, clock=lambda: later).sweep(threading.Event())
        assert verify(core).is_sound
        messages = core.queries.messages()
    origin = {one.message_id for one in messages if one.channel == "origin"}
    assert {one.state.value for one in messages if one.channel in ("origin", "people")} == {"delivered"}
    applied = [json.loads(path.read_text(encoding="utf-8"))["message_id"] for path in told_files(folder)]
    assert sorted(applied) == sorted(origin), "each once, however often it was told"
    copies = Counter((one.channel, one.payload, one.kind) for one in messages if one.channel == "people/nobody")
    assert set(copies.values()) == {1}
    assert len(copies) == 2 * ORDER_COUNT
