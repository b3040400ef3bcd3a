select
    earlier.currency,
    earlier.valid_from_date
from {{ ref('int_products__rates_extended') }} as earlier
inner join {{ ref('int_products__rates_extended') }} as later
    on
        earlier.currency = later.currency
        and earlier.valid_from_date < later.valid_from_date
        and earlier.valid_to_date > later.valid_from_date
