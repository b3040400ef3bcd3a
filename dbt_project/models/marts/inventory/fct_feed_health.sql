with counts as (
    select
        feed,
        entity,
        count(distinct file) as file_count,
        sum(case when action = 'read' then row_count else 0 end) as read_rows,
        sum(case when action = 'accepted' then row_count else 0 end) as accepted_rows,
        sum(case when action = 'skipped' then row_count else 0 end) as skipped_rows,
        sum(case when action = 'refused' then row_count else 0 end) as refused_rows,
        sum(case when action = 'corrected' then row_count else 0 end) as corrected_rows
    from {{ ref('stg_landing__feed_counts') }}
    group by feed, entity
)

select
    counts.feed,
    counts.entity,
    cast(counts.file_count as bigint) as file_count,
    cast(counts.read_rows as bigint) as read_rows,
    cast(counts.accepted_rows as bigint) as accepted_rows,
    cast(counts.skipped_rows as bigint) as skipped_rows,
    cast(counts.refused_rows as bigint) as refused_rows,
    cast(counts.corrected_rows as bigint) as corrected_rows,
    dates.latest_date
from counts
left join {{ ref('int_landing__feed_dates_collected') }} as dates
    on
        counts.feed = dates.feed
        and counts.entity = dates.entity
