-- The plan compares freight of lanes that are paid in different currencies: all of it in the base currency, at the
-- rate of the as-of date. A cost in a currency without a rate stays unknown.
with settings as (
    select
        base_currency,
        as_of_date
    from {{ ref('stg_company__settings') }}
),

rates as (
    select
        rates.currency,
        rates.rate_to_base
    from {{ ref('int_products__rates_extended') }} as rates
    inner join settings
        on
            rates.valid_from_date <= settings.as_of_date
            and rates.valid_to_date > settings.as_of_date
),

lanes as (
    select
        lanes.*,
        coalesce(lanes.cost_currency, settings.base_currency) as paid_currency,
        settings.base_currency
    from {{ ref('stg_master__lanes') }} as lanes
    cross join settings
)

select
    lanes.lane_id,
    lanes.origin_id,
    lanes.destination_id,
    lanes.mode,
    lanes.lead_time_days,
    lanes.lead_time_sd_days,
    lanes.min_units,
    lanes.capacity_units,
    lanes.carton_units,
    lanes.review_days,
    cast(lanes.cost_per_unit_amount * rates.rate_to_base as decimal(18, 4)) as cost_per_unit_base_amount,
    cast(lanes.cost_per_kg_amount * rates.rate_to_base as decimal(18, 4)) as cost_per_kg_base_amount,
    cast(lanes.cost_per_cbm_amount * rates.rate_to_base as decimal(18, 4)) as cost_per_cbm_base_amount,
    lanes.base_currency,
    lanes.is_unlimited
from lanes
-- many lanes to one rate
left join rates
    on lanes.paid_currency = rates.currency
