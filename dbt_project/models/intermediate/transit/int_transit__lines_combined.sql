-- What is on the way, each shipment once: the core's own shipments as it counts them, and of the feeds those that the
-- core does not know. A shipment that the core has planned and a feed calls shipped is still the order's at the origin.
with settings as (
    select
        time_zone,
        as_of_date
    from {{ ref('stg_company__settings') }}
),

matches as (
    select
        shipment_id,
        min(expected_date) as expected_date
    from {{ ref('int_transit__shipments_matched') }}
    group by shipment_id
),

core_lines as (
    select
        shipments.shipment_id,
        lines.sku,
        shipments.shipment_label,
        orders.transfer_order_id,
        orders.document_number,
        shipments.waybill,
        shipments.origin_id,
        shipments.destination_id,
        shipments.mode,
        shipments.carrier,
        case when matches.shipment_id is null then 'core' else 'both' end as source,
        lines.in_transit_units,
        -- the days that the order gave itself, counted from the day on which the goods really left
        date_diff('day', orders.ship_date, orders.arrival_date) as planned_days,
        -- what left after the as-of morning has left on it
        least(
            cast(
                timezone(
                    coalesce(origins.time_zone, settings.time_zone), timezone('UTC', shipments.dispatched_at)
                ) as date
            ),
            settings.as_of_date
        ) as ship_date,
        coalesce(matches.expected_date, orders.arrival_date) as expected_date
    from {{ ref('stg_core__shipment_lines') }} as lines
    -- many lines to one shipment, many shipments to one order
    inner join {{ ref('stg_core__shipments') }} as shipments
        on lines.shipment_id = shipments.shipment_id
    inner join {{ ref('stg_core__transfer_orders') }} as orders
        on shipments.transfer_order_id = orders.transfer_order_id
    left join matches
        on shipments.shipment_id = matches.shipment_id
    left join {{ ref('stg_master__warehouses') }} as origins
        on shipments.origin_id = origins.warehouse_id
    cross join settings
    where lines.in_transit_units > 0
),

feed_lines as (
    select
        lines.shipment_id,
        lines.sku,
        lines.shipment_id as shipment_label,
        lines.waybill,
        lines.origin_id,
        lines.destination_id,
        lines.mode,
        lines.carrier,
        'feed' as source,
        case
            -- received after the as-of date: nobody knew it then
            when lines.received_date > settings.as_of_date then lines.shipped_units
            else greatest(lines.shipped_units - lines.received_units, 0)
        end as in_transit_units,
        lines.ship_date,
        lines.expected_date
    from {{ ref('stg_transit__shipment_lines') }} as lines
    cross join settings
    left join {{ ref('int_transit__shipments_matched') }} as matched
        on lines.shipment_id = matched.feed_shipment_id
    where
        matched.feed_shipment_id is null
        and lines.ship_date <= settings.as_of_date
        and (lines.received_date is null or lines.received_date > settings.as_of_date)
)

select
    shipment_id,
    sku,
    shipment_label,
    transfer_order_id,
    document_number,
    waybill,
    origin_id,
    destination_id,
    mode,
    carrier,
    source,
    in_transit_units,
    planned_days,
    ship_date,
    expected_date
from (
    select * from core_lines

    union all by name

    select * from feed_lines
) as lines
where in_transit_units > 0
