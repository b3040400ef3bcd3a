"""The canonical tables that every source is mapped onto: one `Entity` per table `raw.<name>`.

Belongs here: names, types, keys and limits of what enters the warehouse. Does not: how a source's columns become
these (`mapping.py`), how files are read (`readers.py`), what the numbers mean once they are in (`dbt_project/`).

A column's type decides how text becomes a value and which refusals are possible; `minimum`, `choices` and
`references` are checked row by row, and a row that breaks one is quarantined with the rule's name, never dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["text", "units", "number", "amount", "share", "date", "instant", "boolean"]
TextForm = Literal["currency", "country", "time_zone"]

SQL_TYPES: dict[ColumnType, str] = {
    "text": "VARCHAR",
    "units": "BIGINT",
    "number": "DOUBLE",
    "amount": "DECIMAL(18,4)",
    "share": "DOUBLE",
    "date": "DATE",
    "instant": "TIMESTAMP",  # UTC
    "boolean": "BOOLEAN",
}


@dataclass(frozen=True)
class Column:
    """One canonical column. `references` names `entity.column` whose values it must be among (where any exist).

    `form` says what a text must look like: an ISO 4217 or ISO 3166-1 alpha-2 code, or an IANA time zone.
    """

    name: str
    type: ColumnType
    required: bool = False
    minimum: float | None = None
    choices: tuple[str, ...] = ()
    references: str | None = None
    default: str | None = None
    description: str = ""
    form: TextForm | None = None


@dataclass(frozen=True)
class Entity:
    """One canonical table; `keys` are unique after the mapping's rule for duplicates was applied.

    Of each tuple in `one_of` at least one column must be filled.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    is_master: bool = False
    one_of: tuple[tuple[str, ...], ...] = ()

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


WAREHOUSE_KINDS = ("domestic", "fba", "third_party", "awd")
MODES = ("sea", "air", "rail", "express", "truck")
ROLES = ("viewer", "planner", "supervisor", "finance", "warehouse", "admin")
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


def _text(name: str, *, required: bool = False, references: str | None = None, description: str = "") -> Column:
    form: TextForm | None = None
    if name.endswith("currency"):
        form = "currency"
    elif name.endswith("country"):
        form = "country"
    elif name == "time_zone":
        form = "time_zone"
    return Column(name, "text", required=required, references=references, description=description, form=form)


def _units(name: str, *, required: bool = False, minimum: float | None = 0, default: str | None = None) -> Column:
    return Column(name, "units", required=required, minimum=minimum, default=default)


def _number(name: str, *, required: bool = False, minimum: float | None = 0) -> Column:
    return Column(name, "number", required=required, minimum=minimum)


def _amount(name: str, *, minimum: float | None = 0) -> Column:
    return Column(name, "amount", minimum=minimum)


_MASTER = (
    Entity(
        "products",
        "One row per product (the seller's own sellable piece).",
        (
            _text("sku", required=True),
            _text("title"),
            _text("category"),
            _text("ean"),
            _text("supplier_id"),
            _text("origin_country", description="ISO 3166-1 alpha-2"),
            _text("hs_code"),
            _number("weight_kg"),
            _number("length_cm"),
            _number("width_cm"),
            _number("height_cm"),
            _number("volume_cbm"),
            _units("carton_units", minimum=1),
            _units("moq_units"),
            _units("purchase_lead_time_days"),
            _amount("purchase_cost_amount"),
            _text("purchase_cost_currency"),
            _amount("list_price_amount"),
            _text("list_price_currency"),
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
            _text("warehouse_id", required=True),
            _text("warehouse_name"),
            Column("warehouse_kind", "text", required=True, choices=WAREHOUSE_KINDS),
            _text("country"),
            _text("time_zone", description="IANA name"),
        ),
        keys=("warehouse_id",),
        is_master=True,
    ),
    Entity(
        "shops",
        "One row per shop.",
        (
            _text("shop_id", required=True),
            _text("shop_name"),
            Column("channel", "text", required=True, choices=("amazon", "shopify", "store", "other")),
            _text("country"),
            _text("currency"),
            _text("time_zone", description="IANA name; sales are counted on its local dates"),
        ),
        keys=("shop_id",),
        is_master=True,
    ),
    Entity(
        "listings",
        "One row per listing and product it sells; a bundle has several rows.",
        (
            _text("shop_id", required=True, references="shops.shop_id"),
            _text("seller_sku", required=True),
            _text("sku", required=True, references="products.sku"),
            _units("units_per_listing", minimum=1, default="1"),
            _text("warehouse_id", references="warehouses.warehouse_id", description="where its orders ship from"),
            _text("asin"),
            _text("fnsku"),
            _text("listing_title"),
        ),
        keys=("shop_id", "seller_sku", "sku"),
        is_master=True,
    ),
    Entity(
        "lanes",
        "One row per origin, destination and mode.",
        (
            _text("origin_id", required=True, references="warehouses.warehouse_id"),
            _text("destination_id", required=True, references="warehouses.warehouse_id"),
            Column("mode", "text", required=True, choices=MODES),
            _text("carrier"),
            _number("lead_time_days", required=True),
            _number("lead_time_sd_days"),
            _amount("cost_per_unit_amount"),
            _amount("cost_per_kg_amount"),
            _amount("cost_per_cbm_amount"),
            _amount("cost_per_shipment_amount"),
            _text("cost_currency"),
            _units("min_units"),
            _units("capacity_units"),
            _units("carton_units", minimum=1),
            _units("review_days", minimum=1),
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
            _text("purchase_order_id", required=True),
            _text("supplier_id"),
            _text("warehouse_id", required=True, references="warehouses.warehouse_id"),
            _text("sku", required=True, references="products.sku"),
            _units("ordered_units", required=True),
            _units("received_units", default="0"),
            _amount("unit_cost_amount"),
            _text("unit_cost_currency"),
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
            _text("promotion_id", required=True),
            _text("shop_id", references="shops.shop_id"),
            _text("sku", references="products.sku"),
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
            _text("rule_id", required=True),
            Column("role", "text", required=True, choices=ROLES),
            _amount("minimum_value_amount"),
            _text("value_currency"),
            Column("mode", "text", choices=MODES),
            _text("destination_id", references="warehouses.warehouse_id"),
            Column("destination_kind", "text", choices=WAREHOUSE_KINDS),
        ),
        keys=("rule_id",),
        is_master=True,
    ),
    Entity(
        "people",
        "One row per person and role; the core holds accounts and passwords, this only says who should be.",
        (
            _text("login", required=True),
            _text("person_name", required=True),
            _text("email"),
            Column("role", "text", required=True, choices=ROLES),
            Column("language", "text", choices=("en", "zh")),
        ),
        keys=("login", "role"),
        is_master=True,
    ),
)

