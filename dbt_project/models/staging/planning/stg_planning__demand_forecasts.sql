select
    warehouse_id,
    sku,
    forecast_date,
    model,
    forecast_units,
    forecast_q05_units,
    forecast_q50_units,
    forecast_q95_units
from {{ source('planning', 'demand_forecasts') }}
