-- Units on the way to each warehouse on every day: from the ship date until the day before the shipment was finished.
-- What of a feed's unfinished shipment was received is taken off all its days (its receipts have no dates).
-- The core's shipments count as its ledger moved them, day by day; what moved since the evening before the as-of date
-- is in that evening's row too, as it is in the stock of that row.
with lines as (
    select
        lines.destination_id,
        lines.sku,
        lines.ship_date,
        settings.as_of_date,
        case
            when lines.received_date is null then greatest(lines.shipped_units - lines.received_units, 0)
            else lines.shipped_units
        end as units,
        least(coalesce(lines.received_date - 1, settings.as_of_date), settings.as_of_date) as last_date
    from {{ ref('stg_transit__shipment_lines') }} as lines
    cross join {{ ref('stg_company__settings') }} as settings
    -- one shipment of a feed to the core's, which are counted below
    left join {{ ref('int_transit__shipments_matched') }} as matched
        on lines.shipment_id = matched.feed_shipment_id
    where matched.feed_shipment_id is null
),

legs as (
    select
        to_id as shipment_id,
        sku,
        units as units_delta,
        moved_at
    from {{ ref('stg_core__stock_movements') }}
    where to_kind = 'in_transit'

    union all

    select
        from_id as shipment_id,
        sku,
        -units as units_delta,
        moved_at
    from {{ ref('stg_core__stock_movements') }}
    where from_kind = 'in_transit'
),

moved as (
    -- each movement changes its own day and all that follow
    select
        shipments.destination_id,
        legs.sku,
        legs.units_delta as units,
        least(
            cast(
                timezone(
                    coalesce(warehouses.time_zone, settings.time_zone), timezone('UTC', legs.moved_at)
                ) as date
            ),
            settings.as_of_date - 1
        ) as ship_date,
        settings.as_of_date as last_date
    from legs
    -- many movements to one shipment, many shipments to one warehouse
    inner join {{ ref('stg_core__shipments') }} as shipments
        on legs.shipment_id = shipments.shipment_id
    left join {{ ref('stg_master__warehouses') }} as warehouses
        on shipments.destination_id = warehouses.warehouse_id
    cross join {{ ref('stg_company__settings') }} as settings
),

changes as (
    select
        destination_id,
        sku,
        ship_date,
        last_date,
        sum(units) as units
    from (
        select * from moved

        union all by name

        select
            destination_id,
            sku,
            ship_date,
            last_date,
            units
        from lines
        where units > 0
    ) as combined
    group by destination_id, sku, ship_date, last_date
),

days as (
    select
        destination_id as warehouse_id,
        sku,
        units,
        cast(unnest(generate_series(ship_date, last_date, interval 1 day)) as date) as stock_date
    from changes
    where units != 0
)

select
    stock_date,
    warehouse_id,
    sku,
    cast(sum(units) as bigint) as in_transit_units
from days
group by stock_date, warehouse_id, sku
having sum(units) > 0
