-- What carriers reported and what the core was told, by the as-of morning; a carrier's forecasts are shown as such. One
-- happening told by both (same shipment, milestone and instant) is one event: the carrier's row, whose code and words
-- stay. A shipment of a feed that is the core's has the core's name here.
with settings as (
    select as_of_date
    from {{ ref('stg_company__settings') }}
),

waybills as (
    select distinct
        coalesce(matched.shipment_id, lines.shipment_id) as shipment_id,
        lines.waybill
    from {{ ref('stg_transit__shipment_lines') }} as lines
    left join {{ ref('int_transit__shipments_matched') }} as matched
        on lines.shipment_id = matched.feed_shipment_id
    where lines.waybill is not null

    union

    select
        shipment_id,
        unnest(list_distinct([waybill, house_waybill])) as waybill
    from {{ ref('stg_core__shipments') }}
    where status != 'cancelled'
),

told as (
    -- the core keeps one happening at two places as two news
    select
        milestones.shipment_id,
        any_value(shipments.waybill) as waybill,
        milestones.milestone,
        arg_min(milestones.place, milestones.recorded_at) as place,
        arg_min(milestones.description, milestones.recorded_at) as description,
        milestones.occurred_at as event_at
    from {{ ref('stg_core__shipment_milestones') }} as milestones
    inner join {{ ref('stg_core__shipments') }} as shipments
        on milestones.shipment_id = shipments.shipment_id
    cross join settings
    where milestones.occurred_at < settings.as_of_date
    group by milestones.shipment_id, milestones.milestone, milestones.occurred_at
),

reported as (
    select
        waybills.shipment_id,
        events.waybill,
        events.milestone,
        events.original_code,
        events.place,
        events.description,
        events.is_forecast,
        events.event_at
    from {{ ref('stg_transit__tracking_events') }} as events
    cross join settings
    -- many events to the shipments that travel under the waybill; events of an unknown waybill have none
    left join waybills
        on events.waybill = waybills.waybill
    where events.is_forecast or events.event_at < settings.as_of_date
)

select
    reported.shipment_id,
    reported.waybill,
    reported.milestone,
    reported.original_code,
    coalesce(reported.place, told.place) as place,
    coalesce(reported.description, told.description) as description,
    case when told.shipment_id is null then 'feed' else 'both' end as source,
    reported.is_forecast,
    reported.event_at
from reported
left join told
    on
        reported.shipment_id = told.shipment_id
        and reported.milestone = told.milestone
        and reported.event_at = told.event_at
        and not reported.is_forecast

union all

select
    told.shipment_id,
    told.waybill,
    told.milestone,
    null as original_code,
    told.place,
    told.description,
    'core' as source,
    false as is_forecast,
    told.event_at
from told
left join reported
    on
        told.shipment_id = reported.shipment_id
        and told.milestone = reported.milestone
        and told.event_at = reported.event_at
        and not reported.is_forecast
where reported.shipment_id is null
