select
    transfer_order_id,
    line_number,
    sku,
    suggestion_id,
    suggested_units,
    units,
    unit_value_amount,
    value_currency
from {{ ref('stg_core__transfer_order_lines') }}
