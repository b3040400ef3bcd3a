select
    purchase_order_id,
    sku,
    supplier_id,
    warehouse_id,
    ordered_units,
    coalesce(received_units, 0) as received_units,
    unit_cost_amount,
    unit_cost_currency,
    ordered_date,
    expected_date,
    _feed as feed
from {{ source('raw', 'purchase_orders') }}
