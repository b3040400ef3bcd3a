-- Orders that people placed and whose goods have not left: supply of the destination, and no longer free at the origin.
select
    orders.transfer_order_id,
    lines.line_number,
    orders.origin_id,
    orders.destination_id,
    orders.mode,
    lines.sku,
    orders.status,
    lines.units,
    orders.ship_date,
    -- what is overdue can come today at the earliest
    greatest(orders.arrival_date, settings.as_of_date) as arrival_date
from {{ ref('stg_core__transfer_orders') }} as orders
-- one order to many lines
inner join {{ ref('stg_core__transfer_order_lines') }} as lines
    on orders.transfer_order_id = lines.transfer_order_id
cross join {{ ref('stg_company__settings') }} as settings
where orders.status in ('submitted', 'approved', 'picking')
