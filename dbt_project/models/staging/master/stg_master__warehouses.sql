select
    warehouse_id,
    coalesce(warehouse_name, warehouse_id) as warehouse_name,
    warehouse_kind,
    country,
    time_zone
from {{ source('raw', 'warehouses') }}
