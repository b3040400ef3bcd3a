select
    shop_id,
    shop_name,
    channel,
    country,
    currency,
    time_zone
from {{ ref('stg_master__shops') }}
