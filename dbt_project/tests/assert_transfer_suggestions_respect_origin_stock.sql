-- Of an origin whose stock is counted, no more is suggested than is free there: available, which approved orders have
-- left already, less what waits for approval.
with suggested as (
    select
        origin_id,
        sku,
        sum(units) as units
    from {{ ref('fct_transfer_suggestions') }}
    group by origin_id, sku
),

ordered as (
    select
        origin_id,
        sku,
        sum(units) as units
    from {{ ref('int_planning__open_orders_selected') }}
    where not is_reserved
    group by origin_id, sku
),

counted_warehouses as (
    select distinct warehouse_id
    from {{ ref('int_planning__stock_selected') }}
),

unlimited as (
    select distinct origin_id
    from {{ ref('stg_master__lanes') }}
    where is_unlimited
)

select
    suggested.origin_id,
    suggested.sku,
    suggested.units,
    coalesce(stock.available_units, 0) as available_units,
    coalesce(ordered.units, 0) as ordered_units
from suggested
inner join counted_warehouses
    on suggested.origin_id = counted_warehouses.warehouse_id
left join unlimited
    on suggested.origin_id = unlimited.origin_id
left join {{ ref('int_planning__stock_selected') }} as stock
    on
        suggested.origin_id = stock.warehouse_id
        and suggested.sku = stock.sku
left join ordered
    on
        suggested.origin_id = ordered.origin_id
        and suggested.sku = ordered.sku
where
    unlimited.origin_id is null
    and suggested.units > greatest(coalesce(stock.available_units, 0) - coalesce(ordered.units, 0), 0)
