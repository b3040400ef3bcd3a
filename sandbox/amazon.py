"""Amazon's reports as a seller downloads them: all orders, FBA returns, FBA inventory, ledger summary.

Belongs here: the vendor's headers, words and habits. Orders come by last update: a line ordered on the last evening
of a month stands in that month's file as pending and in the next one's as shipped or cancelled. The ledger's sellable
balance includes reserved units; only the inventory report tells them apart. All numbers come from `world.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import numpy as np
import polars as pl

from sandbox.buyers import addresses
from sandbox.network import AMAZON_DE, AMAZON_US, DE_3PL, FBA_DE, FBA_US, SHOPS, WAREHOUSES
from sandbox.order_lines import (
    amount,
    epoch,
    month_index,
    months_of,
    order_name,
    order_names,
    sold_lines,
    utc_offsets,
)
from sandbox.places import PREPARING, RESEARCHING, SOLD, UNFULFILLABLE
from sandbox.tables import TableFile
from sandbox.world import World

FBA_OF = {AMAZON_US: FBA_US, AMAZON_DE: FBA_DE}
_CENTERS = {AMAZON_US: ("ONT8", "LAS1", "FTW1", "MDW2", "ABE3"), AMAZON_DE: ("LEJ1", "DTM2", "HAM2", "WRO5")}
_REASONS = ("UNWANTED_ITEM", "DEFECTIVE", "NOT_AS_DESCRIBED", "ORDERED_WRONG_ITEM", "APPAREL_TOO_SMALL", "SWITCHEROO")
_COMMENTS = ("", "", "", "Did not fit, sorry!", "Box was open", "Passt leider nicht", "changed my mind")
_CUBIC_FEET_PER_CBM = 35.3147


def report_columns(report: str) -> list[str]:
    """The vendor's header of a report, from `data/amazon_report_headers.tsv`."""
    text = files("sandbox").joinpath("data/amazon_report_headers.tsv").read_text(encoding="utf-8")
    return dict(line.split("\t", 1) for line in text.splitlines())[report].split("\t")


def listing_table(world: World) -> pl.DataFrame:
    """Listings' columns that reports repeat on every line."""
    listings = world.catalog.listings
    return pl.DataFrame(
        {
            "listing": [listing.index for listing in listings],
            "sku": [listing.seller_sku for listing in listings],
            "asin": [listing.asin for listing in listings],
            "fnsku": [listing.fnsku for listing in listings],
            "product-name": [listing.title for listing in listings],
        },
        schema_overrides={"listing": pl.Int64},
    )


def order_files(world: World, *, shop: int) -> Iterator[TableFile]:
    """The all-orders report, one file a month, each by last update."""
    parameters = world.parameters
    lines = sold_lines(world, shop=shop)
    final = lines.filter(~pl.col("is_open")).with_columns(updated_day=pl.col("day") + 1, is_final=pl.lit(value=True))
    months = np.append(month_index(parameters, np.arange(parameters.days)), -1)
    is_last_of_month = pl.Series(months[:-1] != months[1:])
    waiting = lines.filter(is_last_of_month.gather(lines["day"])).with_columns(
        updated_day=pl.col("day"), is_final=pl.lit(value=False)
    )
    table = pl.concat([final, waiting]).sort("updated_day", "line")
    month = month_index(parameters, table["updated_day"].to_numpy())
    rendered = _render_orders(world, table, shop=shop)
    for number, name in enumerate(months_of(parameters)):
        rows = rendered.filter(pl.Series(month == number))
        if number == month[-1]:
            rows = _plant_orders(rows, shop=shop)
        yield TableFile(f"inbox/{SHOPS[shop].shop_id}/orders/all_orders_{name}.tsv", rows, separator="\t")


def superseded_lines(world: World, *, shop: int) -> int:
    """Lines that stand twice in the monthly files: first as pending, later with what became of them."""
    lines = sold_lines(world, shop=shop)
    day = lines["day"].to_numpy()
    month = month_index(world.parameters, np.arange(world.parameters.days + 1))
    return int(((month[day] != month[day + 1]) & ~lines["is_open"].to_numpy()).sum())


