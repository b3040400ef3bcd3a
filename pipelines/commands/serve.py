"""`diaobo serve`: the app, Dagster and the outbox's worker beside each other, until Ctrl-C or until one of them ends.

Belongs here: starting, watching and ending the programs. Does not: what the app shows (`app_streamlit/`), what Dagster
runs (`pipelines/definitions.py`), what the worker tells (`pipelines/outbox`). The app starts first: Dagster needs about
half a minute on a small machine, and people need the app.

The worker is started again when it ends by itself: nobody looks at it, and a database or network that is away for a
minute must not take the app away. Its messages wait meanwhile, and a sensor of Dagster sweeps them up.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

POLL_SECONDS = 0.2
READY_SECONDS = 120  # Streamlit answers after six seconds on two busy cores; longer means that something is wrong
GRACE_SECONDS = 15  # Dagster ends its code servers and marks its runs before it goes
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 1, 60  # before a program that ended by itself is started again, doubling
WELL_AFTER_SECONDS = 300  # a program that ran that long begins again with the first rest
LAST_LINES = 15


@dataclass(frozen=True)
class Program:
    """One program to serve: its command, its environment beside ours, where its output goes, and its address if any."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    host: str = ""
    port: int = 0
    port_option: str = ""

    @property
    def address(self) -> str:
        """Where a browser on this machine finds it."""
        return f"http://{'127.0.0.1' if self.host in ('0.0.0.0', '::') else self.host}:{self.port}"  # noqa: S104  # nosec B104


class UnableToServe(Exception):
    """A port is taken or a program ended; the message says which and what to do."""


def app_program(folder: Path, *, host: str, port: int, repository: Path) -> Program:
    """The app over the company in `folder`."""
    return Program(
        name="app",
        command=(
            *(sys.executable, "-m", "streamlit", "run", str(repository / "app_streamlit" / "streamlit_app.py")),
            *("--server.address", host, "--server.port", str(port)),
        ),
        environment={"DIAOBO_COMPANY": str(folder), "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"},
        host=host,
        port=port,
        port_option="--app-port",
        log=folder / "var" / "serve" / "app.log",
    )


def dagster_program(folder: Path, *, port: int, home: Path) -> Program:
    """Dagster's web server and daemon over the company in `folder`, sharing one code server.

    On this machine only, wherever the app listens: Dagster asks nobody to sign in, and can start runs.
    """
    host = "127.0.0.1"
    return Program(
        name="Dagster",
        command=(
            *(sys.executable, "-m", "dagster", "dev", "-m", "pipelines.definitions"),
            *("--host", host, "--port", str(port)),
        ),
        environment={
            "DIAOBO_COMPANY": str(folder),
            "DAGSTER_HOME": str(home),
            "DAGSTER_DISABLE_TELEMETRY": "yes",
        },
        host=host,
        port=port,
        port_option="--dagster-port",
        log=folder / "var" / "serve" / "dagster.log",
    )


def worker_program(folder: Path) -> Program:
    """The worker of the outbox of the company in `folder`; it listens nowhere."""
    return Program(
        name="Outbox",
        command=(sys.executable, "-c", "from pipelines.cli import main; main()", "outbox", "run"),
        environment={"DIAOBO_COMPANY": str(folder), "PYTHONUNBUFFERED": "1"},
        log=folder / "var" / "serve" / "outbox.log",
    )


def check_port(program: Program) -> None:
    """Raises UnableToServe when somebody listens on the program's port already."""
    family = socket.AF_INET6 if ":" in program.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the remains of a closed server do not count
        try:
            probe.bind((program.host, program.port))
        except OSError as error:
            raise UnableToServe(
                f"port {program.port} on {program.host} cannot be had for {program.name} ({error.strerror}): "
                f"stop what uses it, or pass {program.port_option} with another number"
            ) from error


