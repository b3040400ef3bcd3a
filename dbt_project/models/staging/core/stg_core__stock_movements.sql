-- `at` is a reserved word of DuckDB, whatever the linter thinks.
select
    entry_sequence,
    position,
    transfer_order_id,
    event_type,
    sku,
    nullif(lot, '') as lot,
    from_kind,
    nullif(from_id, '') as from_id,
    nullif(from_bin_id, '') as from_bin_id,
    from_condition,
    to_kind,
    nullif(to_id, '') as to_id,
    nullif(to_bin_id, '') as to_bin_id,
    to_condition,
    units,
    "at" as moved_at  -- noqa: RF06
from {{ source('raw', 'core_stock_movements') }}
