-- Every day from a warehouse's first count to its last. A day without a count carries the one before forward and says
-- so; a product that a count does not list has 0 there (reports leave out what is out of stock).
-- A warehouse that no feed counts and whose stock the core keeps is counted by the core's ledger.
with feed_counts as (
    select
        *,
        false as is_ledger
    from {{ ref('int_stock__counts_resolved') }}
),

counts as (
    select * from feed_counts

    union all by name

    select
        ledger.*,
        0 as reserved_units,
        0 as researching_units,
        true as is_ledger
    from {{ ref('int_stock__ledger_folded') }} as ledger
    where ledger.warehouse_id not in (select feed_counts.warehouse_id from feed_counts)
),

dates as (
    select distinct
        warehouse_id,
        stock_date
    from counts
),

count_dates as (
    select
        warehouse_id,
        stock_date as counted_date,
        lead(stock_date) over (partition by warehouse_id order by stock_date) as next_counted_date
    from dates
),

days as (
    select
        warehouse_id,
        counted_date,
        cast(unnest(
            generate_series(counted_date, coalesce(next_counted_date - 1, counted_date), interval 1 day)
        ) as date) as stock_date
    from count_dates
),

products as (
    select
        warehouse_id,
        sku,
        is_ledger,
        min(stock_date) as first_counted_date
    from counts
    group by warehouse_id, sku, is_ledger
)

select
    days.stock_date,
    days.warehouse_id,
    products.sku,
    coalesce(counts.available_units, 0) as available_units,
    coalesce(counts.reserved_units, 0) as reserved_units,
    coalesce(counts.unfulfillable_units, 0) as unfulfillable_units,
    coalesce(counts.researching_units, 0) as researching_units,
    products.is_ledger,
    days.stock_date != days.counted_date as is_filled
from days
inner join products
    on
        days.warehouse_id = products.warehouse_id
        and days.stock_date >= products.first_counted_date
-- one day and product to at most one count
left join counts
    on
        days.warehouse_id = counts.warehouse_id
        and days.counted_date = counts.stock_date
        and products.sku = counts.sku
