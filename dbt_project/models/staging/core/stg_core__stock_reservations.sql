select
    transfer_order_id,
    warehouse_id,
    sku,
    units
from {{ source('raw', 'core_stock_reservations') }}
