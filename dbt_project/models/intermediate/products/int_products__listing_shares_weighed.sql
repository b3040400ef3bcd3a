-- The weight by which a bundle's revenue is split: value (list price x units) where every part has a price, else units.
with parts as (
    select
        listings.shop_id,
        listings.seller_sku,
        listings.sku,
        listings.warehouse_id,
        listings.units_per_listing,
        products.unit_price_base_amount * listings.units_per_listing as value_amount
    from {{ ref('stg_master__listings') }} as listings
    -- many listings to one product
    left join {{ ref('int_products__values_converted') }} as products
        on listings.sku = products.sku
),

counted as (
    select
        *,
        count(*) over (partition by shop_id, seller_sku) as part_count,
        count_if(value_amount > 0) over (partition by shop_id, seller_sku) as priced_part_count
    from parts
),

weighed as (
    select
        *,
        cast(
            case
                when priced_part_count = part_count then value_amount * 10000
                else units_per_listing
            end as hugeint
        ) as share_weight
    from counted
)

select
    shop_id,
    seller_sku,
    sku,
    warehouse_id,
    units_per_listing,
    part_count,
    share_weight,
    sum(share_weight) over (partition by shop_id, seller_sku) as total_weight
from weighed
