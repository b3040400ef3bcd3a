"""Master data: what a seller writes down once, one table per sheet of the workbook.

Belongs here: columns, keys and limits of these tables. Does not: what happens day by day (`fact_entities.py`).
"""

from __future__ import annotations

from pipelines.landing.entity import Column, Entity, amount_column, number_column, text_column, units_column

WAREHOUSE_KINDS = ("domestic", "fba", "third_party", "awd")
MODES = ("sea", "air", "rail", "express", "truck")
ROLES = ("viewer", "planner", "supervisor", "finance", "warehouse", "admin")
APPROVING_ROLES = ("supervisor", "finance", "warehouse", "admin")

MASTER = (
    Entity(
        "products",
        "One row per product (the seller's own sellable piece).",
        (
            text_column("sku", required=True),
            text_column("title"),
            text_column("category"),
            text_column("ean"),
            text_column("supplier_id"),
            text_column("origin_country", description="ISO 3166-1 alpha-2"),
            text_column("hs_code"),
            number_column("weight_kg"),
            number_column("length_cm"),
            number_column("width_cm"),
            number_column("height_cm"),
            number_column("volume_cbm"),
            units_column("carton_units", minimum=1),
            units_column("moq_units"),
            units_column("purchase_lead_time_days"),
            amount_column("purchase_cost_amount"),
            text_column("purchase_cost_currency"),
            amount_column("list_price_amount"),
            text_column("list_price_currency"),
            Column("has_battery", "boolean"),
            Column("is_hazmat", "boolean"),
        ),
        keys=("sku",),
        is_master=True,
    ),
    Entity(
        "warehouses",
        "One row per warehouse; an fba warehouse is one pool of one account.",
        (
            text_column("warehouse_id", required=True),
            text_column("warehouse_name"),
            Column("warehouse_kind", "text", required=True, choices=WAREHOUSE_KINDS),
            text_column("country"),
            text_column("time_zone", description="IANA name"),
        ),
        keys=("warehouse_id",),
        is_master=True,
    ),
    Entity(
        "shops",
        "One row per shop.",
        (
            text_column("shop_id", required=True),
            text_column("shop_name"),
            Column("channel", "text", required=True, choices=("amazon", "shopify", "store", "other")),
            text_column("country"),
            text_column("currency"),
            text_column("time_zone", description="IANA name; sales are counted on its local dates"),
        ),
        keys=("shop_id",),
        is_master=True,
    ),
    Entity(
        "listings",
        "One row per listing and product it sells; a bundle has several rows.",
        (
            text_column("shop_id", required=True, references="shops.shop_id"),
            text_column("seller_sku", required=True),
            text_column("sku", required=True, references="products.sku"),
            units_column("units_per_listing", minimum=1, default="1"),
            text_column("warehouse_id", references="warehouses.warehouse_id", description="where its orders ship from"),
            text_column("asin"),
            text_column("fnsku"),
            text_column("listing_title"),
        ),
        keys=("shop_id", "seller_sku", "sku"),
        is_master=True,
    ),
    Entity(
        "lanes",
        "One row per origin, destination and mode.",
        (
            text_column("origin_id", required=True, references="warehouses.warehouse_id"),
            text_column("destination_id", required=True, references="warehouses.warehouse_id"),
            Column("mode", "text", required=True, choices=MODES),
            text_column("carrier"),
            number_column("lead_time_days", required=True),
            number_column("lead_time_sd_days"),
            amount_column("cost_per_unit_amount"),
            amount_column("cost_per_kg_amount"),
            amount_column("cost_per_cbm_amount"),
            amount_column("cost_per_shipment_amount"),
            text_column("cost_currency"),
            units_column("min_units"),
            units_column("capacity_units"),
            units_column("carton_units", minimum=1),
            units_column("review_days", minimum=1),
            Column(
                "is_unlimited",
                "boolean",
                description="the origin is unlimited supply (as an origin without stock)",
            ),
        ),
        keys=("origin_id", "destination_id", "mode"),
        is_master=True,
    ),
    Entity(
        "purchase_orders",
        "One row per purchase order line that is open or received.",
        (
            text_column("purchase_order_id", required=True),
            text_column("supplier_id"),
            text_column("warehouse_id", required=True, references="warehouses.warehouse_id"),
            text_column("sku", required=True, references="products.sku"),
            units_column("ordered_units", required=True),
            units_column("received_units", default="0"),
            amount_column("unit_cost_amount"),
            text_column("unit_cost_currency"),
            Column("ordered_date", "date"),
            Column("expected_date", "date", required=True),
        ),
        keys=("purchase_order_id", "sku"),
        is_master=True,
    ),
    Entity(
        "promotions",
        "One row per promotion, shop and product; an empty shop or product means all.",
        (
            text_column("promotion_id", required=True),
            text_column("shop_id", references="shops.shop_id"),
            text_column("sku", references="products.sku"),
            Column("start_date", "date", required=True),
            Column("end_date", "date", required=True, description="inclusive"),
            Column("discount_share", "share", minimum=0),
        ),
        keys=("promotion_id", "shop_id", "sku"),
        is_master=True,
    ),
    Entity(
        "approval_rules",
        "One row per rule: an order that meets every filled condition needs a yes of that role.",
        (
            text_column("rule_id", required=True),
            Column("role", "text", required=True, choices=APPROVING_ROLES),
            Column("stage", "units", minimum=1, default="1", description="later stages wait for earlier ones"),
            Column("signatures", "units", minimum=1, default="1", description="different people who must say yes"),
            amount_column("minimum_value_amount"),
            text_column("value_currency"),
            amount_column("minimum_margin_amount"),
            text_column("margin_currency", description="of the margin that is lost when the goods are lost or late"),
            Column("minimum_deviation_share", "share", minimum=0, description="of the advised units"),
            Column("mode", "text", choices=MODES),
            text_column("origin_id", references="warehouses.warehouse_id"),
            text_column("destination_id", references="warehouses.warehouse_id"),
            Column("destination_kind", "text", choices=WAREHOUSE_KINDS),
            Column("remind_after_hours", "units", minimum=1, description="again after as many hours"),
            Column("escalate_after_hours", "units", minimum=1, description="then the escalation role may decide too"),
            Column(
                "escalation_role", "text", choices=APPROVING_ROLES, description="with escalate_after_hours; else admin"
            ),
        ),
        keys=("rule_id",),
        is_master=True,
    ),
    Entity(
        "people",
        "One row per person and role; the core holds accounts and passwords, this only says who should be.",
        (
            text_column("login", required=True),
            text_column("person_name", required=True),
            text_column("email"),
            Column("role", "text", required=True, choices=ROLES),
            Column("language", "text", choices=("en", "zh")),
            text_column("warehouse_ids", description="those he is responsible for, separated by ; (empty: all)"),
            text_column("shop_ids", description="those he sees, separated by ; (empty: all)"),
        ),
        keys=("login", "role"),
        is_master=True,
    ),
)
