"""Settlements: what Amazon paid out every fortnight, with its fees, line by line (flat file V2).

Belongs here: the fortnights, fees by rule (a referral share of the price; a fee a unit for what FBA sent), the report's
columns. Amazon makes these reports by itself; a client only lists and reads them.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from sandbox.living.life import LivingWorld
from sandbox.living.world import SENT, instant
from sandbox.network import SHOPS
from sandbox.order_lines import unit_cents
from sandbox.servers.amazon.account import Account
from sandbox.sold_orders import order_names_of, shop_of_lines

REPORT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
COLUMNS = (
    *("settlement-id", "settlement-start-date", "settlement-end-date", "deposit-date", "total-amount", "currency"),
    *("transaction-type", "order-id", "merchant-order-id", "adjustment-id", "shipment-id", "marketplace-name"),
    *("amount-type", "amount-description", "amount", "fulfillment-id", "posted-date", "posted-date-time"),
    *("order-item-code", "merchant-order-item-id", "merchant-adjustment-item-id", "sku", "quantity-purchased"),
    "promotion-id",
)
_DAYS = 14
_LISTED = 6  # Amazon keeps the reports of ninety days
_REFERRAL = 15  # percent of the price


def periods(world: LivingWorld) -> list[tuple[int, int, str]]:
    """(first second, last second, settlement's id) of the fortnights that are over, newest first."""
    count = world.today // _DAYS
    first = max(0, count - _LISTED)
    found = [
        (world.morning(number * _DAYS), world.morning((number + 1) * _DAYS), f"{19_000_000_000 + number * 37}")
        for number in range(first, count)
    ]
    return found[::-1]


def _text(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _stamp(seconds: int) -> str:
    return instant(seconds).strftime("%Y-%m-%d %H:%M:%S UTC")


def settlement(world: LivingWorld, account: Account, *, start: int, end: int, settlement_id: str) -> pl.DataFrame:
    """The report of one fortnight: its own line first, then three amounts per order line that was sent."""
    sent = (world.line_status == SENT) & (shop_of_lines(world) == account.shop)
    rows = np.flatnonzero(sent & (world.line_updated >= start) & (world.line_updated < end))
    cents, names = unit_cents(world), order_names_of(world, rows)
    place, currency = account.marketplaces[0][2], SHOPS[account.shop].currency
    lines, total = [], 0
    for row, name in zip(rows.tolist(), names, strict=True):
        listing = world.catalog.listings[int(world.wanted.listing[row])]
        units, price = int(world.line_units[row]), int(cents[row]) * int(world.line_units[row])
        by_amazon = not world.is_merchant[listing.index]
        weight = sum(world.catalog.products[at].weight_kg * each for at, each in listing.parts)
        fee = -(322 + round(weight * 60)) * units if by_amazon else 0
        posted = int(world.line_updated[row])
        amounts = (
            ("ItemPrice", "Principal", price),
            ("ItemFees", "Commission", -(price * _REFERRAL // 100)),
            ("ItemFees", "FBAPerUnitFulfillmentFee", fee),
        )
        for kind, what, amount in amounts:
            if amount:
                total += amount
                head = [settlement_id, "", "", "", "", "", "Order", name, name, "", f"D{row}", place, kind, what]
                when = [instant(posted).strftime("%Y-%m-%d"), _stamp(posted)]
                tail = [f"{row + 10**13}", "", "", listing.seller_sku, str(units), ""]
                lines.append([*head, _text(amount), "AFN" if by_amazon else "MFN", *when, *tail])
    deposit = _stamp(end + int(timedelta(days=2).total_seconds()))
    first = [settlement_id, _stamp(start), _stamp(end), deposit, _text(total), currency, *[""] * 18]
    return pl.DataFrame([first, *lines], schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
