select
    stock_date,
    warehouse_id,
    sku
from {{ ref('fct_stock_daily') }}
where on_hand_units != available_units + reserved_units + unfulfillable_units
