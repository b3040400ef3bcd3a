select
    movements.entry_sequence,
    movements.position,
    movements.transfer_order_id,
    orders.document_number,
    movements.event_type,
    movements.sku,
    movements.lot,
    movements.from_kind,
    movements.from_id,
    movements.from_bin_id,
    movements.from_condition,
    movements.to_kind,
    movements.to_id,
    movements.to_bin_id,
    movements.to_condition,
    movements.units,
    movements.moved_at
from {{ ref('stg_core__stock_movements') }} as movements
-- many movements to at most one order
left join {{ ref('stg_core__transfer_orders') }} as orders
    on movements.transfer_order_id = orders.transfer_order_id
