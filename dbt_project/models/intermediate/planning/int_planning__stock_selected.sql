-- The stock that planning starts from: the latest count of each warehouse, whatever its age.
with latest as (
    select
        warehouse_id,
        max(stock_date) as stock_date
    from {{ ref('int_stock__days_filled') }}
    group by warehouse_id
)

select
    days.warehouse_id,
    days.sku,
    days.available_units,
    days.stock_date
from {{ ref('int_stock__days_filled') }} as days
inner join latest
    on
        days.warehouse_id = latest.warehouse_id
        and days.stock_date = latest.stock_date
