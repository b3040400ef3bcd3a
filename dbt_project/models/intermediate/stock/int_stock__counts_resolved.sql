-- Snapshots and ledgers side by side become one count per product. Rules:
-- a date on which a warehouse has a snapshot takes it whole, the ledger serves the other dates;
-- rows of one seller SKU that several shops report for one warehouse are one pool, counted once;
-- stock of a bundle listing (packed at the warehouse) counts the products in it;
-- a count dated on the as-of day itself is read as that morning's only where the evening before has none.
with settings as (
    select as_of_date
    from {{ ref('stg_company__settings') }}
),

snapshots as (
    select
        snapshot_date as stock_date,
        warehouse_id,
        shop_id,
        seller_sku,
        sku,
        available_units,
        reserved_units,
        unfulfillable_units,
        researching_units
    from {{ ref('stg_stock__snapshots') }}
),

snapshot_days as (
    select distinct
        stock_date,
        warehouse_id
    from snapshots
),

balances as (
    select
        balances.balance_date as stock_date,
        balances.warehouse_id,
        balances.shop_id,
        balances.seller_sku,
        balances.sku,
        sum(case when balances.stock_class = 'available' then balances.units else 0 end) as available_units,
        sum(case when balances.stock_class = 'reserved' then balances.units else 0 end) as reserved_units,
        sum(case when balances.stock_class = 'unfulfillable' then balances.units else 0 end) as unfulfillable_units,
        sum(case when balances.stock_class = 'researching' then balances.units else 0 end) as researching_units
    from {{ ref('stg_stock__balances') }} as balances
    left join snapshot_days
        on
            balances.balance_date = snapshot_days.stock_date
            and balances.warehouse_id = snapshot_days.warehouse_id
    where snapshot_days.warehouse_id is null
    group by balances.balance_date, balances.warehouse_id, balances.shop_id, balances.seller_sku, balances.sku
),

counts as (
    select * from snapshots

    union all

    select * from balances
),

warehouse_cutoffs as (
    select
        counts.warehouse_id,
        max(settings.as_of_date)
        - max(case when counts.stock_date = settings.as_of_date - 1 then 1 else 0 end) as latest_date
    from counts
    cross join settings
    group by counts.warehouse_id
),

pooled as (
    select
        counts.stock_date,
        counts.warehouse_id,
        coalesce(counts.seller_sku, counts.sku) as item,
        coalesce(counts.sku, shares.sku, counts.seller_sku) as sku,
        coalesce(shares.units_per_listing, 1) as units_per_listing,
        max(counts.available_units) as available_units,
        max(counts.reserved_units) as reserved_units,
        max(counts.unfulfillable_units) as unfulfillable_units,
        max(counts.researching_units) as researching_units
    from counts
    -- many counts to one cutoff
    inner join warehouse_cutoffs
        on
            counts.warehouse_id = warehouse_cutoffs.warehouse_id
            and counts.stock_date <= warehouse_cutoffs.latest_date
    -- one count to one row per product of its listing
    left join {{ ref('int_products__listing_shares_weighed') }} as shares
        on
            counts.sku is null
            and counts.shop_id = shares.shop_id
            and counts.seller_sku = shares.seller_sku
    group by all
)

select
    stock_date,
    warehouse_id,
    sku,
    cast(sum(available_units * units_per_listing) as bigint) as available_units,
    cast(sum(reserved_units * units_per_listing) as bigint) as reserved_units,
    cast(sum(unfulfillable_units * units_per_listing) as bigint) as unfulfillable_units,
    cast(sum(researching_units * units_per_listing) as bigint) as researching_units
from pooled
group by stock_date, warehouse_id, sku
