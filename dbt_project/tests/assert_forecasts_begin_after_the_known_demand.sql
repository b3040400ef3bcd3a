select
    forecasts.warehouse_id,
    forecasts.sku,
    forecasts.forecast_date
from {{ ref('fct_demand_forecasts') }} as forecasts
where
    forecasts.forecast_date <= (
        select max(periods.period_date)
        from {{ ref('int_demand__periods_measured') }} as periods
    )
