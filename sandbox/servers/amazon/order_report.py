"""The all-orders report by last update, from the living world's lines; one row per line, as Amazon writes them.

Belongs here: columns and their words. What a line's shipping cost or place is follows from the line alone, so that two
reports agree.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.amazon import listing_table, report_columns
from sandbox.buyers import addresses
from sandbox.living.life import LivingWorld
from sandbox.living.world import CANCELLED, SENT
from sandbox.network import SHOPS
from sandbox.order_lines import amount, order_name, unit_cents
from sandbox.servers.amazon.account import Account
from sandbox.sold_orders import shop_of_lines

_KINDS_OF_PLACES = 4096


def _luck(rows: np.ndarray, purpose: int) -> np.ndarray:
    """A number from 0 to 1 for every line, always the same one (Knuth's multiplicative hash)."""
    return ((rows * 2_654_435_761 + purpose * 40_503) % 2**32) / 2**32


def all_orders(world: LivingWorld, account: Account, *, start: int, end: int) -> pl.DataFrame:
    """Lines whose last update lies in [start, end)."""
    updated = world.line_updated
    got = (world.line_units > 0) & (shop_of_lines(world) == account.shop) & (updated >= start) & (updated < end)
    rows = np.flatnonzero(got)
    rows = rows[np.lexsort((rows, updated[rows]))]
    shop = SHOPS[account.shop]
    status = world.line_status[rows]
    merchant = world.is_merchant[world.wanted.listing[rows]]
    done = np.isin(status, (SENT, CANCELLED))
    word = np.select([status == SENT, status == CANCELLED, merchant], ["Shipped", "Cancelled", "Unshipped"], "Pending")
    item_word = np.where(word == "Pending", "Unshipped", word)
    rng = world.history.chance(f"places of {account.name}")
    places = addresses(rng, shop.country, count=_KINDS_OF_PLACES)[(_luck(rows, 1) * _KINDS_OF_PLACES).astype(int)]
    table = pl.DataFrame(
        {
            "listing": world.wanted.listing[rows],
            "order": world.wanted.order[rows],
            "number": rows,
            "units": world.line_units[rows],
            "cents": unit_cents(world)[rows],
            "created": world.line_created[rows],
            "updated": updated[rows],
            "status": word,
            "item_status": item_word,
            "merchant": merchant,
            "priced": done | merchant,
            "paid_shipping": _luck(rows, 2) < 0.12,
            "free_shipping": _luck(rows, 3) < 0.9,
            "is_bulk": world.wanted.is_bulk[rows],
        },
        schema_overrides={"status": pl.String, "item_status": pl.String},
    )
    priced = pl.when("priced")
    total = pl.col("cents") * pl.col("units")
    fee = pl.when("paid_shipping").then(pl.lit("5.99")).otherwise(pl.lit("0.00"))
    back = pl.when(pl.col("paid_shipping") & pl.col("free_shipping")).then(pl.lit("5.99")).otherwise(pl.lit("0.00"))
    name, stamp = order_name(account.shop, pl.col("order"), pl.col("number")), "%Y-%m-%dT%H:%M:%S+00:00"
    nothing = priced.then(pl.lit("0.00"))
    return (
        table.join(listing_table(world), on="listing", how="left", maintain_order="left")
        .hstack(places)
        .select(
            name.alias("amazon-order-id"),
            name.alias("merchant-order-id"),
            pl.from_epoch("created").dt.strftime(stamp).alias("purchase-date"),
            pl.from_epoch("updated").dt.strftime(stamp).alias("last-updated-date"),
            pl.col("status").alias("order-status"),
            pl.when("merchant").then(pl.lit("Merchant")).otherwise(pl.lit("Amazon")).alias("fulfillment-channel"),
            pl.lit(account.marketplaces[0][2]).alias("sales-channel"),
            pl.lit("").alias("order-channel"),
            pl.when("merchant").then(pl.lit("Standard")).otherwise(pl.lit("Expedited")).alias("ship-service-level"),
            "product-name",
            "sku",
            "asin",
            pl.col("item_status").alias("item-status"),
            pl.col("units").alias("quantity"),
            priced.then(pl.lit(shop.currency)).alias("currency"),
            priced.then(amount(total)).alias("item-price"),
            priced.then(amount(total * (8 if shop.country == "US" else 0) // 100)).alias("item-tax"),
            priced.then(fee).alias("shipping-price"),
            nothing.alias("shipping-tax"),
            pl.lit("").alias("gift-wrap-price"),
            pl.lit("").alias("gift-wrap-tax"),
            nothing.alias("item-promotion-discount"),
            priced.then(back).alias("ship-promotion-discount"),
            pl.col("city").alias("ship-city"),
            pl.col("state").alias("ship-state"),
            pl.col("postal_code").alias("ship-postal-code"),
            pl.col("country").alias("ship-country"),
            pl.lit("").alias("promotion-ids"),
            pl.when("is_bulk").then(pl.lit("true")).otherwise(pl.lit("false")).alias("is-business-order"),
            pl.lit("").alias("purchase-order-number"),
            pl.when("is_bulk").then(pl.lit("Business Price")).otherwise(pl.lit("")).alias("price-designation"),
        )
        .select(report_columns("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"))
    )
