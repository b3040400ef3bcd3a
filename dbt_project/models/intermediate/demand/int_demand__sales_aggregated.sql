-- Sources that know orders and sources that know only sums per day or week, in one table. Where a date mixes
-- currencies, its amounts are in the base currency.
with settings as (
    select
        base_currency,
        as_of_date
    from {{ ref('stg_company__settings') }}
),

lines as (
    select
        sale_date,
        shop_id,
        warehouse_id,
        sku,
        revenue_currency as currency,
        sum(case when line_kind = 'sale' then units else 0 end) as sold_units,
        sum(case when line_kind = 'return' then units else 0 end) as returned_units,
        sum(case when line_kind = 'cancellation' then units else 0 end) as cancelled_units,
        sum(case when line_kind = 'replacement' then units else 0 end) as replaced_units,
        sum(case when line_kind = 'write_off' then units else 0 end) as written_off_units,
        sum(case when is_bulk then units else 0 end) as bulk_units,
        sum(demand_units) as demand_units,
        sum(coalesce(net_revenue_amount, 0)) as revenue_amount,
        true as in_stock
    from {{ ref('int_orders__lines_classified') }}
    group by sale_date, shop_id, warehouse_id, sku, revenue_currency
),

periods as (
    select
        periods.period_date as sale_date,
        periods.shop_id,
        periods.warehouse_id,
        periods.sku,
        coalesce(periods.unit_price_currency, shops.currency, settings.base_currency) as currency,
        periods.units as sold_units,
        0 as returned_units,
        0 as cancelled_units,
        0 as replaced_units,
        0 as written_off_units,
        0 as bulk_units,
        periods.units as demand_units,
        coalesce(periods.units * periods.unit_price_amount, 0) as revenue_amount,
        periods.in_stock
    from {{ ref('stg_sales__periods') }} as periods
    cross join settings
    -- many dates to one shop
    left join {{ ref('stg_master__shops') }} as shops
        on periods.shop_id = shops.shop_id
    where periods.period_date < settings.as_of_date
),

sums as (
    select * from lines

    union all

    select * from periods
),

dated_currencies as (
    select distinct
        sale_date,
        currency
    from sums
),

rates as (
    select
        dated_currencies.sale_date,
        dated_currencies.currency,
        rates.rate_to_base
    from dated_currencies
    -- one date and currency to at most one rate, the one valid on that date
    left join {{ ref('int_products__rates_extended') }} as rates
        on
            dated_currencies.currency = rates.currency
            and dated_currencies.sale_date >= rates.valid_from_date
            and dated_currencies.sale_date < rates.valid_to_date
)

select
    sums.sale_date,
    sums.shop_id,
    sums.warehouse_id,
    sums.sku,
    cast(sum(sums.sold_units) as bigint) as sold_units,
    cast(sum(sums.returned_units) as bigint) as returned_units,
    cast(sum(sums.cancelled_units) as bigint) as cancelled_units,
    cast(sum(sums.replaced_units) as bigint) as replaced_units,
    cast(sum(sums.written_off_units) as bigint) as written_off_units,
    cast(sum(sums.bulk_units) as bigint) as bulk_units,
    cast(sum(sums.demand_units) as bigint) as demand_units,
    cast(
        case
            when count(distinct sums.currency) = 1 then sum(sums.revenue_amount)
            else sum(sums.revenue_amount * rates.rate_to_base)
        end as decimal(18, 4)
    ) as revenue_amount,
    case
        when count(distinct sums.currency) = 1 then min(sums.currency)
        else min(settings.base_currency)
    end as revenue_currency,
    cast(sum(sums.revenue_amount * rates.rate_to_base) as decimal(18, 4)) as revenue_base_amount,
    min(settings.base_currency) as base_currency,
    bool_and(sums.in_stock) as in_stock
from sums
inner join rates
    on
        sums.sale_date = rates.sale_date
        and sums.currency = rates.currency
cross join settings
group by sums.sale_date, sums.shop_id, sums.warehouse_id, sums.sku
