select
    rate_date,
    currency,
    cast(rate_to_base as decimal(18, 10)) as rate_to_base
from {{ source('raw', 'exchange_rates') }}
