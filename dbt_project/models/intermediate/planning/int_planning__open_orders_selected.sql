-- What of people's orders has not left yet: supply of the destination, and no longer free at the origin. An order that
-- is under way still has here what it neither dispatched nor gave up; what it dispatched is in transit.
with shipped as (
    select
        transfer_order_id,
        sku,
        sum(dispatched_units) as dispatched_units,
        -- counted at the destination before anybody said that they left: there already, so not expected a second time
        sum(case when dispatched_units = 0 then over_units else 0 end) as early_units
    from {{ ref('stg_core__shipment_lines') }}
    group by transfer_order_id, sku
),

open_lines as (
    select
        orders.transfer_order_id,
        lines.line_number,
        orders.origin_id,
        orders.destination_id,
        orders.mode,
        lines.sku,
        orders.status,
        lines.units - coalesce(lines.cancelled_units, 0) - coalesce(shipped.dispatched_units, 0)
        - coalesce(shipped.early_units, 0) as units,
        -- approved orders reserve: their units are out of the origin's available ones
        orders.status != 'submitted' as is_reserved,
        orders.ship_date,
        -- what is overdue can come today at the earliest
        greatest(orders.arrival_date, settings.as_of_date) as arrival_date
    from {{ ref('stg_core__transfer_orders') }} as orders
    -- one order to many lines, of different products
    inner join {{ ref('stg_core__transfer_order_lines') }} as lines
        on orders.transfer_order_id = lines.transfer_order_id
    left join shipped
        on
            lines.transfer_order_id = shipped.transfer_order_id
            and lines.sku = shipped.sku
    cross join {{ ref('stg_company__settings') }} as settings
    where orders.status in ('submitted', 'approved', 'picking', 'in_transit', 'receiving')
)

select
    transfer_order_id,
    line_number,
    origin_id,
    destination_id,
    mode,
    sku,
    status,
    cast(units as bigint) as units,
    is_reserved,
    ship_date,
    arrival_date
from open_lines
where units > 0