_FACTS = (
    Entity(
        "order_lines",
        "One row per line of a customer's order, return or cancellation; line_kind says the sign of the units.",
        (
            _text("shop_id", required=True, references="shops.shop_id"),
            _text("order_id", required=True),
            _text("order_line_id", required=True),
            Column("line_kind", "text", required=True, choices=LINE_KINDS, default="sale"),
            _text("seller_sku", description="mapped to products by the listings"),
            _text("sku", references="products.sku", description="where the source knows the product itself"),
            _text(
                "warehouse_id",
                references="warehouses.warehouse_id",
                description="empty: the listing's warehouse",
            ),
            _units("units", required=True),
            _amount("revenue_amount", minimum=None),
            _text("revenue_currency"),
            _text("buyer_digest", description="one-way digest, only to recognise a cancellation's order"),
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
            _text("shop_id", references="shops.shop_id"),
            _text("warehouse_id", required=True, references="warehouses.warehouse_id"),
            _text("sku", required=True, references="products.sku"),
            _units("units", required=True),
            _amount("unit_price_amount"),
            _text("unit_price_currency"),
            Column("in_stock", "boolean", description="false: the sales of that date do not show the demand"),
        ),
        keys=("period_date", "warehouse_id", "sku"),
    ),
    Entity(
        "stock_snapshots",
        "One row per date (end of that day), warehouse and product or listing: the stock classes side by side.",
        (
            Column("snapshot_date", "date", required=True),
            _text("warehouse_id", required=True, references="warehouses.warehouse_id"),
            _text("shop_id", references="shops.shop_id", description="needed with seller_sku"),
            _text("seller_sku"),
            _text("sku", references="products.sku"),
            _units("available_units", required=True),
            _units("reserved_units", default="0"),
            _units("unfulfillable_units", default="0"),
            _units("researching_units", default="0"),
            _units("inbound_working_units", default="0"),
            _units("inbound_shipped_units", default="0"),
            _units("inbound_receiving_units", default="0"),
        ),
        keys=("snapshot_date", "warehouse_id", "shop_id", "seller_sku", "sku"),
        one_of=(("seller_sku", "sku"),),
    ),
    Entity(
        "stock_balances",
        "One row per date (end of that day), warehouse, product or listing and stock class: ledgers in long form.",
        (
            Column("balance_date", "date", required=True),
            _text("warehouse_id", required=True, references="warehouses.warehouse_id"),
            _text("shop_id", references="shops.shop_id"),
            _text("seller_sku"),
            _text("sku", references="products.sku"),
            Column(
                "stock_class",
                "text",
                required=True,
                choices=("available", "reserved", "unfulfillable", "researching"),
            ),
            _units("units", required=True),
        ),
        keys=("balance_date", "warehouse_id", "shop_id", "seller_sku", "sku", "stock_class"),
        one_of=(("seller_sku", "sku"),),
    ),
    Entity(
        "shipment_lines",
        "One row per shipment and product that left an origin.",
        (
            _text("shipment_id", required=True),
            _text("waybill"),
            _text("origin_id", required=True, references="warehouses.warehouse_id"),
            _text("destination_id", required=True, references="warehouses.warehouse_id"),
            Column("mode", "text", required=True, choices=MODES),
            _text("carrier"),
            _text("sku", required=True, references="products.sku"),
            _units("shipped_units", required=True),
            _units("received_units", default="0"),
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
            _text("waybill", required=True),
            Column("milestone", "text", required=True, choices=MILESTONES),
            _text("original_code"),
            _text("place"),
            _text("description"),
            Column("is_forecast", "boolean", default="false"),
            Column("event_at", "instant", required=True),
        ),
        keys=("waybill", "milestone", "original_code", "event_at"),
    ),
)

ENTITIES: dict[str, Entity] = {entity.name: entity for entity in (*_MASTER, *_FACTS)}
MASTER_ENTITIES: tuple[str, ...] = tuple(entity.name for entity in _MASTER)
