select
    feed,
    entity,
    file,
    rule,
    action,
    row_count
from {{ source('raw', 'feed_counts') }}
