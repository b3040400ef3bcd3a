-- `at` is a reserved word of DuckDB, whatever the linter thinks.
select
    entry_sequence,
    transfer_order_id,
    shipment_id,
    sku,
    kind as discrepancy_kind,
    resolution,
    nullif(evidence, '') as evidence,
    nullif(note, '') as note,
    resolved_by,
    units,
    "at" as resolved_at  -- noqa: RF06
from {{ source('raw', 'core_discrepancy_resolutions') }}
