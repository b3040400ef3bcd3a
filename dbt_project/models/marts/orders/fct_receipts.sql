select
    counts.entry_sequence,
    counts.position,
    counts.receipt_id,
    counts.transfer_order_id,
    orders.document_number,
    counts.shipment_id,
    shipments.shipment_label,
    shipments.destination_id as warehouse_id,
    counts.bin_id,
    counts.sku,
    counts.lot,
    counts.code,
    counts.stock_condition,
    counts.counted_by,
    counts.units,
    counts.counted_at
from {{ ref('stg_core__receipt_counts') }} as counts
-- many counts to one shipment, many shipments to one order
inner join {{ ref('stg_core__shipments') }} as shipments
    on counts.shipment_id = shipments.shipment_id
inner join {{ ref('stg_core__transfer_orders') }} as orders
    on counts.transfer_order_id = orders.transfer_order_id
