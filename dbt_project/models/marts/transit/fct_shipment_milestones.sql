select
    shipment_id,
    waybill,
    milestone,
    original_code,
    place,
    description,
    source,
    is_forecast,
    event_at
from {{ ref('int_transit__events_combined') }}