def _render_orders(world: World, table: pl.DataFrame, *, shop: int) -> pl.DataFrame:
    parameters, zone = world.parameters, SHOPS[shop].time_zone
    rng = parameters.chance(f"amazon orders {shop}")
    height = table.height
    # Sent or cancelled in the course of the next morning; still the evening of the order where it is waiting.
    later = epoch(parameters, zone, day=table["updated_day"].to_numpy(), second=rng.integers(18_000, 50_000, height))
    updated = np.where(table["is_final"].to_numpy(), later, table["epoch"].to_numpy() + 120)
    is_fba = pl.col("warehouse") != DE_3PL
    waiting = pl.when(is_fba).then(pl.lit("Pending")).otherwise(pl.lit("Unshipped"))
    done = pl.when("is_cancelled").then(pl.lit("Cancelled")).otherwise(pl.lit("Shipped"))
    status = pl.when("is_final").then(done).otherwise(waiting)
    # Amazon shows no price before the payment is through.
    priced = pl.when(pl.col("is_final"))
    total = pl.col("unit_cents") * pl.col("units")
    charged = rng.random(height) < 0.12
    shipping = pl.when(pl.Series(charged)).then(pl.lit("5.99")).otherwise(pl.lit("0.00"))
    tax = total * (8 if shop == AMAZON_US else 0) // 100
    name = order_name(shop, pl.col("order"), pl.col("number"))
    stamp = "%Y-%m-%dT%H:%M:%S+00:00"
    buyers = addresses(rng, "US" if shop == AMAZON_US else "DE", count=height)
    shipped_free = pl.Series(charged & (rng.random(height) < 0.9))
    free = pl.when(shipped_free).then(pl.lit("US Core Free Shipping 2015/04/08 23-48-5-108"))
    promotion_ids = pl.concat_str([pl.col("promotion"), free], separator=",", ignore_nulls=True)
    listings = listing_table(world)
    return (
        table.with_columns(updated=pl.Series(updated))
        .join(listings, on="listing", how="left", maintain_order="left")
        .hstack(buyers)
        .select(
            name.alias("amazon-order-id"),
            name.alias("merchant-order-id"),
            pl.from_epoch("epoch").dt.strftime(stamp).alias("purchase-date"),
            pl.from_epoch("updated").dt.strftime(stamp).alias("last-updated-date"),
            status.alias("order-status"),
            pl.when(is_fba).then(pl.lit("Amazon")).otherwise(pl.lit("Merchant")).alias("fulfillment-channel"),
            pl.lit("Amazon.com" if shop == AMAZON_US else "Amazon.de").alias("sales-channel"),
            pl.lit("").alias("order-channel"),
            pl.when(is_fba).then(pl.lit("Expedited")).otherwise(pl.lit("Standard")).alias("ship-service-level"),
            "product-name",
            "sku",
            "asin",
            status.replace({"Pending": "Unshipped"}).alias("item-status"),
            pl.col("units").alias("quantity"),
            priced.then(pl.lit(SHOPS[shop].currency)).alias("currency"),
            priced.then(amount(total)).alias("item-price"),
            priced.then(amount(tax)).alias("item-tax"),
            priced.then(shipping).alias("shipping-price"),
            priced.then(pl.lit("0.00")).alias("shipping-tax"),
            pl.lit("").alias("gift-wrap-price"),
            pl.lit("").alias("gift-wrap-tax"),
            priced.then(pl.lit("0.00")).alias("item-promotion-discount"),
            priced.then(pl.when(shipped_free).then(shipping).otherwise(pl.lit("0.00"))).alias(
                "ship-promotion-discount"
            ),
            pl.col("city").alias("ship-city"),
            pl.col("state").alias("ship-state"),
            pl.col("postal_code").alias("ship-postal-code"),
            pl.col("country").alias("ship-country"),
            promotion_ids.alias("promotion-ids"),
            pl.when("is_bulk").then(pl.lit("true")).otherwise(pl.lit("false")).alias("is-business-order"),
            pl.when("is_bulk")
            .then(pl.format("PO-{}", pl.col("line") % 90_000 + 10_000))
            .alias("purchase-order-number"),
            pl.when("is_bulk").then(pl.lit("Business Price")).alias("price-designation"),
        )
        .select(report_columns("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"))
    )


def _plant_orders(rows: pl.DataFrame, *, shop: int) -> pl.DataFrame:
    """Add the bad rows of `planted.py` behind the last good one."""
    text = rows.cast(pl.String)
    model = text.tail(1)
    if shop == AMAZON_DE:
        impossible = model.with_columns(
            pl.lit("305-0000000-0000003").alias("amazon-order-id"),
            pl.lit("2026-02-31T10:00:00+00:00").alias("purchase-date"),
        )
        return pl.concat([text, model, impossible])
    unknown = model.with_columns(
        pl.lit("113-0000000-0000001").alias("amazon-order-id"), pl.lit("9Q-LOST-0000").alias("sku")
    )
    spelled = model.with_columns(
        pl.lit("113-0000000-0000002").alias("amazon-order-id"), pl.lit("two").alias("quantity")
    )
    return pl.concat([text, unknown, spelled])