@contextlib.contextmanager
def started(program: Program, *, again: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    """The running program; at the end of the block it and everything that it started are gone.

    Its log begins anew, unless it is started `again`.
    """
    program.log.parent.mkdir(parents=True, exist_ok=True)
    with program.log.open("ab" if again else "wb") as output:
        # A session of its own: Ctrl-C reaches us alone, and the whole group can be ended, Dagster's code servers too.
        process = subprocess.Popen(  # noqa: S603 - our own commands
            program.command,
            env={**os.environ, **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):  # the group is gone already
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=GRACE_SECONDS)


def wait_until_ready(program: Program, process: subprocess.Popen[bytes], *, stop: threading.Event) -> None:
    """Returns when the app answers or `stop` is set; raises UnableToServe when it ends or stays silent."""
    deadline = time.monotonic() + READY_SECONDS
    while not stop.wait(POLL_SECONDS):
        if process.poll() is not None:
            raise UnableToServe(epitaph(program, process.returncode))
        try:
            # our own server, on a loopback address
            with urllib.request.urlopen(f"{program.address}/_stcore/health", timeout=2):  # noqa: S310  # nosec B310
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise UnableToServe(
                    f"the {program.name} has not answered for {READY_SECONDS} s: see {program.log}"
                ) from None


@contextlib.contextmanager
def kept_running(program: Program) -> Iterator[None]:
    """The program runs until the end of the block: whenever it ends by itself it is started again, after a rest."""
    ending = threading.Event()
    keeper = threading.Thread(target=_keep_running, args=(program, ending), name=program.name)
    keeper.start()
    try:
        yield
    finally:
        ending.set()
        keeper.join()


def _keep_running(program: Program, ending: threading.Event) -> None:
    rest, again = FIRST_REST_SECONDS, False
    while not ending.is_set():
        with started(program, again=again) as process:
            started_at = time.monotonic()
            while process.poll() is None and not ending.wait(POLL_SECONDS):
                pass
        if ending.is_set():
            return
        if time.monotonic() - started_at > WELL_AFTER_SECONDS:
            rest = FIRST_REST_SECONDS
        words = f"{program.name} ended by itself with status {process.returncode}; it is started again in {rest} s"
        with program.log.open("a", encoding="utf-8") as log:
            log.write(f"{words}\n")
        click.echo(f"{words}: see {program.log}", err=True)
        ending.wait(rest)
        rest, again = min(rest * 2, LONGEST_REST_SECONDS), True


def watch(running: Sequence[tuple[Program, subprocess.Popen[bytes]]], *, stop: threading.Event) -> None:
    """Returns when `stop` is set; raises UnableToServe when one of the programs ends by itself."""
    while not stop.wait(POLL_SECONDS):
        for program, process in running:
            if process.poll() is not None:
                raise UnableToServe(epitaph(program, process.returncode))


def epitaph(program: Program, status: int) -> str:
    """What to say when a program ended by itself: its status and its last words."""
    lines = program.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
    return "\n".join([f"{program.name} ended by itself with status {status}; the end of {program.log}:", *lines])


@click.command("serve")
@click.option(
    "--company", "folder", type=click.Path(path_type=Path), help="Company folder; else DIAOBO_COMPANY, else var/sample."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address of the app; 0.0.0.0 is every network.")
@click.option("--app-port", default=8501, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--dagster-port", default=3000, show_default=True, type=click.IntRange(1, 65535), help="On this machine only."
)
@click.option("--no-dagster", is_flag=True, help="No schedule, no runs.")
@click.option("--no-worker", is_flag=True, help="Tells nobody; `diaobo outbox run` does it elsewhere.")
def command(
    *, folder: Path | None, host: str, app_port: int, dagster_port: int, no_dagster: bool, no_worker: bool
) -> None:
    """The app, Dagster and the worker of the outbox, until Ctrl-C."""
    from pipelines.company import REPOSITORY, UnableToReadCompany, company_folder, load_company
    from pipelines.daily_run import dagster_home

    chosen = company_folder(folder, environ=os.environ)
    try:
        company = load_company(chosen, environ=os.environ)
    except UnableToReadCompany as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None
    programs = [app_program(chosen, host=host, port=app_port, repository=REPOSITORY)]
    if not no_dagster:
        programs.append(dagster_program(chosen, port=dagster_port, home=dagster_home(chosen)))
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        for program in programs:
            check_port(program)
        if not company.published.is_file():
            click.echo("Nothing is published for this company yet: `diaobo run` fills the app while it is served.")
        _serve(programs, worker=None if no_worker else worker_program(chosen), stop=stop)
    except UnableToServe as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from None
    click.echo("Ended.")


def _serve(programs: Sequence[Program], *, worker: Program | None, stop: threading.Event) -> None:
    with contextlib.ExitStack() as stack:
        app = programs[0]
        running = [(app, stack.enter_context(started(app)))]
        wait_until_ready(*running[0], stop=stop)
        if stop.is_set():
            return
        click.echo(f"App      {app.address}")
        if worker is not None:
            stack.enter_context(kept_running(worker))
            click.echo(f"{worker.name:<8} {worker.log}")
        for program in programs[1:]:
            running.append((program, stack.enter_context(started(program))))
            click.echo(f"{program.name:<8} {program.address}  (ready in about half a minute)")
        click.echo("Ctrl-C ends it.")
        watch(running, stop=stop)
