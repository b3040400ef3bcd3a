select
    shop_id,
    seller_sku,
    sku,
    warehouse_id,
    asin,
    fnsku,
    listing_title,
    coalesce(units_per_listing, 1) as units_per_listing
from {{ source('raw', 'listings') }}