def return_files(world: World, *, shop: int) -> Iterator[TableFile]:
    """FBA customer returns, one file: what came back to Amazon's warehouses, under the product's own listing."""
    parameters, fba = world.parameters, FBA_OF[shop]
    zone = WAREHOUSES[fba].time_zone
    rng = parameters.chance(f"amazon returns {shop}")
    listings = world.catalog.listings
    own = {item.parts[0][0]: item for item in listings if item.own_stock and item.warehouse == fba}
    found = [item for item in world.returns if listings[world.wanted.listing[item.line]].warehouse == fba]
    day = np.array([item.day for item in found], dtype=np.int64)
    second = rng.integers(7 * 3600, 21 * 3600, len(found))
    offset = utc_offsets(parameters, zone, days=parameters.days)[day]
    local = epoch(parameters, zone, day=day, second=second) + offset
    centers, reasons = np.array(_CENTERS[shop]), np.array(_REASONS)
    table = pl.DataFrame(
        {
            "line": [item.line for item in found],
            "local": local,
            "hours": offset // 3600,
            "sku": [own[item.product].seller_sku for item in found],
            "asin": [own[item.product].asin for item in found],
            "fnsku": [own[item.product].fnsku for item in found],
            "product-name": [own[item.product].title for item in found],
            "quantity": [item.units for item in found],
            "fulfillment-center-id": centers[rng.integers(len(centers), size=len(found))],
            "is_good": [item.is_good for item in found],
            "reason": reasons[rng.integers(len(reasons), size=len(found))],
            "plate": np.arange(len(found)) * 7919 + 100_000_000,
            "customer-comments": np.array(_COMMENTS)[rng.integers(len(_COMMENTS), size=len(found))],
        },
        schema_overrides={
            **dict.fromkeys(("line", "quantity"), pl.Int64),
            **dict.fromkeys(("sku", "asin", "fnsku", "product-name"), pl.String),
            "is_good": pl.Boolean,
        },
    )
    hours = pl.col("hours").abs().cast(pl.String).str.zfill(2)
    sign = pl.when(pl.col("hours") < 0).then(pl.lit("-")).otherwise(pl.lit("+"))
    rows = table.join(order_names(world), on="line", how="left", maintain_order="left").select(
        pl.format("{}{}{}:00", pl.from_epoch("local").dt.strftime("%Y-%m-%dT%H:%M:%S"), sign, hours).alias(
            "return-date"
        ),
        pl.col("order_name").alias("order-id"),
        *("sku", "asin", "fnsku", "product-name", "quantity", "fulfillment-center-id"),
        pl.when("is_good").then(pl.lit("SELLABLE")).otherwise(pl.lit("DEFECTIVE")).alias("detailed-disposition"),
        "reason",
        pl.lit("Unit returned to inventory").alias("status"),
        pl.format("LPNRR{}", pl.col("plate")).alias("license-plate-number"),
        "customer-comments",
    )
    name = f"inbox/{SHOPS[shop].shop_id}/returns/fba_customer_returns.tsv"
    yield TableFile(name, rows.select(report_columns("GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA")), separator="\t")


def inventory_files(world: World, *, shop: int) -> Iterator[TableFile]:
    """The inventory report of the as-of morning, that is of the evening before, whose date its name carries."""
    fba = FBA_OF[shop]
    eve = world.parameters.date_of(world.today - 1)
    evening = world.places.evenings[world.today - 1, fba]
    working, shipped, receiving = inbound_units(world, destination=fba)
    rows = []
    for listing in world.catalog.listings:
        if not listing.own_stock or listing.warehouse != fba:
            continue
        product = listing.parts[0][0]
        available, unsellable = int(evening[0, product]), int(evening[UNFULFILLABLE, product])
        reserved = int(evening[SOLD, product] + evening[PREPARING, product])
        inbound = [int(units[product]) for units in (working, shipped, receiving)]
        held = available + unsellable + reserved
        volume = world.catalog.products[product].volume_cbm * _CUBIC_FEET_PER_CBM
        price = f"{listing.price_cents // 100}.{listing.price_cents % 100:02d}"
        names = [listing.seller_sku, listing.fnsku, listing.asin, listing.title, "New", price, "No", "", "Yes"]
        units = [held, available, unsellable, reserved, held + sum(inbound), f"{volume:.2f}", *inbound]
        rows.append([*names, *units, int(evening[RESEARCHING, product]), 0, 0])
    table = pl.DataFrame(
        [[str(cell) for cell in row] for row in rows],
        schema=report_columns("GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA"),
        orient="row",
    )
    yield TableFile(f"inbox/{SHOPS[shop].shop_id}/inventory/myi_inventory_{eve}.tsv", table, separator="\t")


def inbound_units(world: World, *, destination: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Units [product] (being prepared, on the way, being counted) for a warehouse, this evening."""
    working, shipped, receiving = (np.zeros(len(world.catalog.products), dtype=np.int64) for _ in range(3))
    for shipment in world.shipments:
        if shipment.lane.destination == destination and not shipment.is_finished:
            if not shipment.is_dispatched:
                working += shipment.units
            elif shipment.arrival_day < world.today:
                receiving += shipment.outstanding
            else:
                shipped += shipment.outstanding
    return working, shipped, receiving
