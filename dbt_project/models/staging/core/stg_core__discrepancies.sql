select
    transfer_order_id,
    shipment_id,
    sku,
    kind as discrepancy_kind,
    units,
    open_units
from {{ source('raw', 'core_discrepancies') }}
