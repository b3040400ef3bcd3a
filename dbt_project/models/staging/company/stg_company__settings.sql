select
    company_name,
    base_currency,
    time_zone,
    kind,
    freq,
    review_days,
    as_of_date
from {{ source('raw', 'company') }}
