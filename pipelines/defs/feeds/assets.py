"""Landing and raw tables as assets.

Does not hold: how files are read and checked (`pipelines/landing`, which does not know Dagster).
"""

import os
from collections.abc import Iterator

from dagster import AssetExecutionContext, AssetKey, AssetSpec, MaterializeResult, asset, multi_asset

from pipelines.defs.keys import GROUP_OF_ENTITY, WAREHOUSE_POOL, raw
from pipelines.landing.extraction import land
from pipelines.landing.load import load_raw
from pipelines.pulling import pull_company, pull_until, waybills_of_core
from pipelines.resources import CompanyResource, WarehouseResource
from pipelines.sources.clock import SystemClock

PULLED_SOURCES = AssetKey(["landing", "sources"])
LANDED_FEEDS = AssetKey(["landing", "feeds"])


@asset(key=PULLED_SOURCES, group_name="inventory", kinds={"python"})
def pulled_sources(context: AssetExecutionContext, company: CompanyResource) -> MaterializeResult:
    """What the vendors' systems answered, as files that feeds read. A source that fails does not stop the day."""
    loaded = company.load()
    clock = SystemClock()
    shipments = []
    if loaded.sources:
        with company.core() as core:
            shipments = core.export()["core_shipments"]
    outcomes = pull_company(
        loaded,
        until=pull_until(loaded, now=clock.now(), as_of_date=company.as_of_date()),
        clock=clock,
        environ=os.environ,
        waybills=waybills_of_core(shipments),
    )
    for outcome in outcomes:
        if outcome.problem:
            context.log.warning(f"{outcome.source}, {outcome.dataset}: {outcome.problem}")
    return MaterializeResult(
        metadata={
            "datasets": len(outcomes),
            "new_files": sum(len(outcome.files) for outcome in outcomes),
            "problems": sum(outcome.problem is not None for outcome in outcomes),
        }
    )


@asset(key=LANDED_FEEDS, deps=[PULLED_SOURCES], group_name="inventory", kinds={"parquet"})
def landed_feeds(company: CompanyResource) -> MaterializeResult:
    """Every file that the company's feeds name, kept once as it came (buyers' columns dropped)."""
    extractions = land(company.load())
    return MaterializeResult(
        metadata={
            "files": len(extractions),
            "new_files": sum(extraction.is_new for extraction in extractions),
            "refused_files": sum(bool(extraction.problems) for extraction in extractions),
        }
    )


@multi_asset(
    name="raw_tables",
    specs=[
        AssetSpec(raw(entity), deps=[LANDED_FEEDS], group_name=group, kinds={"duckdb"})
        for entity, group in GROUP_OF_ENTITY.items()
    ],
    pool=WAREHOUSE_POOL,
)
def raw_tables(
    context: AssetExecutionContext, company: CompanyResource, warehouse: WarehouseResource
) -> Iterator[MaterializeResult]:
    """Schema `raw` rebuilt from landing: what was accepted, what was refused into quarantine, counts of both."""
    with warehouse.connect() as connection:
        report = load_raw(connection, company=company.load(), as_of_date=company.as_of_date())
    context.log.info(f"{report.total('read')} rows read, {report.total('refused')} refused")
    for entity in GROUP_OF_ENTITY:
        yield MaterializeResult(asset_key=raw(entity), metadata={"dagster/row_count": report.accepted.get(entity, 0)})
