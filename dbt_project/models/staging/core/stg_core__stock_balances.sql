select
    place_kind,
    nullif(place_id, '') as place_id,
    nullif(bin_id, '') as bin_id,
    sku,
    nullif(lot, '') as lot,
    condition as stock_condition,
    is_kept,
    units
from {{ source('raw', 'core_stock_balances') }}
