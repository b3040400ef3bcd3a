-- One line of a bundle becomes one row per product in it. Units multiply; revenue is split by the listing's weights in
-- whole 1/10,000 of the currency by the largest remainder (ties: lower sku), so the shares sum to the line exactly.
with parts as (
    select
        lines.*,
        -- a shop without any listing sells under the products' own skus (landing has checked them)
        coalesce(lines.sku, shares.sku, lines.seller_sku) as product_sku,
        coalesce(lines.warehouse_id, shares.warehouse_id) as product_warehouse_id,
        coalesce(shares.units_per_listing, 1) as units_per_listing,
        coalesce(shares.part_count, 1) as part_count,
        coalesce(shares.share_weight, 1) as share_weight,
        coalesce(shares.total_weight, 1) as total_weight,
        cast(abs(coalesce(lines.revenue_amount, 0)) * 10000 as hugeint) as minor_amount
    from {{ ref('int_orders__lines_dated') }} as lines
    -- one line to one row per product of its listing; to none where the source names the product itself
    left join {{ ref('int_products__listing_shares_weighed') }} as shares
        on
            lines.sku is null
            and lines.shop_id = shares.shop_id
            and lines.seller_sku = shares.seller_sku
),

plain as (
    select
        *,
        minor_amount as share_minor_amount
    from parts
    where part_count = 1
),

floors as (
    select
        *,
        (minor_amount * share_weight) // total_weight as floor_minor_amount,
        (minor_amount * share_weight) % total_weight as remainder
    from parts
    where part_count > 1
),

ranked as (
    select
        *,
        minor_amount - sum(floor_minor_amount) over (
            partition by shop_id, order_id, order_line_id, line_kind
        ) as left_over_minor_amount,
        row_number() over (
            partition by shop_id, order_id, order_line_id, line_kind
            order by remainder desc, product_sku asc
        ) as remainder_rank
    from floors
),

taken_apart as (
    select * from plain

    union all

    select
        * exclude (floor_minor_amount, remainder, left_over_minor_amount, remainder_rank),
        floor_minor_amount
        + case when remainder_rank <= left_over_minor_amount then 1 else 0 end as share_minor_amount
    from ranked
)

select
    shop_id,
    order_id,
    order_line_id,
    line_kind,
    seller_sku,
    product_sku as sku,
    product_warehouse_id as warehouse_id,
    units as line_units,
    units * units_per_listing as units,
    cast(
        case
            when revenue_amount is not null
                then cast(sign(revenue_amount) * share_minor_amount as decimal(18, 0)) * cast(0.0001 as decimal(5, 4))
        end as decimal(18, 4)
    ) as revenue_amount,
    revenue_currency,
    buyer_digest is not null as has_buyer,
    sale_date,
    ordered_at
from taken_apart
