select
    transfer_order_id,
    line_number,
    sku,
    suggestion_id,
    suggested_units,
    units,
    cancelled_units,
    unit_value_amount,
    value_currency
from {{ source('raw', 'core_transfer_order_lines') }}
