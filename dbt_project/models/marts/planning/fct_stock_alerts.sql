with settings as (
    select as_of_date
    from {{ ref('stg_company__settings') }}
),

next_arrivals as (
    select
        warehouse_id,
        sku,
        min(arrival_date) as next_arrival_date
    from {{ ref('int_planning__arrivals_scheduled') }}
    group by warehouse_id, sku
),

below_safety_stock as (
    select
        'below_safety_stock/' || warehouse_id || '/' || sku as alert_id,
        'below_safety_stock' as alert_kind,
        'medium' as severity,
        warehouse_id,
        sku,
        safety_stock_units - available_units as units,
        as_of_date as alert_date,
        sku || ' at ' || warehouse_id || ': ' || available_units || ' units available, safety stock '
        || safety_stock_units || ', ' || position_units - available_units || ' on the way or ordered' as message,
        warehouse_id || ' 的 ' || sku || '：可售 ' || available_units || ' 件，低于安全库存 ' || safety_stock_units
        || ' 件；在途与已订 ' || position_units - available_units || ' 件' as message_zh
    from {{ ref('stg_planning__safety_stocks') }}
    where is_below_safety_stock
),

stock_outs as (
    -- nothing on the way: what counts is whether a transfer or purchase started now would still come in time
    select
        'stock_out_before_arrival/' || stocks.warehouse_id || '/' || stocks.sku as alert_id,
        'stock_out_before_arrival' as alert_kind,
        'high' as severity,
        stocks.warehouse_id,
        stocks.sku,
        stocks.available_units as units,
        stocks.stock_out_date as alert_date,
        stocks.sku || ' at ' || stocks.warehouse_id || ' runs out on ' || stocks.stock_out_date
        || coalesce(', the next arrival is on ' || next_arrivals.next_arrival_date, ', nothing is on the way')
            as message,
        stocks.warehouse_id || ' 的 ' || stocks.sku || ' 预计 ' || stocks.stock_out_date || ' 断货'
        || coalesce('，下一批 ' || next_arrivals.next_arrival_date || ' 到货', '，没有在途补货') as message_zh
    from {{ ref('stg_planning__safety_stocks') }} as stocks
    left join next_arrivals
        on
            stocks.warehouse_id = next_arrivals.warehouse_id
            and stocks.sku = next_arrivals.sku
    where
        stocks.stock_out_date
        < coalesce(next_arrivals.next_arrival_date, stocks.as_of_date + cast(stocks.protection_days as integer))
),

refused_rows as (
    select
        'feed_refused_rows/' || refused.feed || '/' || coalesce(refused.entity, 'file') as alert_id,
        'feed_refused_rows' as alert_kind,
        'medium' as severity,
        settings.as_of_date as alert_date,
        refused.feed || ': ' || count(*) || ' rows of ' || coalesce(refused.entity, 'its files')
        || ' were refused and wait in quarantine' as message,
        refused.feed || '：' || coalesce(refused.entity, '文件') || ' 有 ' || count(*) || ' 行被拒收，已隔离' as message_zh
    from {{ ref('stg_landing__quarantined_rows') }} as refused
    cross join settings
    group by refused.feed, refused.entity, settings.as_of_date
),

delayed as (
    select
        'shipment_delayed/' || shipments.shipment_id as alert_id,
        'shipment_delayed' as alert_kind,
        'medium' as severity,
        shipments.destination_id as warehouse_id,
        sum(shipments.in_transit_units) as units,
        sum(shipments.in_transit_units * conversions.unit_cost_base_amount) as amount,
        min(conversions.base_currency) as currency,
        max(shipments.eta_p50_date) as alert_date,
        'Shipment ' || min(shipments.shipment_label) || ' to ' || shipments.destination_id || ' is late: expected '
        || coalesce(cast(max(shipments.expected_date) as varchar), 'by the lane''s lead time') || ', now '
        || max(shipments.eta_p50_date) as message,
        '发往 ' || shipments.destination_id || ' 的货件 ' || min(shipments.shipment_label) || ' 延误：原计划 '
        || coalesce(cast(max(shipments.expected_date) as varchar), '按线路时效') || '，现预计 '
        || max(shipments.eta_p50_date) as message_zh
    from {{ ref('int_transit__shipments_estimated') }} as shipments
    -- many lines to one product
    left join {{ ref('int_products__values_converted') }} as conversions
        on shipments.sku = conversions.sku
    where shipments.is_delayed
    group by shipments.shipment_id, shipments.destination_id
),

unknown_stocks as (
    select
        'stock_unknown/' || warehouse_id as alert_id,
        'stock_unknown' as alert_kind,
        'high' as severity,
        warehouse_id,
        as_of_date as alert_date,
        warehouse_id || ': no source has counted its stock, so nothing is advised for its ' || count(*)
        || ' products' as message,
        warehouse_id || '：没有任何来源提供库存数据，因此不为其 ' || count(*) || ' 个商品给出建议' as message_zh
    from {{ ref('stg_planning__safety_stocks') }}
    where available_units is null
    group by warehouse_id, as_of_date
),

alerts as (
    -- what a kind of alert does not speak of is null
    select * from below_safety_stock

    union all by name

    select * from stock_outs

    union all by name

    select * from refused_rows

    union all by name

    select * from delayed

    union all by name

    select * from unknown_stocks
)

select
    alerts.alert_id,
    alerts.warehouse_id,
    alerts.sku,
    alerts.alert_kind,
    alerts.severity,
    alerts.message,
    alerts.message_zh,
    cast(alerts.units as bigint) as units,
    cast(alerts.amount as decimal(18, 4)) as amount,
    alerts.currency,
    settings.as_of_date,
    alerts.alert_date
from alerts
cross join settings
