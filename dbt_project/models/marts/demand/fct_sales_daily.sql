with sales as (
    select * from {{ ref('int_demand__sales_aggregated') }}
    where sold_units + returned_units + cancelled_units + replaced_units + written_off_units > 0
),

promotion_days as (
    -- the end date belongs to the promotion
    select
        shop_id,
        sku,
        cast(unnest(generate_series(start_date, end_date, interval 1 day)) as date) as promotion_date
    from {{ ref('stg_master__promotions') }}
),

promoted as (
    select distinct
        sales.sale_date,
        sales.shop_id,
        sales.sku
    from sales
    -- an empty shop or product of a promotion means all of them
    inner join promotion_days
        on
            sales.sale_date = promotion_days.promotion_date
            and (promotion_days.shop_id is null or sales.shop_id = promotion_days.shop_id)
            and (promotion_days.sku is null or sales.sku = promotion_days.sku)
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
