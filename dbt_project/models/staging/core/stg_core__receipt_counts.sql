-- `at` is a reserved word of DuckDB, whatever the linter thinks.
select
    receipt_id,
    entry_sequence,
    position,
    transfer_order_id,
    shipment_id,
    code,
    sku,
    condition as stock_condition,
    nullif(bin_id, '') as bin_id,
    nullif(lot, '') as lot,
    counted_by,
    units,
    "at" as counted_at  -- noqa: RF06
from {{ source('raw', 'core_receipt_counts') }}
