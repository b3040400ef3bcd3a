-- A document older than the first known rate takes the first one; the base currency's own rate is always 1.
with rates as (
    select
        currency,
        rate_date,
        rate_to_base
    from {{ ref('stg_company__exchange_rates') }}
    where currency not in (select settings.base_currency from {{ ref('stg_company__settings') }} as settings)

    union all

    select
        base_currency as currency,
        as_of_date as rate_date,
        cast(1 as decimal(18, 10)) as rate_to_base
    from {{ ref('stg_company__settings') }}
),

ordered as (
    select
        currency,
        rate_date,
        rate_to_base,
        lag(rate_date) over (partition by currency order by rate_date) as previous_rate_date,
        lead(rate_date) over (partition by currency order by rate_date) as next_rate_date
    from rates
)

select
    currency,
    rate_to_base,
    case when previous_rate_date is null then date '1900-01-01' else rate_date end as valid_from_date,
    coalesce(next_rate_date, date '9999-12-31') as valid_to_date
from ordered
