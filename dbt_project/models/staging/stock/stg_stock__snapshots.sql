select
    snapshot_date,
    warehouse_id,
    shop_id,
    seller_sku,
    sku,
    available_units,
    coalesce(reserved_units, 0) as reserved_units,
    coalesce(unfulfillable_units, 0) as unfulfillable_units,
    coalesce(researching_units, 0) as researching_units,
    coalesce(inbound_working_units, 0) as inbound_working_units,
    coalesce(inbound_shipped_units, 0) as inbound_shipped_units,
    coalesce(inbound_receiving_units, 0) as inbound_receiving_units,
    _feed as feed
from {{ source('raw', 'stock_snapshots') }}
