-- Over-receipt is possible and recorded, but it never makes goods on the way: what is left is between 0 and dispatched.
select
    in_transit.shipment_id,
    in_transit.sku,
    in_transit.in_transit_units,
    lines.shipped_units
from {{ ref('fct_in_transit') }} as in_transit
inner join {{ ref('stg_transit__shipment_lines') }} as lines
    on
        in_transit.shipment_id = lines.shipment_id
        and in_transit.sku = lines.sku
where in_transit.in_transit_units > lines.shipped_units
