"""Truths about what entered: nothing is lost between file and table."""

from __future__ import annotations

from dagster import AssetCheckResult, AssetCheckSeverity, asset_check

from pipelines.defs.feeds.assets import LANDED_FEEDS, PULLED_SOURCES
from pipelines.defs.keys import raw
from pipelines.landing.extraction import held
from pipelines.pulling import last_pull
from pipelines.resources import CompanyResource, WarehouseResource


@asset_check(asset=PULLED_SOURCES)
def every_source_was_pulled(company: CompanyResource) -> AssetCheckResult:
    """Every dataset of every source was pulled; what was not keeps the figures of the last time that it was."""
    notes = last_pull(company.load())
    wrong = [f"{n.source}, {n.dataset} (last good {n.good_at or 'never'}): {n.problem}" for n in notes if n.problem]
    return AssetCheckResult(
        passed=not wrong,
        severity=AssetCheckSeverity.WARN,
        description="; ".join(wrong) or f"{len(notes)} datasets pulled",
    )


@asset_check(asset=LANDED_FEEDS)
def no_feed_is_held(company: CompanyResource) -> AssetCheckResult:
    """No feed brought what looks like a lie of its source; where one did, the figures before it stay."""
    loaded = company.load()
    wrong = [
        f"{feed.name}: {extraction.source} {problem.message} {feed.name}"
        for feed in loaded.feeds
        for extraction in held(loaded, feed)
        for problem in extraction.problems
    ]
    return AssetCheckResult(
        passed=not wrong, severity=AssetCheckSeverity.WARN, description="; ".join(wrong) or "nothing is held"
    )


@asset_check(asset=raw("quarantined_rows"), additional_deps=[raw("feed_counts")], blocking=True)
def refused_rows_are_quarantined(warehouse: WarehouseResource) -> AssetCheckResult:
    """Every row read was accepted, skipped by a named rule, or stands in quarantine."""
    with warehouse.connect(read_only=True) as connection:
        read, kept, refused, quarantined = connection.execute(
            """
            select
                coalesce(sum(row_count) filter (action = 'read'), 0),
                coalesce(sum(row_count) filter (action in ('accepted', 'skipped', 'refused')), 0),
                coalesce(sum(row_count) filter (action = 'refused'), 0),
                (select count(*) from raw.quarantined_rows where row_number is not null)
            from raw.feed_counts
            """
        ).fetchall()[0]
    return AssetCheckResult(
        passed=read == kept and refused == quarantined,
        description=f"{read} rows read, {kept} accounted for; {refused} refused, {quarantined} in quarantine",
        metadata={"refused_rows": int(refused)},
    )
