-- Every unit of every line stands either in fct_sales_daily or, where no warehouse is named, in fct_unassigned_sales.
with lines as (
    select sum(units) as units
    from {{ ref('int_orders__bundles_taken_apart') }}
),

periods as (
    select sum(periods.units) as units
    from {{ ref('stg_sales__periods') }} as periods
    cross join {{ ref('stg_company__settings') }} as settings
    where periods.period_date < settings.as_of_date
),

daily as (
    select sum(sold_units + returned_units + cancelled_units + replaced_units + written_off_units) as units
    from {{ ref('fct_sales_daily') }}
),

unassigned as (
    select sum(units) as units
    from {{ ref('fct_unassigned_sales') }}
)

select
    coalesce(lines.units, 0) + coalesce(periods.units, 0) as source_units,
    coalesce(daily.units, 0) + coalesce(unassigned.units, 0) as mart_units
from lines
cross join periods
cross join daily
cross join unassigned
where
    coalesce(lines.units, 0) + coalesce(periods.units, 0)
    != coalesce(daily.units, 0) + coalesce(unassigned.units, 0)
