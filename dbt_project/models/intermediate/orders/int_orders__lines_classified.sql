-- What each line means for demand. Bulk: a line of at least max(20, 10 x the product's median line) units. For the
-- forecast it is cut down to that threshold, so that a line just below and one just above it count alike. A sale whose
-- cancellation was found is no demand.
with lines as (
    select * from {{ ref('int_orders__bundles_taken_apart') }}
    -- the others stand in fct_unassigned_sales
    where warehouse_id is not null
),

thresholds as (
    select
        sku,
        cast(
            ceil(greatest({{ var('bulk_minimum_units') }}, {{ var('bulk_median_multiple') }} * median(units))) as bigint
        ) as bulk_from_units
    from lines
    where
        line_kind = 'sale'
        and units > 0
    group by sku
),

pairs as (
    select * from {{ ref('int_orders__cancellations_paired') }}
),

classified as (
    select
        lines.*,
        thresholds.bulk_from_units,
        lines.line_kind = 'sale' and lines.units >= thresholds.bulk_from_units as is_bulk,
        cancelled_sales.sale_order_id is not null as is_cancelled_later,
        own_pairs.cancellation_order_id is not null as is_paired_cancellation
    from lines
    -- many lines to one threshold
    left join thresholds
        on lines.sku = thresholds.sku
    -- one line to at most one pair, on either side
    left join pairs as cancelled_sales
        on
            lines.line_kind = 'sale'
            and lines.shop_id = cancelled_sales.shop_id
            and lines.order_id = cancelled_sales.sale_order_id
            and lines.order_line_id = cancelled_sales.sale_order_line_id
    left join pairs as own_pairs
        on
            lines.line_kind = 'cancellation'
            and lines.shop_id = own_pairs.shop_id
            and lines.order_id = own_pairs.cancellation_order_id
            and lines.order_line_id = own_pairs.cancellation_order_line_id
)

select
    shop_id,
    order_id,
    order_line_id,
    line_kind,
    sku,
    warehouse_id,
    units,
    bulk_from_units,
    case
        when line_kind != 'sale' or is_cancelled_later then 0
        when is_bulk then bulk_from_units
        else units
    end as demand_units,
    -- A refund lowers revenue whatever sign its source writes. A cancellation is a refund where its sale was found,
    -- where it names a buyer (a credit note of its own, as in Online Retail II) or where its amount is negative; else
    -- it is the state of an order that was never charged (as in Amazon's and Shopify's reports).
    cast(
        case
            when line_kind = 'sale' then revenue_amount
            when line_kind = 'return' then -abs(revenue_amount)
            when line_kind = 'cancellation' and (is_paired_cancellation or has_buyer) then -abs(revenue_amount)
            when line_kind = 'cancellation' then least(revenue_amount, 0)
            else 0
        end as decimal(18, 4)
    ) as net_revenue_amount,
    revenue_currency,
    coalesce(is_bulk, false) as is_bulk,
    is_cancelled_later,
    sale_date
from classified
