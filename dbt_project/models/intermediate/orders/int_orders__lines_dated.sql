-- The local date of the shop's time zone is the sale's date. As-of is the morning before that day's sales, so what was
-- ordered on or after it is not known yet (a replay of an earlier day must not see it).
with dated as (
    select
        lines.shop_id,
        lines.order_id,
        lines.order_line_id,
        lines.line_kind,
        lines.seller_sku,
        lines.sku,
        lines.warehouse_id,
        lines.buyer_digest,
        lines.units,
        lines.revenue_amount,
        coalesce(lines.revenue_currency, shops.currency, settings.base_currency) as revenue_currency,
        cast(
            timezone(coalesce(shops.time_zone, settings.time_zone), timezone('UTC', lines.ordered_at)) as date
        ) as sale_date,
        lines.ordered_at,
        settings.as_of_date
    from {{ ref('stg_sales__order_lines') }} as lines
    -- many lines to one shop
    left join {{ ref('stg_master__shops') }} as shops
        on lines.shop_id = shops.shop_id
    cross join {{ ref('stg_company__settings') }} as settings
)

select * exclude (as_of_date)
from dated
where sale_date < as_of_date
