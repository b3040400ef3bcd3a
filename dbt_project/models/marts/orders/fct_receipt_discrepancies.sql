with reasons as (
    select
        shipment_id,
        sku,
        discrepancy_kind,
        resolution,
        sum(units) as units,
        min(entry_sequence) as entry_sequence
    from {{ ref('stg_core__discrepancy_resolutions') }}
    group by shipment_id, sku, discrepancy_kind, resolution
),

told as (
    select
        shipment_id,
        sku,
        discrepancy_kind,
        string_agg(resolution || ' ' || cast(units as bigint), ', ' order by entry_sequence, resolution) as reasons
    from reasons
    group by shipment_id, sku, discrepancy_kind
),

proofs as (
    select
        shipment_id,
        sku,
        discrepancy_kind,
        string_agg(evidence, chr(10) order by entry_sequence, resolution) as evidence,
        arg_max(resolved_by, entry_sequence) as resolved_by,
        max(resolved_at) as resolved_at
    from {{ ref('stg_core__discrepancy_resolutions') }}
    group by shipment_id, sku, discrepancy_kind
)

select
    discrepancies.transfer_order_id,
    orders.document_number,
    discrepancies.shipment_id,
    shipments.shipment_label,
    shipments.origin_id,
    shipments.destination_id,
    discrepancies.sku,
    discrepancies.discrepancy_kind,
    told.reasons,
    proofs.evidence,
    proofs.resolved_by,
    discrepancies.units,
    discrepancies.open_units,
    proofs.resolved_at
from {{ ref('stg_core__discrepancies') }} as discrepancies
-- many discrepancies to one shipment, many shipments to one order
inner join {{ ref('stg_core__shipments') }} as shipments
    on discrepancies.shipment_id = shipments.shipment_id
inner join {{ ref('stg_core__transfer_orders') }} as orders
    on discrepancies.transfer_order_id = orders.transfer_order_id
-- one discrepancy to at most one row of reasons and of proofs
left join told
    on
        discrepancies.shipment_id = told.shipment_id
        and discrepancies.sku = told.sku
        and discrepancies.discrepancy_kind = told.discrepancy_kind
left join proofs
    on
        discrepancies.shipment_id = proofs.shipment_id
        and discrepancies.sku = proofs.sku
        and discrepancies.discrepancy_kind = proofs.discrepancy_kind
