"""The last step: what readers see is replaced at once, and only after everything before it held."""

import datetime as dt

from dagster import AssetExecutionContext, AssetKey, MaterializeResult, asset

from pipelines.defs.dbt_models.assets import dbt_facts, dbt_plan
from pipelines.defs.keys import WAREHOUSE_POOL
from pipelines.defs.orders.assets import REGISTERED_CATALOG
from pipelines.publishing import publish_marts
from pipelines.resources import CompanyResource, WarehouseResource

PUBLISHED_MARTS = AssetKey(["published", "marts"])


@asset(
    key=PUBLISHED_MARTS,
    deps=[
        *(key for definition in (dbt_facts, dbt_plan) for key in sorted(definition.keys) if key.path[0] == "marts"),
        REGISTERED_CATALOG,
    ],
    group_name="planning",
    kinds={"duckdb"},
    pool=WAREHOUSE_POOL,
)
def published_marts(
    context: AssetExecutionContext, company: CompanyResource, warehouse: WarehouseResource
) -> MaterializeResult:
    """The read-only copy that the app, `diaobo sql` and notebooks open."""
    paths = company.load()
    publication = publish_marts(
        paths.warehouse,
        target=paths.published,
        as_of_date=warehouse.read_as_of_date(),
        run_id=context.run_id,
        published_at=dt.datetime.now(dt.UTC),
    )
    return MaterializeResult(
        metadata={
            "tables": len(publication.row_counts),
            "dagster/row_count": sum(publication.row_counts.values()),
            "bytes": publication.path.stat().st_size,
        }
    )
