-- Where a feed counts a warehouse whose stock the core keeps too, both as of the morning of the run: the feed's latest
-- count with what orders moved after it, the ledger as it stands. The feed is the truth for the plan and the shops.
with ledger as (
    select
        place_id as warehouse_id,
        sku,
        sum(units) as units
    from {{ ref('stg_core__stock_balances') }}
    where
        place_kind = 'warehouse'
        and is_kept
    group by place_id, sku
),

counted as (
    select
        warehouse_id,
        sku,
        max(stock_date) as stock_date,
        sum(available_units + reserved_units + unfulfillable_units) as units
    from {{ ref('int_stock__mornings_corrected') }}
    where not is_ledger
    group by warehouse_id, sku
),

kept_and_counted as (
    select
        counted.warehouse_id,
        max(counted.stock_date) as stock_date
    from counted
    where counted.warehouse_id in (select ledger.warehouse_id from ledger)
    group by counted.warehouse_id
),

sides as (
    select
        warehouse_id,
        sku,
        units as feed_units,
        0 as ledger_units
    from counted

    union all

    select
        warehouse_id,
        sku,
        0 as feed_units,
        units as ledger_units
    from ledger
)

select
    sides.warehouse_id,
    sides.sku,
    case when warehouses.warehouse_kind in ('fba', 'awd') then 'platform' else 'wms' end as feed_kind,
    cast(sum(sides.feed_units) as bigint) as feed_units,
    cast(sum(sides.ledger_units) as bigint) as ledger_units,
    cast(sum(sides.feed_units) - sum(sides.ledger_units) as bigint) as units_delta,
    kept_and_counted.stock_date
from sides
-- many products to one warehouse
inner join kept_and_counted
    on sides.warehouse_id = kept_and_counted.warehouse_id
inner join {{ ref('stg_master__warehouses') }} as warehouses
    on sides.warehouse_id = warehouses.warehouse_id
group by sides.warehouse_id, sides.sku, warehouses.warehouse_kind, kept_and_counted.stock_date
having sum(sides.feed_units) != sum(sides.ledger_units)
