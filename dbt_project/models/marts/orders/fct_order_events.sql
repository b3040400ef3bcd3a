select
    entries.entry_sequence,
    entries.transfer_order_id,
    orders.document_number,
    entries.command,
    entries.event_type,
    entries.actor_id,
    entries.roles,
    entries.reason,
    entries.recorded_at
from {{ ref('stg_core__journal') }} as entries
-- many entries to one order; entries about people, rules and the catalog have none
inner join {{ ref('stg_core__transfer_orders') }} as orders
    on entries.transfer_order_id = orders.transfer_order_id
