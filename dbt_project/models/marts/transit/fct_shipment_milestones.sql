with shipments as (
    select distinct
        shipment_id,
        waybill
    from {{ ref('stg_transit__shipment_lines') }}
    where waybill is not null
)

select
    shipments.shipment_id,
    events.waybill,
    events.milestone,
    events.original_code,
    events.place,
    events.description,
    events.is_forecast,
    events.event_at
from {{ ref('stg_transit__tracking_events') }} as events
cross join {{ ref('stg_company__settings') }} as settings
-- many events to the shipments that travel under the waybill; events of an unknown waybill have none
left join shipments
    on events.waybill = shipments.waybill
where events.is_forecast or events.event_at < settings.as_of_date
