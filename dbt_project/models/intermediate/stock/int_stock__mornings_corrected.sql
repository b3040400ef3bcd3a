-- What is in each warehouse on the morning of the run: its latest count, what the core's orders moved since, and what
-- approved orders will still take.
-- A count is of the end of its day in the warehouse's zone. What the core says left or came later cannot be in it: it
-- is taken off, or added, until the next count has it. A ledger's own row is its present state and needs none of that.
-- Reserved units are out of available exactly once: by the feed, where its counts know the orders approved before them
-- (the warehouse's has_order_reservations), else here. Then a dispatch empties the reservation, not what is available.
with settings as (
    select
        time_zone,
        as_of_date
    from {{ ref('stg_company__settings') }}
),

latest as (
    select
        days.warehouse_id,
        bool_or(days.is_ledger) as is_ledger,
        max(days.stock_date) as stock_date
    from {{ ref('int_stock__days_filled') }} as days
    group by days.warehouse_id
),

mornings as (
    select
        latest.warehouse_id,
        latest.is_ledger,
        latest.stock_date,
        coalesce(warehouses.has_order_reservations, false) and not latest.is_ledger as has_order_reservations,
        -- a count of the as-of day itself is read as that morning's
        timezone('UTC', timezone(
            coalesce(warehouses.time_zone, settings.time_zone),
            cast(least(latest.stock_date + 1, settings.as_of_date) as timestamp)
        )) as counted_until_at
    from latest
    cross join settings
    left join {{ ref('stg_master__warehouses') }} as warehouses
        on latest.warehouse_id = warehouses.warehouse_id
),

known_orders as (
    -- orders whose reservation is in the origin's latest count
    select
        orders.transfer_order_id,
        orders.origin_id as warehouse_id
    from {{ ref('stg_core__transfer_orders') }} as orders
    inner join mornings
        on
            orders.origin_id = mornings.warehouse_id
            and orders.decided_at < mornings.counted_until_at
    where mornings.has_order_reservations
),

changes as (
    select
        days.warehouse_id,
        days.sku,
        days.available_units,
        days.reserved_units,
        days.unfulfillable_units,
        days.researching_units,
        0 as held_units
    from {{ ref('int_stock__days_filled') }} as days
    inner join latest
        on
            days.warehouse_id = latest.warehouse_id
            and days.stock_date = latest.stock_date

    union all by name

    select
        legs.warehouse_id,
        legs.sku,
        case
            when legs.stock_condition = 'good' and known_orders.transfer_order_id is null then legs.units_delta else 0
        end as available_units,
        case
            when legs.stock_condition = 'good' and known_orders.transfer_order_id is not null
                then legs.units_delta
            else 0
        end as reserved_units,
        case when legs.stock_condition = 'good' then 0 else legs.units_delta end as unfulfillable_units
    from {{ ref('int_stock__movements_signed') }} as legs
    inner join mornings
        on
            legs.warehouse_id = mornings.warehouse_id
            and legs.moved_at >= mornings.counted_until_at
            and not mornings.is_ledger
    -- what no order moved is for the next count to tell
    left join known_orders
        on
            legs.transfer_order_id = known_orders.transfer_order_id
            and legs.warehouse_id = known_orders.warehouse_id
    where legs.transfer_order_id is not null

    union all by name

    select
        reservations.warehouse_id,
        reservations.sku,
        reservations.units as held_units
    from {{ ref('stg_core__stock_reservations') }} as reservations
    left join known_orders
        on
            reservations.transfer_order_id = known_orders.transfer_order_id
            and reservations.warehouse_id = known_orders.warehouse_id
    where known_orders.transfer_order_id is null
),

summed as (
    select
        warehouse_id,
        sku,
        -- below zero the count had it wrong: no more can leave than there is
        greatest(sum(coalesce(available_units, 0)), 0) as free_units,
        greatest(sum(coalesce(reserved_units, 0)), 0) as reserved_units,
        greatest(sum(coalesce(unfulfillable_units, 0)), 0) as unfulfillable_units,
        greatest(sum(coalesce(researching_units, 0)), 0) as researching_units,
        sum(coalesce(held_units, 0)) as held_units
    from changes
    group by warehouse_id, sku
)

select
    mornings.stock_date,
    mornings.warehouse_id,
    summed.sku,
    cast(greatest(summed.free_units - summed.held_units, 0) as bigint) as available_units,
    cast(summed.reserved_units + least(summed.held_units, summed.free_units) as bigint) as reserved_units,
    cast(summed.unfulfillable_units as bigint) as unfulfillable_units,
    cast(summed.researching_units as bigint) as researching_units,
    mornings.is_ledger
from summed
-- many products to one warehouse; of a warehouse that nobody counts, movements and reservations are no stock
inner join mornings
    on summed.warehouse_id = mornings.warehouse_id
