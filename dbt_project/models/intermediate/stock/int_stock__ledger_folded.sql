-- What the core's ledger says is in the warehouses whose stock it keeps: the fold of its movements, at the end of each
-- day on which something moved, from the opening on. The last row is the ledger as it stands: whatever moved since the
-- evening before the as-of date is in it, and it is dated that evening (the as-of date where the ledger is younger).
with settings as (
    select
        time_zone,
        as_of_date
    from {{ ref('stg_company__settings') }}
),

kept as (
    -- not from the balances: a warehouse that ran empty has none, and would pass for one that nobody counts
    select distinct warehouse_id
    from {{ ref('int_stock__movements_signed') }}
    where event_type = 'StockOpened'
),

dated as (
    select
        legs.warehouse_id,
        legs.sku,
        legs.stock_condition,
        legs.units_delta,
        legs.event_type,
        settings.as_of_date,
        least(
            cast(
                timezone(coalesce(warehouses.time_zone, settings.time_zone), timezone('UTC', legs.moved_at)) as date
            ),
            settings.as_of_date
        ) as moved_date
    from {{ ref('int_stock__movements_signed') }} as legs
    inner join kept
        on legs.warehouse_id = kept.warehouse_id
    cross join settings
    -- many movements to one warehouse
    left join {{ ref('stg_master__warehouses') }} as warehouses
        on legs.warehouse_id = warehouses.warehouse_id
),

spans as (
    select
        warehouse_id,
        -- before the opening the ledger knew movements only, and their sum is no stock
        coalesce(min(case when event_type = 'StockOpened' then moved_date end), min(moved_date)) as first_date,
        max(as_of_date) as as_of_date
    from dated
    group by warehouse_id
),

placed as (
    select
        dated.warehouse_id,
        dated.sku,
        dated.stock_condition,
        dated.units_delta,
        case
            when spans.first_date = spans.as_of_date then spans.as_of_date
            else least(greatest(dated.moved_date, spans.first_date), spans.as_of_date - 1)
        end as stock_date,
        case when spans.first_date = spans.as_of_date then spans.as_of_date else spans.as_of_date - 1 end as last_date
    from dated
    inner join spans
        on dated.warehouse_id = spans.warehouse_id
),

days as (
    select
        warehouse_id,
        stock_date
    from placed

    union

    select
        warehouse_id,
        last_date as stock_date
    from placed
),

products as (
    select
        warehouse_id,
        sku,
        min(stock_date) as first_date
    from placed
    group by warehouse_id, sku
),

changes as (
    select
        warehouse_id,
        sku,
        stock_date,
        sum(case when stock_condition = 'good' then units_delta else 0 end) as available_delta,
        sum(case when stock_condition = 'good' then 0 else units_delta end) as unfulfillable_delta
    from placed
    group by warehouse_id, sku, stock_date
)

select
    days.stock_date,
    days.warehouse_id,
    products.sku,
    cast(sum(coalesce(changes.available_delta, 0)) over balances as bigint) as available_units,
    cast(sum(coalesce(changes.unfulfillable_delta, 0)) over balances as bigint) as unfulfillable_units
from days
inner join products
    on
        days.warehouse_id = products.warehouse_id
        and days.stock_date >= products.first_date
-- one day and product to at most one change
left join changes
    on
        days.warehouse_id = changes.warehouse_id
        and days.stock_date = changes.stock_date
        and products.sku = changes.sku
window balances as (partition by days.warehouse_id, products.sku order by days.stock_date)
