"""What Dagster loads: assets, checks, the job, the schedule, the sensor, resources. A page, not a registry."""

from __future__ import annotations

from dagster import Definitions, load_asset_checks_from_modules, load_assets_from_modules
from dagster_dbt import DbtCliResource

from pipelines.automation import daily_job, daily_schedule, left_over_messages
from pipelines.dbt_parsing import DBT_EXECUTABLE
from pipelines.defs.dbt_models import assets as dbt_models
from pipelines.defs.dbt_models import checks as dbt_checks
from pipelines.defs.feeds import assets as feeds
from pipelines.defs.feeds import checks as feed_checks
from pipelines.defs.orders import assets as orders
from pipelines.defs.orders import checks as order_checks
from pipelines.defs.planning import assets as planning
from pipelines.defs.planning import checks as planning_checks
from pipelines.defs.publication import assets as publication
from pipelines.resources import CompanyResource, WarehouseResource

company = CompanyResource()

defs = Definitions(
    assets=load_assets_from_modules([feeds, orders, dbt_models, planning, publication]),
    asset_checks=load_asset_checks_from_modules([feed_checks, order_checks, dbt_checks, planning_checks]),
    jobs=[daily_job],
    schedules=[daily_schedule()],
    sensors=[left_over_messages],
    resources={
        "company": company,
        "warehouse": WarehouseResource(company=company),
        "dbt": DbtCliResource(project_dir=dbt_models.PROJECT, dbt_executable=str(DBT_EXECUTABLE)),
    },
)
