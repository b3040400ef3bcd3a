select
    feed,
    entity,
    file,
    row_number,
    column_name,
    rule,
    message,
    row_json
from {{ source('raw', 'quarantined_rows') }}
