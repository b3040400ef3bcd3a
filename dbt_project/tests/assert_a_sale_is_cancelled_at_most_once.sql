select
    shop_id,
    sale_order_id,
    sale_order_line_id,
    count(*) as cancellation_count
from {{ ref('int_orders__cancellations_paired') }}
group by shop_id, sale_order_id, sale_order_line_id
having count(*) > 1
