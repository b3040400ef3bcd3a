with sales as (
    select * from {{ ref('int_demand__sales_aggregated') }}
    where sold_units + returned_units + cancelled_units + replaced_units + written_off_units > 0
),

promoted as (
    select distinct
        sales.sale_date,
        sales.shop_id,
        sales.sku
    from sales
    -- an empty shop or product of a promotion means all of them; the end date belongs to it
    inner join {{ ref('stg_master__promotions') }} as promotions
        on
            sales.sale_date between promotions.start_date and promotions.end_date
            and sales.shop_id = coalesce(promotions.shop_id, sales.shop_id)
            and sales.sku = coalesce(promotions.sku, sales.sku)
)

select
    sales.sale_date,
    sales.shop_id,
    sales.warehouse_id,
    sales.sku,
    sales.sold_units,
    sales.returned_units,
    sales.cancelled_units,
    sales.replaced_units,
    sales.written_off_units,
    sales.bulk_units,
    sales.demand_units,
    sales.revenue_amount,
    sales.revenue_currency,
    sales.revenue_base_amount,
    sales.base_currency,
    promoted.sku is not null as is_promotion
from sales
left join promoted
    on
        sales.sale_date = promoted.sale_date
        and sales.shop_id = promoted.shop_id
        and sales.sku = promoted.sku
