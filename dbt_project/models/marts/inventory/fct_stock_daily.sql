with mornings as (
    select
        *,
        false as is_filled
    from {{ ref('int_stock__mornings_corrected') }}
),

latest as (
    select distinct
        warehouse_id,
        stock_date
    from mornings
),

days as (
    -- the last day of each warehouse is what the morning knows of it
    select days.*
    from {{ ref('int_stock__days_filled') }} as days
    inner join latest
        on
            days.warehouse_id = latest.warehouse_id
            and days.stock_date < latest.stock_date

    union all by name

    select * from mornings
),

warehouse_days as (
    select distinct
        stock_date,
        warehouse_id,
        is_filled
    from days
),

in_transit as (
    -- only within the days that the warehouse's counts span; days before and after them say nothing of its stock
    select
        in_transit.stock_date,
        in_transit.warehouse_id,
        in_transit.sku,
        in_transit.in_transit_units,
        warehouse_days.is_filled
    from {{ ref('int_transit__days_expanded') }} as in_transit
    inner join warehouse_days
        on
            in_transit.stock_date = warehouse_days.stock_date
            and in_transit.warehouse_id = warehouse_days.warehouse_id
),

joined as (
    select
        coalesce(days.stock_date, in_transit.stock_date) as stock_date,
        coalesce(days.warehouse_id, in_transit.warehouse_id) as warehouse_id,
        coalesce(days.sku, in_transit.sku) as sku,
        coalesce(days.available_units, 0) as available_units,
        coalesce(days.reserved_units, 0) as reserved_units,
        coalesce(days.unfulfillable_units, 0) as unfulfillable_units,
        coalesce(days.researching_units, 0) as researching_units,
        coalesce(in_transit.in_transit_units, 0) as in_transit_units,
        coalesce(days.is_filled, in_transit.is_filled) as is_filled
    from days
    full outer join in_transit
        on
            days.stock_date = in_transit.stock_date
            and days.warehouse_id = in_transit.warehouse_id
            and days.sku = in_transit.sku
)

select
    joined.stock_date,
    joined.warehouse_id,
    joined.sku,
    joined.available_units + joined.reserved_units + joined.unfulfillable_units as on_hand_units,
    joined.available_units,
    joined.reserved_units,
    joined.unfulfillable_units,
    joined.researching_units,
    joined.in_transit_units,
    cast(
        (joined.available_units + joined.reserved_units + joined.unfulfillable_units)
        * conversions.unit_cost_base_amount as decimal(18, 4)
    ) as stock_value_amount,
    settings.base_currency as stock_value_currency,
    joined.is_filled
from joined
cross join {{ ref('stg_company__settings') }} as settings
-- many days to one product
left join {{ ref('int_products__values_converted') }} as conversions
    on joined.sku = conversions.sku
