-- Costs and prices in the base currency at the rate of the as-of date. An amount without a currency is in the base
-- currency; one in a currency without a rate stays unknown (null), never 0.
with settings as (
    select
        base_currency,
        as_of_date
    from {{ ref('stg_company__settings') }}
),

products as (
    select
        products.sku,
        settings.base_currency,
        products.purchase_cost_amount,
        coalesce(products.purchase_cost_currency, settings.base_currency) as cost_currency,
        products.list_price_amount,
        coalesce(products.list_price_currency, settings.base_currency) as price_currency
    from {{ ref('stg_master__products') }} as products
    cross join settings
),

rates as (
    select
        rates.currency,
        rates.rate_to_base
    from {{ ref('int_products__rates_extended') }} as rates
    inner join settings
        on
            rates.valid_from_date <= settings.as_of_date
            and rates.valid_to_date > settings.as_of_date
)

select
    products.sku,
    cast(products.purchase_cost_amount * cost_rates.rate_to_base as decimal(18, 4)) as unit_cost_base_amount,
    cast(products.list_price_amount * price_rates.rate_to_base as decimal(18, 4)) as unit_price_base_amount,
    products.base_currency
from products
-- many products to one rate
left join rates as cost_rates
    on products.cost_currency = cost_rates.currency
left join rates as price_rates
    on products.price_currency = price_rates.currency
