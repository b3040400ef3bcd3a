select
    shipment_id,
    transfer_order_id,
    sku,
    planned_units,
    dispatched_units,
    good_units,
    damaged_units,
    over_units,
    written_off_units,
    in_transit_units
from {{ source('raw', 'core_shipment_lines') }}
