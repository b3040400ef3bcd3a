select
    shop_id,
    coalesce(shop_name, shop_id) as shop_name,
    channel,
    country,
    currency,
    time_zone
from {{ source('raw', 'shops') }}
