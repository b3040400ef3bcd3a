select
    settings.company_name,
    settings.base_currency,
    settings.time_zone,
    settings.kind,
    settings.freq,
    settings.review_days,
    settings.as_of_date,
    (
        select max(sales.sale_date)
        from {{ ref('int_demand__sales_aggregated') }} as sales
    ) as latest_sale_date
from {{ ref('stg_company__settings') }} as settings
