"""The master-data workbook of the sample: one sheet per master entity, canonical column names as its header.

Belongs here: what a seller would type in himself. What he exports elsewhere: `amazon.py`, `shopify.py`,
`warehouses.py`, `tracking.py`. Equal worlds give equal bytes: the workbook's own date of creation is pinned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from sandbox.network import APPROVAL_RULES, LANES, PEOPLE, SHOPS, WAREHOUSES
from sandbox.seller import PurchaseOrder
from sandbox.world import World

Cell = str | int | float | bool | date | None
_RECENT_DAYS = 60  # finished purchase orders stay on the sheet for so long


def write_workbook(world: World, *, path: Path) -> None:
    """Write every sheet; numbers as numbers, dates as dates, codes and EANs as text."""
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": datetime(2026, 1, 1), "title": "Master data"})  # noqa: DTZ001
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for name, columns, rows in sheets(world):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(columns) - 1, 16)
            sheet.write_row(0, 0, columns, bold)
            for number, row in enumerate(rows, start=1):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(number, column, cell)
                    elif isinstance(cell, bool):
                        sheet.write_boolean(number, column, cell)
                    elif isinstance(cell, date):
                        sheet.write_datetime(number, column, cell, day)
                    elif cell is not None:
                        sheet.write_number(number, column, cell)


def sheets(world: World) -> Iterable[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]]:
    """(sheet, columns, rows) in the order of the workbook."""
    yield "products", _PRODUCT_COLUMNS, _products(world)
    yield (
        "warehouses",
        ("warehouse_id", "warehouse_name", "warehouse_kind", "country", "time_zone"),
        [(item.warehouse_id, item.name, item.kind, item.country, item.time_zone) for item in WAREHOUSES],
    )
    yield (
        "shops",
        ("shop_id", "shop_name", "channel", "country", "currency", "time_zone"),
        [(shop.shop_id, shop.name, shop.channel, shop.country, shop.currency, shop.time_zone) for shop in SHOPS],
    )
    yield "listings", _LISTING_COLUMNS, _listings(world)
    yield "lanes", _LANE_COLUMNS, _lanes()
    yield "purchase_orders", _ORDER_COLUMNS, _purchase_orders(world)
    yield (
        "promotions",
        ("promotion_id", "shop_id", "sku", "start_date", "end_date", "discount_share"),
        _promotions(world),
    )
    yield (
        "approval_rules",
        _RULE_COLUMNS,
        _approval_rules(),
    )
    yield "people", ("login", "person_name", "email", "role", "language", "warehouse_ids", "shop_ids"), PEOPLE


def _names(text: str) -> Sequence[str]:
    return text.split()


_PRODUCT_COLUMNS = _names(
    "sku title category ean supplier_id origin_country hs_code weight_kg length_cm width_cm height_cm volume_cbm "
    "carton_units moq_units purchase_lead_time_days purchase_cost_amount purchase_cost_currency list_price_amount "
    "list_price_currency has_battery is_hazmat"
)
_LISTING_COLUMNS = _names("shop_id seller_sku sku units_per_listing warehouse_id asin fnsku listing_title")
_LANE_COLUMNS = _names(
    "origin_id destination_id mode carrier lead_time_days lead_time_sd_days cost_per_kg_amount cost_per_cbm_amount "
    "cost_per_shipment_amount cost_currency capacity_units review_days"
)
_ORDER_COLUMNS = _names(
    "purchase_order_id supplier_id warehouse_id sku ordered_units received_units unit_cost_amount unit_cost_currency "
    "ordered_date expected_date"
)

_RULE_COLUMNS = _names(
    "rule_id role stage minimum_value_amount value_currency minimum_margin_amount margin_currency "
    "minimum_deviation_share mode remind_after_hours escalate_after_hours escalation_role"
)


def _products(world: World) -> Iterable[Sequence[Cell]]:
    for item in world.catalog.products:
        yield (
            *(item.sku, item.title, item.category, item.ean, item.supplier_id, "CN", item.hs_code, item.weight_kg),
            *(item.length_cm, item.width_cm, item.height_cm, round(item.volume_cbm, 6), item.carton_units),
            *(item.moq_units, item.purchase_lead_time_days, item.purchase_cost_cents / 100, "CNY"),
            *(item.price_usd_cents / 100, "USD", item.has_battery, item.is_hazmat),
        )


def _approval_rules() -> Iterable[Sequence[Cell]]:
    for rule in APPROVAL_RULES:
        yield tuple(
            float(cell) if cell and column.startswith("minimum_") else cell
            for column, cell in zip(_RULE_COLUMNS, rule, strict=True)
        )


def _listings(world: World) -> Iterable[Sequence[Cell]]:
    for item in world.catalog.listings:
        for product, units in item.parts:
            yield (
                *(SHOPS[item.shop].shop_id, item.seller_sku, world.catalog.products[product].sku, units),
                *(WAREHOUSES[item.warehouse].warehouse_id, item.asin, item.fnsku, item.title),
            )


def _lanes() -> Iterable[Sequence[Cell]]:
    for lane in LANES:
        costs = (lane.cost_per_kg, lane.cost_per_cbm, lane.cost_per_shipment)
        yield (
            *(WAREHOUSES[lane.origin].warehouse_id, WAREHOUSES[lane.destination].warehouse_id, lane.mode),
            *(lane.carrier, lane.lead_time_days, lane.lead_time_sd_days),
            *(float(cost) if cost else None for cost in costs),
            *("USD", lane.capacity_units, 7),
        )


def listed_purchase_orders(world: World) -> list[PurchaseOrder]:
    """Open orders and those finished in the last two months."""
    return [
        order
        for order in world.purchase_orders
        if order.open_units or order.deliveries[-1][0] >= world.today - _RECENT_DAYS
    ]


def _purchase_orders(world: World) -> Iterable[Sequence[Cell]]:
    dates = world.parameters.date_of
    for order in listed_purchase_orders(world):
        product = world.catalog.products[order.product]
        # A supplier who is late has named a new date.
        to_come = next((due for due, _ in order.deliveries if due >= world.today), order.promised_day)
        expected = order.promised_day if order.promised_day >= world.today else to_come
        yield (
            *(order.purchase_order_id, product.supplier_id, WAREHOUSES[0].warehouse_id, product.sku),
            *(order.ordered_units, order.received_units, product.purchase_cost_cents / 100, "CNY"),
            *(dates(order.ordered_day), dates(expected)),
        )


def _promotions(world: World) -> Iterable[Sequence[Cell]]:
    dates = world.parameters.date_of
    for item in world.promotions:
        span = (dates(item.start_day), dates(item.end_day), item.discount_share)
        for sku in [world.catalog.products[product].sku for product in item.products] or [""]:
            yield (item.promotion_id, SHOPS[item.shop].shop_id, sku, *span)
