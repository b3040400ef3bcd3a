select
    feed,
    entity,
    file,
    row_number,
    column_name,
    rule,
    message,
    row_json
from {{ ref('stg_landing__quarantined_rows') }}
