with neighbors as (
    select
        currency,
        valid_from_date,
        valid_to_date,
        lead(valid_from_date) over (partition by currency order by valid_from_date) as next_valid_from_date
    from {{ ref('int_products__rates_extended') }}
)

select
    currency,
    valid_from_date,
    valid_to_date,
    next_valid_from_date
from neighbors
where valid_to_date > next_valid_from_date
