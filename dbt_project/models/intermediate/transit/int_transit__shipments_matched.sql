-- Which shipment of a feed (a warehouse's shipment list, an inbound list of Amazon) is which shipment of the core. What
-- both share is a reference: the feed's waybill or its own number of the shipment is the core shipment's waybill, house
-- waybill, label or id. A master waybill is a vessel's and names no shipment. Case and blanks of a number mean nothing.
-- A cancelled shipment never left, so what a feed tells under its numbers is another one.
with core_references as (
    select
        shipment_id,
        unnest([waybill, house_waybill, shipment_label, shipment_id]) as reference
    from {{ ref('stg_core__shipments') }}
    where status != 'cancelled'
),

feed_references as (
    select
        shipment_id,
        min(expected_date) as expected_date,
        unnest(list_distinct(list_append(list(waybill), shipment_id))) as reference
    from {{ ref('stg_transit__shipment_lines') }}
    group by shipment_id
)

-- many to many: a waybill may carry several shipments of either side
select distinct
    core_references.shipment_id,
    feed_references.shipment_id as feed_shipment_id,
    feed_references.expected_date
from core_references
inner join feed_references
    on upper(replace(core_references.reference, ' ', '')) = upper(replace(feed_references.reference, ' ', ''))
