select
    balance_date,
    warehouse_id,
    shop_id,
    seller_sku,
    sku,
    stock_class,
    units,
    _feed as feed
from {{ source('raw', 'stock_balances') }}
