-- What the forecast reads: demand per day (freq D) or week (W-MON, named by its Monday), zeros included, from a series'
-- first sale to the last period that is over and that the books have reached. Out of stock: a counted day that ends
-- and begins with 0 available and sold nothing; a week, when four or more of its days are. Unknown counts as in stock.
with settings as (
    select
        freq,
        as_of_date
    from {{ ref('stg_company__settings') }}
),

sales as (
    select
        case settings.freq
            when 'W-MON' then cast(date_trunc('week', sales.sale_date) as date)
            else sales.sale_date
        end as period_date,
        sales.warehouse_id,
        sales.sku,
        sum(sales.sold_units) as sold_units,
        sum(sales.bulk_units) as bulk_units,
        sum(sales.demand_units) as demand_units,
        bool_and(sales.in_stock) as in_stock
    from {{ ref('int_demand__sales_aggregated') }} as sales
    cross join settings
    where sales.sold_units > 0 or not sales.in_stock
    group by period_date, sales.warehouse_id, sales.sku
),

empty_days as (
    select
        warehouse_id,
        sku,
        stock_date
    from (
        select
            warehouse_id,
            sku,
            stock_date,
            available_units,
            is_filled,
            lag(available_units) over (partition by warehouse_id, sku order by stock_date) as previous_available_units,
            lag(is_filled) over (partition by warehouse_id, sku order by stock_date) as is_previous_filled
        from {{ ref('int_stock__days_filled') }}
    ) as days
    where
        available_units = 0
        and previous_available_units = 0
        and not is_filled
        and not is_previous_filled
),

sold_days as (
    select distinct
        sale_date,
        warehouse_id,
        sku
    from {{ ref('int_demand__sales_aggregated') }}
    where sold_units > 0
),

out_of_stock_periods as (
    select
        case settings.freq
            when 'W-MON' then cast(date_trunc('week', empty_days.stock_date) as date)
            else empty_days.stock_date
        end as period_date,
        empty_days.warehouse_id,
        empty_days.sku
    from empty_days
    left join sold_days
        on
            empty_days.stock_date = sold_days.sale_date
            and empty_days.warehouse_id = sold_days.warehouse_id
            and empty_days.sku = sold_days.sku
    cross join settings
    where sold_days.sku is null
    group by period_date, empty_days.warehouse_id, empty_days.sku, settings.freq
    having count(*) >= case settings.freq when 'W-MON' then 4 else 1 end
),

limits as (
    select
        settings.freq,
        (select max(sales.period_date) from sales) as latest_booked_date,
        case settings.freq
            when 'W-MON' then cast(date_trunc('week', settings.as_of_date) as date) - 7
            else settings.as_of_date - 1
        end as latest_complete_date
    from settings
),

series as (
    select
        warehouse_id,
        sku,
        min(period_date) as first_period_date
    from sales
    group by warehouse_id, sku
),

grid as (
    select
        series.warehouse_id,
        series.sku,
        cast(unnest(generate_series(
            series.first_period_date,
            least(limits.latest_booked_date, limits.latest_complete_date),
            case limits.freq when 'W-MON' then interval 7 day else interval 1 day end
        )) as date) as period_date
    from series
    cross join limits
)

select
    grid.period_date,
    grid.warehouse_id,
    grid.sku,
    cast(coalesce(sales.sold_units, 0) as bigint) as sold_units,
    cast(coalesce(sales.bulk_units, 0) as bigint) as bulk_units,
    cast(coalesce(sales.demand_units, 0) as bigint) as demand_units,
    coalesce(sales.in_stock, true) and out_of_stock_periods.sku is null as in_stock
from grid
left join sales
    on
        grid.period_date = sales.period_date
        and grid.warehouse_id = sales.warehouse_id
        and grid.sku = sales.sku
left join out_of_stock_periods
    on
        grid.period_date = out_of_stock_periods.period_date
        and grid.warehouse_id = out_of_stock_periods.warehouse_id
        and grid.sku = out_of_stock_periods.sku
