select
    shipment_id,
    case milestone when 'released' then 'customs_released' else milestone end as milestone,
    nullif(place, '') as place,
    nullif(description, '') as description,
    occurred_at,
    recorded_at
from {{ source('raw', 'core_shipment_milestones') }}
