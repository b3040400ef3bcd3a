"""Facts: what shops, warehouses and carriers report day by day.

Belongs here: columns, keys and limits of these tables. Does not: master data (`master_entities.py`).
"""

from __future__ import annotations

from pipelines.landing.entity import Column, Entity, amount_column, text_column, units_column
from pipelines.landing.master_entities import MODES

LINE_KINDS = ("sale", "return", "cancellation", "replacement", "write_off")
MILESTONES = (
    "picked_up",
    "departed",
    "arrived_in_port",
    "in_customs",
    "customs_released",
    "out_for_delivery",
    "delivered",
    "exception",
    "other",
)

FACTS = (
    Entity(
        "order_lines",
        "One row per line of a customer's order, return or cancellation; line_kind says the sign of the units.",
        (
            text_column("shop_id", required=True, references="shops.shop_id"),
            text_column("order_id", required=True),
            text_column("order_line_id", required=True),
            Column("line_kind", "text", required=True, choices=LINE_KINDS, default="sale"),
            text_column("seller_sku", description="mapped to products by the listings"),
            text_column("sku", references="products.sku", description="where the source knows the product itself"),
            text_column(
                "warehouse_id",
                references="warehouses.warehouse_id",
                description="empty: the listing's warehouse",
            ),
            units_column("units", required=True),
            amount_column("revenue_amount", minimum=None),
            text_column("revenue_currency"),
            text_column("buyer_digest", description="one-way digest, only to recognise a cancellation's order"),
            Column("ordered_at", "instant", required=True),
        ),
        keys=("shop_id", "order_id", "order_line_id", "line_kind"),
        one_of=(("seller_sku", "sku"),),
    ),
    Entity(
        "sales_periods",
        "One row per date (day, or Monday of a week), warehouse and product, for sources that know no orders.",
        (
            Column("period_date", "date", required=True),
            text_column("shop_id", references="shops.shop_id"),
            text_column("warehouse_id", required=True, references="warehouses.warehouse_id"),
            text_column("sku", required=True, references="products.sku"),
            units_column("units", required=True),
            amount_column("unit_price_amount"),
            text_column("unit_price_currency"),
            Column("in_stock", "boolean", description="false: the sales of that date do not show the demand"),
        ),
        keys=("period_date", "warehouse_id", "sku"),
    ),
    Entity(
        "stock_snapshots",
        "One row per date (end of that day), warehouse and product or listing: the stock classes side by side.",
        (
            Column("snapshot_date", "date", required=True),
            text_column("warehouse_id", required=True, references="warehouses.warehouse_id"),
            text_column("shop_id", references="shops.shop_id", description="needed with seller_sku"),
            text_column("seller_sku"),
            text_column("sku", references="products.sku"),
            units_column("available_units", required=True),
            units_column("reserved_units", default="0"),
            units_column("unfulfillable_units", default="0"),
            units_column("researching_units", default="0"),
            units_column("inbound_working_units", default="0"),
            units_column("inbound_shipped_units", default="0"),
            units_column("inbound_receiving_units", default="0"),
        ),
        keys=("snapshot_date", "warehouse_id", "shop_id", "seller_sku", "sku"),
        one_of=(("seller_sku", "sku"),),
    ),
    Entity(
        "stock_balances",
        "One row per date (end of that day), warehouse, product or listing and stock class: ledgers in long form.",
        (
            Column("balance_date", "date", required=True),
            text_column("warehouse_id", required=True, references="warehouses.warehouse_id"),
            text_column("shop_id", references="shops.shop_id"),
            text_column("seller_sku"),
            text_column("sku", references="products.sku"),
            Column(
                "stock_class",
                "text",
                required=True,
                choices=("available", "reserved", "unfulfillable", "researching"),
            ),
            units_column("units", required=True),
        ),
        keys=("balance_date", "warehouse_id", "shop_id", "seller_sku", "sku", "stock_class"),
        one_of=(("seller_sku", "sku"),),
    ),
    Entity(
        "shipment_lines",
        "One row per shipment and product that left an origin.",
        (
            text_column("shipment_id", required=True),
            text_column("waybill"),
            text_column("origin_id", required=True, references="warehouses.warehouse_id"),
            text_column("destination_id", required=True, references="warehouses.warehouse_id"),
            Column("mode", "text", required=True, choices=MODES),
            text_column("carrier"),
            text_column("sku", required=True, references="products.sku"),
            units_column("shipped_units", required=True),
            units_column("received_units", default="0"),
            Column("ship_date", "date", required=True),
            Column("expected_date", "date"),
            Column("received_date", "date", description="set when the shipment is finished"),
        ),
        keys=("shipment_id", "sku"),
    ),
    Entity(
        "tracking_events",
        "One row per event that a carrier reported.",
        (
            text_column("waybill", required=True),
            text_column("carrier"),
            Column("milestone", "text", required=True, choices=MILESTONES),
            text_column("original_code"),
            text_column("place"),
            text_column("description"),
            Column("is_forecast", "boolean", default="false"),
            Column("event_at", "instant", required=True),
            text_column("utc_offset", description="of the place where it happened, such as +08:00, where it was told"),
            Column("first_seen_at", "instant", description="when the carrier's answer with it came for the first time"),
        ),
        keys=("waybill", "milestone", "original_code", "event_at"),
    ),
)
