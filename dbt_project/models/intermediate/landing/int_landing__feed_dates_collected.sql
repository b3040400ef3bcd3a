-- How far each feed's books reach: the latest date up to the as-of day that its rows speak of. A row of the future (a
-- swapped day and month, or a replay of an earlier day) must not make a stale feed look fresh.
with dates as (
    select
        feed,
        'order_lines' as entity,
        cast(ordered_at as date) as latest_date
    from {{ ref('stg_sales__order_lines') }}

    union all

    select
        feed,
        'sales_periods' as entity,
        period_date as latest_date
    from {{ ref('stg_sales__periods') }}

    union all

    select
        feed,
        'stock_snapshots' as entity,
        snapshot_date as latest_date
    from {{ ref('stg_stock__snapshots') }}

    union all

    select
        feed,
        'stock_balances' as entity,
        balance_date as latest_date
    from {{ ref('stg_stock__balances') }}

    union all

    select
        feed,
        'shipment_lines' as entity,
        ship_date as latest_date
    from {{ ref('stg_transit__shipment_lines') }}

    union all

    select
        feed,
        'tracking_events' as entity,
        cast(event_at as date) as latest_date
    from {{ ref('stg_transit__tracking_events') }}
    where not is_forecast

    union all

    select
        feed,
        'purchase_orders' as entity,
        ordered_date as latest_date
    from {{ ref('stg_master__purchase_orders') }}
)

select
    dates.feed,
    dates.entity,
    max(dates.latest_date) as latest_date
from dates
cross join {{ ref('stg_company__settings') }} as settings
where dates.latest_date <= settings.as_of_date
group by dates.feed, dates.entity
