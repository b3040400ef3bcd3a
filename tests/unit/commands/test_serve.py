"""`diaobo serve`: which programs, what is said when one cannot be had or ends, and that none outlives the command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.commands import serve
from tests.app.company_builder import build_company
from tests.browser.served_app import free_port

PATIENCE_SECONDS = 120


def program(folder: Path, code: str) -> serve.Program:
    """A program of one line of Python in the place of the real ones."""
    return serve.Program(
        name="app",
        command=(sys.executable, "-c", code),
        environment={},
        host="127.0.0.1",
        port=free_port(),
        port_option="--app-port",
        log=folder / "var" / "serve" / "app.log",
    )


def is_listening(port: int) -> bool:
    """Whether somebody answers there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_programs_know_company_port_and_home(tmp_path: Path) -> None:
    app = serve.app_program(tmp_path, host="0.0.0.0", port=8501, repository=Path("/repository"))  # noqa: S104
    assert "/repository/app_streamlit/streamlit_app.py" in app.command
    assert app.environment["DIAOBO_COMPANY"] == str(tmp_path)
    assert app.address == "http://127.0.0.1:8501"
    dagster = serve.dagster_program(tmp_path, port=3000, home=tmp_path / "home")
    assert dagster.environment["DAGSTER_HOME"] == str(tmp_path / "home")
    assert dagster.environment["DAGSTER_DISABLE_TELEMETRY"] == "yes"
    assert dagster.command[dagster.command.index("--host") + 1] == "127.0.0.1"  # it asks nobody to sign in


def test_a_taken_port_is_said_with_what_to_pass(tmp_path: Path) -> None:
    taken = program(tmp_path, "")
    serve.check_port(taken)
    with socket.socket() as other:
        other.bind((taken.host, taken.port))
        other.listen()
        with pytest.raises(serve.UnableToServe, match=rf"port {taken.port} .* pass --app-port"):
            serve.check_port(taken)


def test_a_program_that_ends_by_itself_is_named_with_its_last_words(tmp_path: Path) -> None:
    ending = program(tmp_path, "print('no such thing'); raise SystemExit(7)")
    with (
        serve.started(ending) as process,
        pytest.raises(serve.UnableToServe, match=r"app ended by itself with status 7; (?s:.*)no such thing"),
    ):
        serve.watch([(ending, process)], stop=threading.Event())


def test_children_of_a_program_end_with_it(tmp_path: Path) -> None:
    port = free_port()
    child = (
        f"import socket, time; server = socket.create_server(('127.0.0.1', {port}));"
        "print('up', flush=True); time.sleep(600)"
    )
    parent = program(
        tmp_path, f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(600)"
    )
    with serve.started(parent) as process:
        while "up" not in parent.log.read_text(encoding="utf-8"):
            assert process.poll() is None
        assert is_listening(port)
    assert process.returncode == -signal.SIGTERM
    deadline = time.monotonic() + PATIENCE_SECONDS
    while is_listening(port):  # it was told to end, and needs a moment to do so
        assert time.monotonic() < deadline


def test_a_worker_that_ends_by_itself_is_started_again_with_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serve, "FIRST_REST_SECONDS", 0.01)
    lives = tmp_path / "lives"
    dying = program(
        tmp_path,
        f"import pathlib, time; lives = pathlib.Path({str(lives)!r}); known = lives.exists(); "
        "lives.open('a').write('x'); print('up'); "
        "time.sleep(600) if known and len(lives.read_text()) > 2 else exit(7)",
    )
    with serve.kept_running(dying):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not lives.exists() or len(lives.read_text()) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    log = dying.log.read_text(encoding="utf-8")
    assert log.count("app ended by itself with status 7; it is started again in") == 2
    assert capsys.readouterr().err.count("ended by itself with status 7") == 2
    assert len(lives.read_text()) == 3, "and not after the end"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`diaobo serve`, the app alone, over a company, once it says where the app is."""
    port = free_port()
    command = subprocess.Popen(
        [
            *(sys.executable, "-c", "from pipelines.cli import main; main()"),
            *("serve", "--no-dagster", "--no-worker", "--company", str(build_company(tmp_path / "company"))),
            *("--app-port", str(port)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert command.stdout
    try:
        assert command.stdout.readline() == f"App      http://127.0.0.1:{port}\n"
        yield command, port
    finally:
        command.kill()
        command.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_app_is_served_until_a_signal_and_leaves_nothing_behind(
    served: tuple[subprocess.Popen[str], int], number: signal.Signals
) -> None:
    command, port = served
    assert is_listening(port)
    command.send_signal(number)
    output, errors = command.communicate(timeout=PATIENCE_SECONDS)
    assert command.returncode == 0
    assert output.endswith("Ended.\n")
    assert errors == ""
    assert not is_listening(port)


@pytest.mark.slow
def test_the_command_ends_when_the_app_dies(served: tuple[subprocess.Popen[str], int]) -> None:
    command, _ = served
    (app,) = Path(f"/proc/{command.pid}/task/{command.pid}/children").read_text(encoding="ascii").split()
    os.kill(int(app), signal.SIGKILL)
    _, errors = command.communicate(timeout=PATIENCE_SECONDS)
    assert command.returncode == 1
    assert "app ended by itself with status -9" in errors


@pytest.mark.slow
def test_the_worker_is_part_of_what_is_served_and_the_app_outlives_it(tmp_path: Path) -> None:
    port, folder = free_port(), build_company(tmp_path / "company")
    command = subprocess.Popen(
        [
            *(sys.executable, "-c", "from pipelines.cli import main; main()"),
            *("serve", "--no-dagster", "--company", str(folder), "--app-port", str(port)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    log = folder / "var" / "serve" / "outbox.log"
    try:
        assert command.stdout
        assert command.stdout.readline() == f"App      http://127.0.0.1:{port}\n"
        assert command.stdout.readline() == f"Outbox   {log}\n"
        wait_for(log, "waiting: there is no core")  # it waits for one
        (killed,) = [
            child
            for child in Path(f"/proc/{command.pid}/task").glob("*/children")
            for child in child.read_text(encoding="ascii").split()
            if "outbox" in Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8").split("\0")
        ]
        os.kill(int(killed), signal.SIGKILL)
        wait_for(log, "Outbox ended by itself with status -9; it is started again in 1 s")
        assert is_listening(port)
        command.send_signal(signal.SIGTERM)
        output, errors = command.communicate(timeout=PATIENCE_SECONDS)
    finally:
        command.terminate()  # it ends what it started
        command.communicate()
    assert (command.returncode, output.endswith("Ended.\n")) == (0, True)
    assert "Outbox ended by itself with status -9" in errors


def wait_for(log: Path, words: str) -> None:
    """Until the log says so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not log.exists() or words not in log.read_text(encoding="utf-8"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
