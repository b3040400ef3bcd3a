-- The furthest milestone that has happened by the as-of morning. Carriers repeat themselves and report out of order:
-- the sequence of the journey decides, then the earliest time of that milestone. A forecast of the carrier is no event.
with events as (
    select
        events.shipment_id,
        events.milestone,
        milestones.milestone_sequence,
        milestones.remaining_share,
        events.event_at
    from {{ ref('int_transit__events_combined') }} as events
    -- an exception or other news does not move a shipment: only milestones of the journey have a sequence
    inner join {{ ref('ref_milestones') }} as milestones
        on events.milestone = milestones.milestone
    where
        not events.is_forecast
        and events.shipment_id is not null
)

select
    shipment_id,
    arg_max(milestone, milestone_sequence) as milestone,
    max(milestone_sequence) as milestone_sequence,
    arg_max(remaining_share, milestone_sequence) as remaining_share,
    min(case when milestone_sequence = latest_sequence then event_at end) as milestone_at
from (
    select
        *,
        max(milestone_sequence) over (partition by shipment_id) as latest_sequence
    from events
) as ranked
group by shipment_id
