-- When an open shipment line arrives. P50 = time of the last milestone (or the ship date) + the share of the lane's
-- lead time that remains after it; P90 adds 1.2816 standard deviations (the normal's 90 % point) of that remaining
-- part, whose variance shrinks with it. A shipment of an order takes the days that the order gave itself instead of the
-- lane's, so that leaving as planned does not move what was expected. A shipment on no lane takes its expected date.
-- What is still on the way cannot arrive before the as-of date.
with lines as (
    select
        lines.*,
        settings.as_of_date
    from {{ ref('int_transit__lines_combined') }} as lines
    cross join {{ ref('stg_company__settings') }} as settings
),

lanes as (
    select
        origin_id,
        destination_id,
        mode,
        lead_time_days,
        coalesce(lead_time_sd_days, 0) as lead_time_sd_days
    from {{ ref('stg_master__lanes') }}
),

dated as (
    select
        lines.*,
        milestones.milestone,
        milestones.milestone_at,
        coalesce(milestones.remaining_share, 1) as remaining_share,
        coalesce(cast(milestones.milestone_at as date), lines.ship_date) as moved_date,
        coalesce(
            lines.planned_days,
            lanes.lead_time_days,
            greatest(date_diff('day', lines.ship_date, coalesce(lines.expected_date, lines.as_of_date)), 0)
        ) as lead_time_days,
        coalesce(lanes.lead_time_sd_days, 0) as lead_time_sd_days
    from lines
    -- many lines to one lane
    left join lanes
        on
            lines.origin_id = lanes.origin_id
            and lines.destination_id = lanes.destination_id
            and lines.mode = lanes.mode
    -- many lines to one shipment
    left join {{ ref('int_transit__milestones_reached') }} as milestones
        on lines.shipment_id = milestones.shipment_id
),

estimated as (
    select
        *,
        moved_date + cast(ceil(lead_time_days * remaining_share) as integer) as free_p50_date,
        cast(ceil(1.2816 * lead_time_sd_days * sqrt(remaining_share)) as integer) as spread_days,
        -- what was promised: the carrier's date, else the lane's P90 as seen on the day of dispatch
        coalesce(
            expected_date, ship_date + cast(ceil(lead_time_days + 1.2816 * lead_time_sd_days) as integer)
        ) as promised_date
    from dated
)

select
    shipment_id,
    sku,
    shipment_label,
    transfer_order_id,
    document_number,
    waybill,
    origin_id,
    destination_id,
    mode,
    carrier,
    milestone,
    source,
    in_transit_units,
    greatest(free_p50_date, as_of_date) > promised_date as is_delayed,
    ship_date,
    expected_date,
    greatest(free_p50_date, as_of_date) as eta_p50_date,
    greatest(free_p50_date, as_of_date) + spread_days as eta_p90_date,
    milestone_at
from estimated
