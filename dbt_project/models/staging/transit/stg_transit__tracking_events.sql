select
    waybill,
    milestone,
    original_code,
    place,
    description,
    coalesce(is_forecast, false) as is_forecast,
    event_at,
    _feed as feed
from {{ source('raw', 'tracking_events') }}
