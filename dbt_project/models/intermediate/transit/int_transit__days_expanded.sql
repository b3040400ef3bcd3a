-- Units on the way to each warehouse on every day: from the ship date until the day before the shipment was finished.
-- What of an unfinished shipment was received is taken off all its days (receipts have no dates of their own yet).
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
),

days as (
    select
        destination_id as warehouse_id,
        sku,
        units,
        cast(unnest(generate_series(ship_date, last_date, interval 1 day)) as date) as stock_date
    from lines
    where units > 0
)

select
    stock_date,
    warehouse_id,
    sku,
    cast(sum(units) as bigint) as in_transit_units
from days
group by stock_date, warehouse_id, sku
