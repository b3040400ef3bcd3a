select
    transfer_order_id,
    document_number,
    origin_id,
    destination_id,
    mode,
    status,
    drafted_by,
    submitted_by,
    decided_by,
    decision_reason,
    ship_date,
    arrival_date,
    drafted_at,
    submitted_at,
    decided_at
from {{ source('raw', 'core_transfer_orders') }}
