select
    origin_id || '>' || destination_id || '>' || mode as lane_id,
    origin_id,
    destination_id,
    mode,
    carrier,
    lead_time_days,
    lead_time_sd_days,
    min_units,
    capacity_units,
    carton_units,
    review_days,
    cost_per_unit_amount,
    cost_per_kg_amount,
    cost_per_cbm_amount,
    cost_per_shipment_amount,
    cost_currency,
    coalesce(is_unlimited, false) as is_unlimited
from {{ source('raw', 'lanes') }}
