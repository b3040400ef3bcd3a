select
    shop_id,
    seller_sku,
    sku,
    warehouse_id,
    asin,
    fnsku,
    listing_title,
    units_per_listing,
    sum(units_per_listing) over (partition by shop_id, seller_sku) > 1 as is_bundle
from {{ ref('stg_master__listings') }}
