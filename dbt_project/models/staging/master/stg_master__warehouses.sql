select
    warehouse_id,
    coalesce(warehouse_name, warehouse_id) as warehouse_name,
    warehouse_kind,
    country,
    time_zone,
    coalesce(has_order_reservations, false) as has_order_reservations
from {{ source('raw', 'warehouses') }}
