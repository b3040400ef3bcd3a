with lines as (
    select
        transfer_order_id,
        count(*) as line_count,
        sum(units) as units,
        sum(units * unit_value_amount) as value_amount,
        min(value_currency) as value_currency
    from {{ ref('stg_core__transfer_order_lines') }}
    group by transfer_order_id
)

select
    orders.transfer_order_id,
    orders.document_number,
    orders.origin_id,
    orders.destination_id,
    orders.mode,
    orders.status,
    orders.drafted_by,
    orders.submitted_by,
    orders.decided_by,
    orders.decision_reason,
    cast(coalesce(lines.line_count, 0) as bigint) as line_count,
    cast(coalesce(lines.units, 0) as bigint) as units,
    cast(lines.value_amount as decimal(18, 4)) as value_amount,
    lines.value_currency,
    orders.ship_date,
    orders.arrival_date,
    orders.drafted_at,
    orders.submitted_at,
    orders.decided_at
from {{ ref('stg_core__transfer_orders') }} as orders
left join lines
    on orders.transfer_order_id = lines.transfer_order_id
