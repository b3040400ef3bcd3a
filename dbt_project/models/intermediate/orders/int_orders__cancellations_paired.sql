-- A cancellation that comes as a line of its own belongs to the latest sale before it of the same shop, item, units,
-- amount and buyer (the order, where no buyer is known) that no other cancellation took. Seen as brackets, a sale opens
-- and a cancellation closes: both stand on one level of the running balance, and the line before a cancellation on its
-- level is its sale. A closing bracket without an opening one stays unpaired.
with lines as (
    select
        shop_id,
        order_id,
        order_line_id,
        line_kind,
        units,
        coalesce(seller_sku, sku) as item,
        abs(coalesce(revenue_amount, 0)) as gross_amount,
        coalesce(buyer_digest, order_id) as buyer,
        ordered_at
    from {{ ref('int_orders__lines_dated') }}
    where
        line_kind in ('sale', 'cancellation')
        and units > 0
),

cancelled_groups as (
    select distinct
        shop_id,
        item,
        units,
        gross_amount,
        buyer
    from lines
    where line_kind = 'cancellation'
),

balances as (
    select
        lines.*,
        sum(case lines.line_kind when 'sale' then 1 else -1 end) over (
            partition by lines.shop_id, lines.item, lines.units, lines.gross_amount, lines.buyer
            order by lines.ordered_at asc, lines.line_kind desc, lines.order_id asc, lines.order_line_id asc
            rows unbounded preceding
        ) as balance
    from lines
    -- most sales share no group with a cancellation: this join keeps them out of the sort
    inner join cancelled_groups
        on
            lines.shop_id = cancelled_groups.shop_id
            and lines.item = cancelled_groups.item
            and lines.units = cancelled_groups.units
            and lines.gross_amount = cancelled_groups.gross_amount
            and lines.buyer = cancelled_groups.buyer
),

levels as (
    select
        *,
        case line_kind when 'sale' then balance else balance + 1 end as level
    from balances
),

neighbors as (
    select
        *,
        lag(line_kind) over level_order as previous_line_kind,
        lag(order_id) over level_order as previous_order_id,
        lag(order_line_id) over level_order as previous_order_line_id,
        lag(ordered_at) over level_order as previous_ordered_at
    from levels
    window level_order as (
        partition by shop_id, item, units, gross_amount, buyer, level
        order by ordered_at asc, line_kind desc, order_id asc, order_line_id asc
    )
)

select
    shop_id,
    order_id as cancellation_order_id,
    order_line_id as cancellation_order_line_id,
    previous_order_id as sale_order_id,
    previous_order_line_id as sale_order_line_id,
    units,
    previous_ordered_at as sold_at,
    ordered_at as cancelled_at
from neighbors
where
    line_kind = 'cancellation'
    and previous_line_kind = 'sale'
    and ordered_at <= previous_ordered_at + to_days({{ var('cancellation_pairing_days') }})
