select
    period_date,
    warehouse_id,
    sku,
    -- a store that sells from its own shelves is shop and warehouse at once
    coalesce(shop_id, warehouse_id) as shop_id,
    units,
    unit_price_amount,
    unit_price_currency,
    coalesce(in_stock, true) as in_stock,
    _feed as feed
from {{ source('raw', 'sales_periods') }}
