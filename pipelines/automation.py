"""When the daily job runs by itself: at 02:00 in the company's own zone.

Does not hold: what it does (`defs/`). The schedule is stopped until somebody starts it in Dagster or by `diaobo serve`.
"""

from __future__ import annotations

import os

from dagster import (
    AssetSelection,
    DefaultScheduleStatus,
    ScheduleDefinition,
    define_asset_job,
    in_process_executor,
)

from pipelines.company import UnableToReadCompany, company_folder, load_company

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
