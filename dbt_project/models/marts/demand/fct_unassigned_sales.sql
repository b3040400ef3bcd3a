-- Nothing is dropped silently: these lines reach no stock, so they stand here and not in fct_sales_daily.
select
    shop_id,
    coalesce(seller_sku, sku) as seller_sku,
    sku,
    line_kind,
    cast(count(*) as bigint) as line_count,
    cast(sum(units) as bigint) as units,
    cast(sum(revenue_amount) as decimal(18, 4)) as revenue_amount,
    revenue_currency,
    max(sale_date) as latest_sale_date
from {{ ref('int_orders__bundles_taken_apart') }}
where warehouse_id is null
group by shop_id, coalesce(seller_sku, sku), sku, line_kind, revenue_currency
