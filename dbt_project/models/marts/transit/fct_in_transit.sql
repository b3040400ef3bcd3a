select
    shipments.shipment_id,
    shipments.sku,
    shipments.shipment_label,
    shipments.transfer_order_id,
    shipments.document_number,
    shipments.waybill,
    shipments.origin_id,
    shipments.destination_id,
    shipments.mode,
    shipments.carrier,
    shipments.milestone,
    shipments.source,
    shipments.in_transit_units,
    cast(shipments.in_transit_units * conversions.unit_cost_base_amount as decimal(18, 4)) as value_amount,
    settings.base_currency as value_currency,
    shipments.is_delayed,
    shipments.ship_date,
    shipments.expected_date,
    shipments.eta_p50_date,
    shipments.eta_p90_date,
    shipments.milestone_at
from {{ ref('int_transit__shipments_estimated') }} as shipments
cross join {{ ref('stg_company__settings') }} as settings
-- many lines to one product
left join {{ ref('int_products__values_converted') }} as conversions
    on shipments.sku = conversions.sku
