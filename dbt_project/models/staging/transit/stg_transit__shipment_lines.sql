select
    shipment_id,
    sku,
    waybill,
    origin_id,
    destination_id,
    mode,
    carrier,
    shipped_units,
    coalesce(received_units, 0) as received_units,
    ship_date,
    expected_date,
    received_date,
    _feed as feed
from {{ source('raw', 'shipment_lines') }}
