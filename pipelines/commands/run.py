"""`diaobo run`: the daily job in one process, with a bar per step, and what it found.

Belongs here: starting the job, failing in words, exit status. Does not: what the job does (`defs/`), how progress and
figures look (`run_progress.py`, `run_summary.py`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sys
import time
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from pipelines.company import Company


@click.command("run")
@click.option(
    "--company", "folder", type=click.Path(path_type=Path), help="Company folder; else DIAOBO_COMPANY, else var/sample."
)
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Plan for this morning instead of the company's own clock."
)
@click.option("--verbose", is_flag=True, help="Show every event and the trace of a failure.")
def command(*, folder: Path | None, as_of: dt.datetime | None, verbose: bool) -> None:
    """The daily job in one process, with progress."""
    from rich.console import Console

    from pipelines.company import UnableToReadCompany, company_folder, load_company
    from pipelines.daily_run import UnableToStartRun, hold_run_lock

    # Bound to the stream of now: the run's own output goes to a file meanwhile.
    console = Console(file=sys.stdout)
    started = time.monotonic()
    chosen = company_folder(folder, environ=os.environ)
    try:
        _make_sample_if_absent(chosen, console=console)
        company = load_company(chosen, environ=os.environ)
        lock = hold_run_lock(company)
    except (UnableToReadCompany, UnableToStartRun) as error:
        click.echo(str(error), err=True)
        raise SystemExit(2 if isinstance(error, UnableToReadCompany) else 1) from None
    with lock:
        run_id = str(uuid.uuid4())
        problems = _execute(
            company, as_of=as_of.date() if as_of else None, run_id=run_id, console=console, verbose=verbose
        )
        if problems:
            for problem in problems:
                click.echo(problem, err=True)
            click.echo(
                f"The daily job failed; what was published before stays. Log: {_log_file(company)}"
                + ("" if verbose else "; --verbose shows more"),
                err=True,
            )
            raise SystemExit(1)
        _tell(company, run_id=run_id, console=console, seconds=time.monotonic() - started)


def _make_sample_if_absent(folder: Path, *, console: Console) -> None:
    from pipelines.company import REPOSITORY

    if folder != REPOSITORY / "var" / "sample" or (folder.exists() and any(folder.iterdir())):
        return
    from sandbox.parameters import Parameters
    from sandbox.sample import write_sample

    with console.status("Making the sample company (once)"):
        write_sample(folder, parameters=Parameters())
    console.print(f"Made the sample company in {folder}", highlight=False)


def _execute(company: Company, *, as_of: dt.date | None, run_id: str, console: Console, verbose: bool) -> list[str]:
    """Runs the job; returns what failed, one line each."""
    from pipelines.daily_run import dagster_home

    os.environ["DAGSTER_HOME"] = str(dagster_home(company.folder))
    os.environ["DIAOBO_COMPANY"] = str(company.folder)
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
    with warnings.catch_warnings():
        if not verbose:
            # Dagster's notes on its own interfaces; tests turn them into errors, people cannot act on them.
            warnings.simplefilter("ignore")
        with console.status("Loading Dagster and dbt"):
            from dagster import DagsterInstance

            from pipelines.dbt_parsing import UnableToParseProject

            try:
                from pipelines.definitions import defs
            except UnableToParseProject as error:
                return [str(error)]
        with DagsterInstance.get() as instance:
            _fail_runs_that_were_killed(instance)
            return _execute_job(defs, instance, company, as_of=as_of, run_id=run_id, console=console, verbose=verbose)


def _fail_runs_that_were_killed(instance: Any) -> None:
    # We hold the lock, so no other run is alive; one that still says so would keep the schedule's runs waiting.
    from dagster import DagsterRunStatus, RunsFilter

    for run in instance.get_runs(RunsFilter(statuses=[DagsterRunStatus.STARTED, DagsterRunStatus.STARTING])):
        instance.report_run_failed(run, "The process of this run is gone: it was killed.")


def _execute_job(
    defs: Any, instance: Any, company: Company, *, as_of: dt.date | None, run_id: str, console: Console, verbose: bool
) -> list[str]:
    from dagster import DagsterExecutionInterruptedError

    from pipelines.run_failures import failure_lines
    from pipelines.run_progress import RunProgress

    job = defs.resolve_job_def("daily_job")
    totals = {node.name: len(node.definition.output_defs) for node in job.graph.nodes}
    settings = {"folder": str(company.folder), "as_of": as_of.isoformat() if as_of else ""}
    config: dict[str, Any] = {"resources": {"company": {"config": settings}}}
    if not verbose:
        config["loggers"] = {"console": {"config": {"log_level": "CRITICAL"}}}
    with RunProgress(console=console, totals=totals) as progress, _quiet(_log_file(company), verbose=verbose):
        instance.add_event_listener(run_id, progress.handle)
        try:
            result = job.execute_in_process(run_config=config, instance=instance, run_id=run_id, raise_on_error=False)
        except DagsterExecutionInterruptedError:
            return ["Stopped by Ctrl-C; the next run starts afresh"]
    return failure_lines(result.all_events, is_success=result.success, verbose=verbose)


@contextlib.contextmanager
def _quiet(log_file: Path, *, verbose: bool) -> Iterator[None]:
    # dbt and Dagster print every step; a person wants the bars, and the rest where it can be read afterwards.
    if verbose:
        yield
        return
    log_file.parent.mkdir(parents=True, exist_ok=True)
    # Left open until the process ends: handlers of logging that were made meanwhile go on writing to it.
    log = log_file.open("w", encoding="utf-8", buffering=1)
    with contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
        yield


def _log_file(company: Company) -> Path:
    return company.folder / "var" / "last_run.log"


def _tell(company: Company, *, run_id: str, console: Console, seconds: float) -> None:
    from inventory_core.errors import Malformed, Refused
    from pipelines.people import ensure_people
    from pipelines.run_summary import read_summary, show_passwords, show_summary

    summary = read_summary(company.published, warehouse=company.warehouse)
    show_summary(summary, console=console, folder=company.folder, seconds=seconds)
    try:
        passwords = ensure_people(
            company.folder, warehouse=company.warehouse, at=dt.datetime.now(dt.UTC), run_id=run_id, environ=os.environ
        )
    except (Refused, Malformed) as error:
        click.echo(f"The marts are published, but people got no accounts: {error}; mend the sheet `people`", err=True)
        raise SystemExit(1) from None
    show_passwords(passwords, console=console, is_sandbox=company.kind == "sandbox")
    sys.stdout.flush()
