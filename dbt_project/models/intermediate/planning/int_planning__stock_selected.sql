-- The stock that planning starts from: each warehouse's latest count, whatever its age, as the morning corrects it.
select
    warehouse_id,
    sku,
    available_units,
    stock_date
from {{ ref('int_stock__mornings_corrected') }}
