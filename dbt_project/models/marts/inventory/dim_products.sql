with first_sales as (
    select
        sku,
        min(sale_date) as first_sale_date
    from {{ ref('int_demand__sales_aggregated') }}
    where sold_units > 0
    group by sku
)

select
    products.sku,
    products.supplier_id,
    products.title,
    products.category,
    products.ean,
    products.origin_country,
    products.hs_code,
    products.weight_kg,
    products.length_cm,
    products.width_cm,
    products.height_cm,
    products.volume_cbm,
    products.carton_units,
    products.moq_units,
    products.purchase_lead_time_days,
    products.purchase_cost_amount,
    products.purchase_cost_currency,
    conversions.unit_cost_base_amount,
    products.list_price_amount,
    products.list_price_currency,
    conversions.unit_price_base_amount,
    conversions.base_currency,
    products.has_battery,
    products.is_hazmat,
    first_sales.first_sale_date
from {{ ref('stg_master__products') }} as products
-- one product to one conversion and at most one first sale
inner join {{ ref('int_products__values_converted') }} as conversions
    on products.sku = conversions.sku
left join first_sales
    on products.sku = first_sales.sku
