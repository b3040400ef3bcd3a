-- The ledger's movements as each warehouse saw them. A movement between two warehouses, or between two bins of one, is
-- two rows.
select
    entry_sequence,
    position,
    transfer_order_id,
    to_id as warehouse_id,
    sku,
    to_condition as stock_condition,
    event_type,
    units as units_delta,
    true as is_inward,
    moved_at
from {{ ref('stg_core__stock_movements') }}
where to_kind = 'warehouse'

union all

select
    entry_sequence,
    position,
    transfer_order_id,
    from_id as warehouse_id,
    sku,
    from_condition as stock_condition,
    event_type,
    -units as units_delta,
    false as is_inward,
    moved_at
from {{ ref('stg_core__stock_movements') }}
where from_kind = 'warehouse'
