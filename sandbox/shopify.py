"""Shopify's order export: one row per line; what belongs to the order stands on its first row only.

Belongs here: the vendor's header and words. The seller cancels before the payment is captured, hence `voided`, and
only whole orders; discounts are sale prices with the old price beside them. Units come back by the warehouse's list
(`warehouses.py`): the export knows refunds as money only.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from sandbox.buyers import addresses, people
from sandbox.network import DE_3PL, SHOPIFY, SHOPS
from sandbox.order_lines import amount, month_index, months_of, order_name, sold_lines, utc_offsets
from sandbox.tables import TableFile
from sandbox.world import World

_ADDRESS = ("Name", "Street", "Address1", "Address2", "Company", "City", "Zip", "Province", "Country", "Phone")
COLUMNS = (
    *("Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing"),
    *("Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method"),
    *("Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem compare at price"),
    *("Lineitem sku", "Lineitem requires shipping", "Lineitem taxable", "Lineitem fulfillment status"),
    *(f"Billing {part}" for part in _ADDRESS),
    *(f"Shipping {part}" for part in _ADDRESS),
    *("Notes", "Note Attributes", "Cancelled at", "Payment Method", "Payment Reference", "Refunded Amount", "Vendor"),
    *("Outstanding Balance", "Employee", "Location", "Device ID", "Id", "Tags", "Risk Level", "Source"),
    "Lineitem discount",
    *(f"Tax {number} {part}" for number in range(1, 6) for part in ("Name", "Value")),
    *("Phone", "Receipt Number", "Duties", "Billing Province Name", "Shipping Province Name", "Payment ID"),
    *("Payment Terms Name", "Next Payment Due At", "Payment References"),
)


def order_files(world: World) -> Iterator[TableFile]:
    """The orders of each month by the date on which they were made."""
    lines = sold_lines(world, shop=SHOPIFY)
    month = month_index(world.parameters, lines["day"].to_numpy())
    rendered = _render(world, lines)
    for number, name in enumerate(months_of(world.parameters)):
        rows = rendered.filter(pl.Series(month == number))
        if number == month[-1]:
            # See `planted.py`: shopify_negative_quantity.
            bad = rows.cast(pl.String).tail(1).with_columns(Name=pl.lit("#999999"))
            rows = pl.concat([rows.cast(pl.String), bad.with_columns(pl.lit("-1").alias("Lineitem quantity"))])
        yield TableFile(f"inbox/shopify/orders_export_{name}.csv", rows)


def _render(world: World, lines: pl.DataFrame) -> pl.DataFrame:
    rng = world.parameters.chance("shopify orders")
    offset = utc_offsets(world.parameters, SHOPS[SHOPIFY].time_zone, days=world.parameters.days)
    offset = offset[lines["day"].to_numpy()]
    zone_text = pl.Series([f"{'-' if hours < 0 else '+'}{abs(hours):02d}00" for hours in (offset // 3600).tolist()])
    listings = world.catalog.listings
    buyers = addresses(rng, "US", count=lines.height)
    abroad = addresses(rng, "DE", count=lines.height)
    is_eu = lines["warehouse"] == DE_3PL
    place = pl.DataFrame({name: buyers[name].zip_with(~is_eu, abroad[name]) for name in buyers.columns})
    sums = lines.group_by("order").agg((pl.col("unit_cents") * pl.col("units")).sum().alias("order_cents"))
    table = (
        lines.hstack(place)
        .hstack(people(rng, count=lines.height).rename({"name": "buyer"}))
        .with_columns(
            local=pl.col("epoch") + pl.Series(offset),
            zone=zone_text,
            is_first=pl.col("order") != pl.col("order").shift(1).fill_null(-1),
            sku=pl.Series([listings[at].seller_sku for at in lines["listing"].to_list()]),
            title=pl.Series([listings[at].title for at in lines["listing"].to_list()]),
            sent_after=pl.Series(rng.integers(9, 30, lines.height) * 3600),
        )
        .join(sums, on="order", how="left", maintain_order="left")
    )
    first = pl.when("is_first")
    is_sent = ~pl.col("is_cancelled") & ~pl.col("is_open")
    freight = pl.when(pl.col("order_cents") >= 3500).then(0).otherwise(495)
    tax = pl.col("order_cents") * 7 // 100
    columns = {
        "Name": order_name(SHOPIFY, pl.col("order"), pl.col("number")),
        "Email": pl.col("email"),
        "Financial Status": first.then(pl.when("is_cancelled").then(pl.lit("voided")).otherwise(pl.lit("paid"))),
        "Paid at": first.then(pl.when(~pl.col("is_cancelled")).then(_stamp(40))),
        "Fulfillment Status": first.then(pl.when(is_sent).then(pl.lit("fulfilled")).otherwise(pl.lit("unfulfilled"))),
        "Fulfilled at": first.then(pl.when(is_sent).then(_stamp(pl.col("sent_after")))),
        "Accepts Marketing": first.then(pl.when(pl.col("line") % 3 == 0).then(pl.lit("yes")).otherwise(pl.lit("no"))),
        "Currency": first.then(pl.lit("USD")),
        "Subtotal": first.then(amount(pl.col("order_cents"))),
        "Shipping": first.then(amount(freight)),
        "Taxes": first.then(amount(tax)),
        "Total": first.then(amount(pl.col("order_cents") + freight + tax)),
        "Discount Amount": first.then(pl.lit("0.00")),
        "Shipping Method": first.then(pl.lit("Standard")),
        "Created at": _stamp(0),
        "Lineitem quantity": pl.col("units"),
        "Lineitem name": pl.col("title"),
        "Lineitem price": amount(pl.col("unit_cents")),
        "Lineitem compare at price": pl.when(pl.col("unit_cents") < pl.col("list_cents")).then(
            amount(pl.col("list_cents"))
        ),
        "Lineitem sku": pl.col("sku"),
        "Lineitem requires shipping": pl.lit("true"),
        "Lineitem taxable": pl.lit("true"),
        "Lineitem fulfillment status": pl.when(is_sent).then(pl.lit("fulfilled")).otherwise(pl.lit("pending")),
        "Cancelled at": first.then(pl.when("is_cancelled").then(_stamp(pl.col("sent_after")))),
        "Payment Method": first.then(pl.lit("Shopify Payments")),
        "Payment Reference": first.then(pl.format("c{}.1", pl.col("order") + 20_000_000)),
        "Refunded Amount": first.then(pl.lit("0.00")),
        "Vendor": pl.lit("LUMIVO"),
        "Outstanding Balance": first.then(pl.lit("0.00")),
        "Location": first.then(pl.lit("Ontario CA")),
        "Id": first.then((pl.col("order") + 5_550_000_000_000).cast(pl.String)),
        "Tags": first.then(pl.when("is_bulk").then(pl.lit("wholesale"))),
        "Risk Level": first.then(pl.lit("Low")),
        "Source": first.then(pl.lit("web")),
        "Lineitem discount": pl.lit("0.00"),
        "Tax 1 Name": first.then(pl.lit("Sales tax 7%")),
        "Tax 1 Value": first.then(amount(tax)),
    }
    parts = {
        "Name": "buyer",
        "Street": "street",
        "Address1": "street",
        "City": "city",
        "Zip": "postal_code",
        "Province": "state",
        "Country": "country",
        "Phone": "phone",
    }
    for kind in ("Billing", "Shipping"):
        columns |= {f"{kind} {part}": first.then(pl.col(name)) for part, name in parts.items()}
    blank = pl.lit(None, dtype=pl.String)
    return table.select(columns.get(name, blank).alias(name) for name in COLUMNS)


def _stamp(later: pl.Expr | int) -> pl.Expr:
    """`2026-03-03 10:15:00 -0500`: the shop's local time, `later` seconds after the order."""
    return pl.format("{} {}", pl.from_epoch(pl.col("local") + later).dt.strftime("%Y-%m-%d %H:%M:%S"), pl.col("zone"))
