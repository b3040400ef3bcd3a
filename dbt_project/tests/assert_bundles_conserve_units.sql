-- What the shops sold, in pieces of their listings times the units in each, is what the products sold.
with listings as (
    select
        shop_id,
        seller_sku,
        sum(units_per_listing) as units_per_listing
    from {{ ref('stg_master__listings') }}
    group by shop_id, seller_sku
),

sold as (
    select
        lines.shop_id,
        lines.line_kind,
        sum(lines.units * coalesce(listings.units_per_listing, 1)) as units
    from {{ ref('int_orders__lines_dated') }} as lines
    left join listings
        on
            lines.sku is null
            and lines.shop_id = listings.shop_id
            and lines.seller_sku = listings.seller_sku
    group by lines.shop_id, lines.line_kind
),

taken_apart as (
    select
        shop_id,
        line_kind,
        sum(units) as units
    from {{ ref('int_orders__bundles_taken_apart') }}
    group by shop_id, line_kind
)

select
    sold.shop_id,
    sold.line_kind,
    sold.units,
    taken_apart.units as taken_apart_units
from sold
left join taken_apart
    on
        sold.shop_id = taken_apart.shop_id
        and sold.line_kind = taken_apart.line_kind
where sold.units is distinct from taken_apart.units
