select
    purchase_order_id,
    sku,
    supplier_id,
    warehouse_id,
    ordered_units,
    received_units,
    greatest(ordered_units - received_units, 0) as open_units,
    unit_cost_amount,
    unit_cost_currency,
    ordered_date,
    expected_date
from {{ ref('stg_master__purchase_orders') }}
