select
    warehouse_id,
    warehouse_name,
    warehouse_kind,
    country,
    time_zone
from {{ ref('stg_master__warehouses') }}
