with shipped as (
    select
        transfer_order_id,
        sku,
        sum(dispatched_units) as dispatched_units,
        sum(good_units) as good_units,
        sum(damaged_units) as damaged_units,
        sum(over_units) as over_units,
        sum(written_off_units) as written_off_units,
        sum(in_transit_units) as in_transit_units
    from {{ ref('stg_core__shipment_lines') }}
    group by transfer_order_id, sku
)

select
    lines.transfer_order_id,
    lines.line_number,
    lines.sku,
    lines.suggestion_id,
    lines.suggested_units,
    lines.units,
    coalesce(lines.cancelled_units, 0) as cancelled_units,
    cast(coalesce(shipped.dispatched_units, 0) as bigint) as dispatched_units,
    cast(coalesce(shipped.good_units, 0) as bigint) as received_good_units,
    cast(coalesce(shipped.damaged_units, 0) as bigint) as received_damaged_units,
    cast(coalesce(shipped.over_units, 0) as bigint) as over_units,
    cast(coalesce(shipped.written_off_units, 0) as bigint) as written_off_units,
    cast(coalesce(shipped.in_transit_units, 0) as bigint) as in_transit_units,
    cast(
        case
            when orders.status in ('submitted', 'approved', 'picking', 'in_transit', 'receiving')
                then lines.units - coalesce(lines.cancelled_units, 0) - coalesce(shipped.dispatched_units, 0)
            else 0
        end as bigint
    ) as open_units,
    lines.unit_value_amount,
    lines.value_currency
from {{ ref('stg_core__transfer_order_lines') }} as lines
-- many lines to one order
inner join {{ ref('stg_core__transfer_orders') }} as orders
    on lines.transfer_order_id = orders.transfer_order_id
-- one line to all shipments of its product: a product stands in one line of an order
left join shipped
    on
        lines.transfer_order_id = shipped.transfer_order_id
        and lines.sku = shipped.sku
