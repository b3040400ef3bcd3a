-- Everything that is already on its way to a warehouse or ordered for it, each unit once.
select
    'shipment' as supply_kind,
    shipment_id as document_id,
    destination_id as warehouse_id,
    sku,
    in_transit_units as units,
    eta_p50_date as arrival_date
from {{ ref('int_transit__shipments_estimated') }}

union all

select
    'transfer_order' as supply_kind,
    transfer_order_id || '/' || line_number as document_id,
    destination_id as warehouse_id,
    sku,
    units,
    arrival_date
from {{ ref('int_planning__open_orders_selected') }}

union all

select
    'purchase_order' as supply_kind,
    orders.purchase_order_id as document_id,
    orders.warehouse_id,
    orders.sku,
    orders.ordered_units - orders.received_units as units,
    -- what is overdue can come today at the earliest
    greatest(orders.expected_date, settings.as_of_date) as arrival_date
from {{ ref('stg_master__purchase_orders') }} as orders
cross join {{ ref('stg_company__settings') }} as settings
where
    orders.ordered_units > orders.received_units
    and coalesce(orders.ordered_date, settings.as_of_date) <= settings.as_of_date
