-- How far each feed's books reach: the latest date that its rows speak of.
with dates as (
    select
        feed,
        'order_lines' as entity,
        cast(max(ordered_at) as date) as latest_date
    from {{ ref('stg_sales__order_lines') }}
    group by feed

    union all

    select
        feed,
        'sales_periods' as entity,
        max(period_date) as latest_date
    from {{ ref('stg_sales__periods') }}
    group by feed

    union all

    select
        feed,
        'stock_snapshots' as entity,
        max(snapshot_date) as latest_date
    from {{ ref('stg_stock__snapshots') }}
    group by feed

    union all

    select
        feed,
        'stock_balances' as entity,
        max(balance_date) as latest_date
    from {{ ref('stg_stock__balances') }}
    group by feed

    union all

    select
        feed,
        'shipment_lines' as entity,
        max(ship_date) as latest_date
    from {{ ref('stg_transit__shipment_lines') }}
    group by feed

    union all

    select
        feed,
        'tracking_events' as entity,
        cast(max(event_at) as date) as latest_date
    from {{ ref('stg_transit__tracking_events') }}
    where not is_forecast
    group by feed

    union all

    select
        feed,
        'purchase_orders' as entity,
        max(ordered_date) as latest_date
    from {{ ref('stg_master__purchase_orders') }}
    group by feed
)

select
    feed,
    entity,
    latest_date
from dates
