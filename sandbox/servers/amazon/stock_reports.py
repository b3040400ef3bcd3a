"""FBA's stock reports: the inventory of now, the ledger in summary and in detail, what customers sent back.

Belongs here: columns and words. The summary is the sample's (`fba_ledger.py`) over the days that are over; the detail
has one row per event, and a receipt names its shipment.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from sandbox.amazon import report_columns
from sandbox.fba_ledger import ledger_rows
from sandbox.listings import Listing
from sandbox.living.fba_inbound import CENTERS
from sandbox.living.life import LivingWorld
from sandbox.living.world import instant
from sandbox.places import AVAILABLE, CUSTOMER, DISPOSED, RESEARCHING, SOLD, UNFULFILLABLE, place
from sandbox.servers.amazon.account import Account
from sandbox.servers.amazon.inventory import own_listings, quantities
from sandbox.sold_orders import order_names_of

DETAIL_COLUMNS = (
    *("Date", "FNSKU", "ASIN", "MSKU", "Title", "EventType", "ReferenceID", "Quantity", "FulfillmentCenter"),
    *("Disposition", "Reason", "Country", "ReconciledQuantity", "UnreconciledQuantity"),
)
_CUBIC_FEET_PER_CBM = 35.3147


def inventory(world: LivingWorld, account: Account) -> pl.DataFrame:
    """GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA, as it is now."""
    inbound, rows = world.fba_inbound_units(account.fba), []
    for listing in own_listings(world, account):
        found = quantities(world, account, listing, inbound)
        reserved = found["sold"] + found["preparing"]
        held = found["available"] + found["unfulfillable"] + reserved
        coming = [found["working"], found["shipped"], found["receiving"]]
        volume = world.catalog.products[listing.parts[0][0]].volume_cbm * _CUBIC_FEET_PER_CBM
        price = f"{listing.price_cents // 100}.{listing.price_cents % 100:02d}"
        names = [listing.seller_sku, listing.fnsku, listing.asin, listing.title, "New", price, "No", "", "Yes"]
        units = [held, found["available"], found["unfulfillable"], reserved, held + sum(coming), f"{volume:.2f}"]
        rows.append([str(cell) for cell in (*names, *units, *coming, found["researching"], 0, 0)])
    columns = dict.fromkeys(report_columns("GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA"), pl.String)
    return pl.DataFrame(rows, schema=columns, orient="row")


def ledger_summary(world: LivingWorld, account: Account, *, first_day: int, last_day: int) -> pl.DataFrame:
    """GET_LEDGER_SUMMARY_VIEW_DATA of days that are over, both included; the same under each marketplace."""
    last = min(last_day, world.today - 1)
    rows = ledger_rows(world, shop=account.shop)
    return rows.filter(pl.col("day").is_between(first_day, last)).select(report_columns("GET_LEDGER_SUMMARY_VIEW_DATA"))


def _kinds(fba: int) -> dict[tuple[int, int], tuple[tuple[str, str, int, str], ...]]:
    """(from, to) -> the events of such a move: type, disposition, sign, reason."""
    available, bad, lost = place(fba, AVAILABLE), place(fba, UNFULFILLABLE), place(fba, RESEARCHING)
    return {
        (place(fba, SOLD), CUSTOMER): (("Shipments", "SELLABLE", -1, ""),),
        (CUSTOMER, available): (("CustomerReturns", "SELLABLE", 1, ""),),
        (CUSTOMER, bad): (("CustomerReturns", "DEFECTIVE", 1, ""),),
        (available, lost): (("Adjustments", "SELLABLE", -1, "M"),),
        (lost, available): (("Adjustments", "SELLABLE", 1, "F"),),
        (available, bad): (("Adjustments", "SELLABLE", -1, "E"), ("Adjustments", "WAREHOUSE_DAMAGED", 1, "E")),
        (bad, DISPOSED): (("Adjustments", "DEFECTIVE", -1, "D"),),
    }


def ledger_detail(world: LivingWorld, account: Account, *, first_day: int, last_day: int) -> pl.DataFrame:
    """GET_LEDGER_DETAIL_VIEW_DATA of days [first, last]."""
    fba = account.fba
    own = {listing.parts[0][0]: listing for listing in own_listings(world, account)}
    events: list[tuple[int, Listing, str, str, int, str, str, str]] = []
    center = CENTERS[fba][0]
    for record in world.fba_shipments.values():
        for shipment in record.shipments if record.fba == fba else []:
            for count in shipment.counts:
                if first_day <= count.day <= min(last_day, world.today):
                    for units, word in ((count.good, "SELLABLE"), (count.damaged, "DEFECTIVE")):
                        events += [
                            (
                                count.day,
                                own[at],
                                "Receipts",
                                record.confirmation_id,
                                int(units[at]),
                                record.center,
                                word,
                                "",
                            )
                            for at in np.flatnonzero(units).tolist()
                        ]
    moves = world.places.movements()
    for (source, destination), kinds in _kinds(fba).items():
        chosen = (moves.source == source) & (moves.destination == destination)
        chosen &= (moves.day >= max(first_day, 0)) & (moves.day <= last_day)
        keys = np.stack([moves.day[chosen], moves.product[chosen]])
        pairs, inverse = np.unique(keys, axis=1, return_inverse=True)
        totals = np.bincount(inverse.ravel(), weights=moves.units[chosen], minlength=pairs.shape[1]).astype(int)
        for (day, product), units in zip(pairs.T.tolist(), totals.tolist(), strict=True):
            for event, disposition, sign, reason in kinds:
                events.append((day, own[product], event, "", sign * units, center, disposition, reason))
    return _detail_frame(world, account, sorted(events, key=lambda item: (item[0], item[1].seller_sku, item[2:])))


def _detail_frame(world: LivingWorld, account: Account, events: list[Any]) -> pl.DataFrame:
    country = account.marketplaces[0][1]
    rows = []
    for day, listing, event, reference, units, center, disposition, reason in events:
        date = world.parameters.date_of(day).strftime("%m/%d/%Y")
        names = [date, listing.fnsku, listing.asin, listing.seller_sku, listing.title]
        rows.append([*names, event, reference, str(units), center, disposition, reason, country, "0", "0"])
    return pl.DataFrame(rows, schema=dict.fromkeys(DETAIL_COLUMNS, pl.String), orient="row")


def customer_returns(world: LivingWorld, account: Account, *, start: int, end: int) -> pl.DataFrame:
    """GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA: what came back to Amazon's warehouses in [start, end)."""
    own = {listing.parts[0][0]: listing for listing in own_listings(world, account)}
    listings, wanted = world.catalog.listings, world.wanted
    found = [
        item
        for item in world.returns
        if listings[int(wanted.listing[item.line])].warehouse == account.fba and start <= world.morning(item.day) < end
    ]
    names = order_names_of(world, np.array([item.line for item in found], dtype=np.int64))
    rows = []
    for item, name in zip(found, names, strict=True):
        listing = own[item.product]
        moment = instant(world.morning(item.day)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
        condition = "SELLABLE" if item.is_good else "DEFECTIVE"
        reason = "UNWANTED_ITEM" if item.is_good else "DEFECTIVE"
        plate = f"LPNRR{100_000_000 + item.line * 7919 % 899_999_999}"
        what = [listing.seller_sku, listing.asin, listing.fnsku, listing.title, str(item.units)]
        rows.append(
            [moment, name, *what, CENTERS[account.fba][0], condition, reason, "Unit returned to inventory", plate, ""]
        )
    columns = report_columns("GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
