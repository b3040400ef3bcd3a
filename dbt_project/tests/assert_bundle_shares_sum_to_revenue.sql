-- To the last 1/10,000: no cent is lost or made when a line's revenue is split over the products in it.
with lines as (
    select
        shop_id,
        order_id,
        order_line_id,
        line_kind,
        revenue_amount
    from {{ ref('int_orders__lines_dated') }}
),

shares as (
    select
        shop_id,
        order_id,
        order_line_id,
        line_kind,
        sum(revenue_amount) as revenue_amount
    from {{ ref('int_orders__bundles_taken_apart') }}
    group by shop_id, order_id, order_line_id, line_kind
)

select
    lines.shop_id,
    lines.order_id,
    lines.order_line_id,
    lines.line_kind
from lines
left join shares
    on
        lines.shop_id = shares.shop_id
        and lines.order_id = shares.order_id
        and lines.order_line_id = shares.order_line_id
        and lines.line_kind = shares.line_kind
where lines.revenue_amount is distinct from shares.revenue_amount
