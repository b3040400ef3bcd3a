select
    promotion_id,
    shop_id,
    sku,
    discount_share,
    start_date,
    end_date
from {{ source('raw', 'promotions') }}
