select
    transfer_order_id,
    step,
    role,
    decision,
    decided_by,
    reason,
    decided_at
from {{ ref('stg_core__approvals') }}
