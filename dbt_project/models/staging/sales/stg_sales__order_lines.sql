select
    shop_id,
    order_id,
    order_line_id,
    line_kind,
    seller_sku,
    sku,
    warehouse_id,
    buyer_digest,
    units,
    revenue_amount,
    revenue_currency,
    ordered_at,
    _feed as feed
from {{ source('raw', 'order_lines') }}
