-- `at` is a reserved word of DuckDB, whatever the linter thinks.
select
    sequence as entry_sequence,
    transfer_order_id,
    idempotency_key,
    actor_id,
    roles,
    command,
    event_type,
    nullif(reason, '') as reason,
    payload,
    "at" as recorded_at,  -- noqa: RF06
    previous_hash,
    hash as entry_hash
from {{ source('raw', 'core_journal') }}
