-- When an open shipment line arrives. P50 = time of the last milestone (or the ship date) + the share of the lane's
-- lead time that remains after it; P90 adds 1.2816 standard deviations (the normal's 90 % point) of that remaining
-- part, whose variance shrinks with it. A shipment on no lane takes its expected date. What is still on the way cannot
-- arrive before the as-of date.
with lines as (
    select
        lines.*,
        settings.as_of_date,
        case
            -- received after the as-of date: nobody knew it then
            when lines.received_date > settings.as_of_date then lines.shipped_units
            else greatest(lines.shipped_units - lines.received_units, 0)
        end as in_transit_units
    from {{ ref('stg_transit__shipment_lines') }} as lines
    cross join {{ ref('stg_company__settings') }} as settings
    where
        lines.ship_date <= settings.as_of_date
        and (lines.received_date is null or lines.received_date > settings.as_of_date)
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
    -- many lines to one waybill
    left join {{ ref('int_transit__milestones_reached') }} as milestones
        on lines.waybill = milestones.waybill
    where lines.in_transit_units > 0
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
    waybill,
    origin_id,
    destination_id,
    mode,
    carrier,
    milestone,
    in_transit_units,
    greatest(free_p50_date, as_of_date) > promised_date as is_delayed,
    ship_date,
    expected_date,
    greatest(free_p50_date, as_of_date) as eta_p50_date,
    greatest(free_p50_date, as_of_date) + spread_days as eta_p90_date,
    milestone_at
from estimated
