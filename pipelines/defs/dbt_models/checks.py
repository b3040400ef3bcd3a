"""Truths about the marts that SQL of another kind than the models' can see: from raw tables straight to the result."""

from __future__ import annotations

from dagster import AssetCheckResult, asset_check

from pipelines.defs.keys import mart
from pipelines.resources import WarehouseResource


@asset_check(asset=mart("fct_sales_daily"), additional_deps=[mart("fct_unassigned_sales")], blocking=True)
def units_are_conserved(warehouse: WarehouseResource) -> AssetCheckResult:
    """Units of all order lines, bundles multiplied, equal the units of the daily facts."""
    with warehouse.connect(read_only=True) as connection:
        ((raw_units, mart_units),) = connection.execute(
            """
            with known as (
                select
                    lines.units * coalesce(bundles.units, 1) as units
                from raw.order_lines as lines
                cross join raw.company as company
                left join raw.shops as shops on lines.shop_id = shops.shop_id
                left join (
                    select shop_id, seller_sku, sum(coalesce(units_per_listing, 1)) as units
                    from raw.listings
                    group by all
                ) as bundles
                    on lines.sku is null and lines.shop_id = bundles.shop_id and lines.seller_sku = bundles.seller_sku
                where
                    timezone(coalesce(shops.time_zone, company.time_zone), timezone('UTC', lines.ordered_at))
                    < company.as_of_date
                union all
                select periods.units
                from raw.sales_periods as periods
                cross join raw.company as company
                where periods.period_date < company.as_of_date
            )
            select
                (select coalesce(sum(units), 0) from known),
                (
                    select coalesce(sum(
                        sold_units + returned_units + cancelled_units + replaced_units + written_off_units
                    ), 0)
                    from marts.fct_sales_daily
                ) + (select coalesce(sum(units), 0) from marts.fct_unassigned_sales)
            """
        ).fetchall()
    return AssetCheckResult(
        passed=raw_units == mart_units,
        description=f"{raw_units} units in order lines and sales sums, {mart_units} in the daily facts",
        metadata={"units": int(mart_units)},
    )


@asset_check(asset=mart("fct_in_transit"), blocking=True)
def in_transit_is_counted_once(warehouse: WarehouseResource) -> AssetCheckResult:
    """What is on the way is what the core has in transit and what of the feeds' shipments only they know have left."""
    with warehouse.connect(read_only=True) as connection:
        ((shipped_units, mart_units),) = connection.execute(
            """
            with known as (
                select upper(replace(unnest([waybill, house_waybill, shipment_label, shipment_id]), ' ', '')) as number
                from raw.core_shipments
                where status != 'cancelled'
            ),
            unknown as (
                select lines.*
                from raw.shipment_lines as lines
                where lines.shipment_id not in (
                    select shipment_id from raw.shipment_lines
                    where
                        upper(replace(waybill, ' ', '')) in (select number from known where number != '')
                        or upper(replace(shipment_id, ' ', '')) in (select number from known where number != '')
                )
            )
            select
                (
                    select coalesce(sum(
                        case
                            when lines.received_date > company.as_of_date then lines.shipped_units
                            else greatest(lines.shipped_units - coalesce(lines.received_units, 0), 0)
                        end
                    ), 0)
                    from unknown as lines
                    cross join raw.company as company
                    where
                        lines.ship_date <= company.as_of_date
                        and coalesce(lines.received_date > company.as_of_date, true)
                ) + (select coalesce(sum(in_transit_units), 0) from raw.core_shipment_lines),
                (select coalesce(sum(in_transit_units), 0) from marts.fct_in_transit)
            """
        ).fetchall()
    return AssetCheckResult(
        passed=shipped_units == mart_units,
        description=f"{shipped_units} units left in open shipments, {mart_units} in transit",
        metadata={"units": int(mart_units)},
    )


@asset_check(
    asset=mart("fct_stock_daily"),
    additional_deps=[mart("fct_sales_daily"), mart("fct_in_transit"), mart("fct_shipment_milestones")],
    blocking=True,
)
def marts_know_no_future(warehouse: WarehouseResource) -> AssetCheckResult:
    """Nothing in the facts happened after the as-of morning: a replay of an earlier day sees what that day saw."""
    with warehouse.connect(read_only=True) as connection:
        rows = connection.execute(
            """
            with facts as (
                select 'fct_sales_daily' as name, count_if(sale_date >= as_of_date) as row_count
                from marts.fct_sales_daily cross join raw.company
                union all
                select 'fct_stock_daily', count_if(stock_date > as_of_date)
                from marts.fct_stock_daily cross join raw.company
                union all
                select 'fct_in_transit', count_if(ship_date > as_of_date or milestone_at >= as_of_date)
                from marts.fct_in_transit cross join raw.company
                union all
                select 'fct_shipment_milestones', count_if(not is_forecast and event_at >= as_of_date)
                from marts.fct_shipment_milestones cross join raw.company
            )
            select name, row_count from facts where row_count > 0
            """
        ).fetchall()
    told = "; ".join(f"{name}: {count} rows" for name, count in rows)
    return AssetCheckResult(passed=not rows, description=told or "no fact is later than the as-of morning")
