"""The few bad rows that the sample's files hold on purpose, so that a test can count what is refused.

Belongs here: what is wrong with which row, and what an importer should do about it. The rows themselves are written
by the vendor's module; none of them is true in the world.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class PlantedRow:
    """One bad row of a feed: `refused` belongs into quarantine, `skipped` is a harmless repetition."""

    name: str
    feed: str
    action: Literal["refused", "skipped"]
    what: str


PLANTED_ROWS = (
    PlantedRow("orders_unknown_listing", "amazon_us_orders", "refused", "a seller SKU that no listing has"),
    PlantedRow("orders_text_quantity", "amazon_us_orders", "refused", "the quantity says two"),
    PlantedRow("orders_impossible_date", "amazon_de_orders", "refused", "purchased on the 31st of February"),
    PlantedRow("orders_repeated_line", "amazon_de_orders", "skipped", "the last line of the last file twice"),
    PlantedRow("shopify_negative_quantity", "shopify_orders", "refused", "minus one piece"),
    PlantedRow("stock_unknown_sku", "us_3pl_stock", "refused", "a SKU of another customer of the warehouse"),
    PlantedRow("stock_text_units", "us_3pl_stock", "refused", "available: n/a"),
    PlantedRow("stock_repeated_row", "de_3pl_stock", "skipped", "the last row of the last file twice"),
    PlantedRow("stock_negative_units", "domestic_stock", "refused", "minus four available"),
    PlantedRow("shipment_unknown_mode", "shipments", "refused", "sent by camel"),
    PlantedRow("return_without_date", "us_3pl_returns", "refused", "nobody wrote down when it came back"),
)
