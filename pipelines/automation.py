"""What happens by itself: the daily job at 02:00 in the company's own zone, and messages that no worker delivers.

Does not hold: what the job does (`defs/`), how messages are delivered (`pipelines/outbox`). Schedule and sensor are
stopped until somebody starts them in Dagster or by `diaobo serve`.
"""

from __future__ import annotations

import os
import threading

from dagster import (
    AssetSelection,
    DefaultScheduleStatus,
    DefaultSensorStatus,
    ScheduleDefinition,
    SensorEvaluationContext,
    SkipReason,
    define_asset_job,
    in_process_executor,
    sensor,
)

from inventory_core.bootstrap import database_url, open_core
from inventory_core.errors import Refused
from pipelines.company import UnableToReadCompany, company_folder, load_company
from pipelines.outbox.worker import LEFT_OVER_AFTER, Worker

# Dagster gives up an evaluation after 60 s; a notification that is on its way may need some of them.
SWEEP_SECONDS = 20

# One process: steps hand the one DuckDB file from hand to hand, and each process would import Dagster and dbt anew.
daily_job = define_asset_job(
    "daily_job", selection=AssetSelection.all(), executor_def=in_process_executor, description=__doc__
)


def daily_schedule() -> ScheduleDefinition:
    """02:00 of the company's zone: after the shops' day, before people come."""
    return ScheduleDefinition(
        name="daily_at_two",
        job=daily_job,
        cron_schedule="0 2 * * *",
        execution_timezone=company_time_zone(),
        default_status=DefaultScheduleStatus.RUNNING,
    )


def company_time_zone() -> str:
    """The zone of the company that this process serves; UTC where there is none yet (the run says what is missing)."""
    try:
        return load_company(company_folder(environ=os.environ), environ=os.environ).time_zone
    except UnableToReadCompany:
        return "UTC"


@sensor(
    name="left_over_messages",
    minimum_interval_seconds=30,
    default_status=DefaultSensorStatus.RUNNING,
    description=f"Delivers messages of the outbox that were due for {LEFT_OVER_AFTER}: no worker runs.",
)
def left_over_messages(context: SensorEvaluationContext) -> SkipReason:
    """Sweeps up what the worker of `diaobo serve` left; starts no run."""
    folder = company_folder(environ=os.environ)
    try:
        load_company(folder, environ=os.environ)
        core = open_core(database_url(folder, os.environ))
    except (UnableToReadCompany, Refused) as problem:
        return SkipReason(str(problem))
    stop = threading.Event()
    limit = threading.Timer(SWEEP_SECONDS, stop.set)
    limit.start()
    try:
        with core:
            worker = Worker(core=core, folder=folder, environ=os.environ, say=context.log.info)
            return SkipReason(worker.sweep_left_over(stop))
    finally:
        limit.cancel()
