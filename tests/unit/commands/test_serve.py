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


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`diaobo serve --no-dagster` over a company, once it says where the app is."""
    port = free_port()
    command = subprocess.Popen(
        [
            *(sys.executable, "-c", "from pipelines.cli import main; main()"),
            *("serve", "--no-dagster", "--company", str(build_company(tmp_path / "company"))),
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
