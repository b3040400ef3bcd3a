"""Truths about the plan and about what it was made from."""

from __future__ import annotations

from dagster import AssetCheckResult, asset_check

from pipelines.defs.keys import mart
from pipelines.resources import WarehouseResource


@asset_check(asset=mart("fct_transfer_suggestions"), blocking=True)
def suggestions_respect_origin_stock(warehouse: WarehouseResource) -> AssetCheckResult:
    """No origin that is counted is asked for more than its latest count holds, less what was ordered from it."""
    with warehouse.connect(read_only=True) as connection:
        rows = connection.execute(
            """
            with free as (
                select warehouse_id, sku, sum(units) as units
                from (
                    select warehouse_id, sku, available_units as units from intermediate.int_planning__stock_selected
                    union all
                    select origin_id, sku, -units from intermediate.int_planning__open_orders_selected
                    where not is_reserved
                )
                group by all
            )
            select suggestions.origin_id, suggestions.sku, sum(suggestions.units), coalesce(any_value(free.units), 0)
            from marts.fct_transfer_suggestions as suggestions
            left join free on suggestions.origin_id = free.warehouse_id and suggestions.sku = free.sku
            where
                suggestions.origin_id in (select warehouse_id from intermediate.int_planning__stock_selected)
                and suggestions.origin_id not in (select origin_id from marts.dim_lanes where is_unlimited)
            group by suggestions.origin_id, suggestions.sku
            having sum(suggestions.units) > greatest(coalesce(any_value(free.units), 0), 0)
            order by all
            """
        ).fetchall()
    told = "; ".join(f"{origin} {sku}: {units} suggested, {free} free" for origin, sku, units, free in rows[:5])
    return AssetCheckResult(
        passed=not rows,
        description=told or "every origin has what is suggested to leave it",
        metadata={"rows": len(rows)},
    )
