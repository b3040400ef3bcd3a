select
    arrivals.supply_kind,
    arrivals.document_id,
    arrivals.sku
from {{ ref('int_planning__arrivals_scheduled') }} as arrivals
cross join {{ ref('stg_company__settings') }} as settings
where
    arrivals.supply_kind in ('shipment', 'purchase_order')
    and arrivals.arrival_date < settings.as_of_date
