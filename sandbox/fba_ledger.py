"""Amazon's ledger summary: one row per day, FNSKU and disposition, from the world's movements.

A row's ending balance is its starting balance plus all of its movements. Reserved units are part of the sellable
balance; rows without balance and movement are left out, as Amazon leaves them out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from sandbox.amazon import FBA_OF, report_columns
from sandbox.network import SHOPS
from sandbox.order_lines import date_text, month_index, months_of
from sandbox.places import (
    AVAILABLE,
    CUSTOMER,
    DISPOSED,
    IN_TRANSIT,
    PREPARING,
    RESEARCHING,
    SOLD,
    UNFULFILLABLE,
    place,
)
from sandbox.tables import TableFile
from sandbox.world import World


def _kinds(fba: int) -> dict[str, tuple[tuple[str, int, int, int], ...]]:
    """Disposition -> (column, source, destination, sign) of each kind of movement that changes its balance."""
    available, bad = place(fba, AVAILABLE), place(fba, UNFULFILLABLE)
    missing = place(fba, RESEARCHING)
    return {
        "SELLABLE": (
            ("Receipts", IN_TRANSIT, available, 1),
            ("CustomerShipments", place(fba, SOLD), CUSTOMER, -1),
            ("CustomerReturns", CUSTOMER, available, 1),
            ("Found", missing, available, 1),
            ("Lost", available, missing, -1),
            ("Damaged", available, bad, -1),
        ),
        "DEFECTIVE": (
            ("Receipts", IN_TRANSIT, bad, 1),
            ("CustomerReturns", CUSTOMER, bad, 1),
            ("Disposed", bad, DISPOSED, -1),
            ("OtherEvents", available, bad, 1),
        ),
    }


def ledger_rows(world: World, *, shop: int) -> pl.DataFrame:
    """The ledger summary of every day that is over, in the report's columns and `day`."""
    parameters, fba = world.parameters, FBA_OF[shop]
    own = [listing for listing in world.catalog.listings if listing.own_stock and listing.warehouse == fba]
    products = np.array([listing.parts[0][0] for listing in own])
    moves = world.places.movements()
    evenings = world.places.evenings[: world.today, fba]
    balances = {
        "SELLABLE": evenings[:, [AVAILABLE, SOLD, PREPARING]].sum(axis=1),
        "DEFECTIVE": evenings[:, UNFULFILLABLE],
    }
    frames = []
    for disposition, kinds in _kinds(fba).items():
        ending = balances[disposition]
        changes = np.zeros((len(kinds), *ending.shape), dtype=np.int64)
        for number, (_, source, destination, sign) in enumerate(kinds):
            of_kind = (moves.source == source) & (moves.destination == destination) & (moves.day >= 0)
            of_kind &= moves.day < world.today
            at = (number, moves.day[of_kind], moves.product[of_kind])
            np.add.at(changes, at, sign * moves.units[of_kind])
        starting = ending - changes.sum(axis=0)
        matters = ((starting != 0) | (ending != 0) | (changes != 0).any(axis=0))[:, products]
        day, listing = np.nonzero(matters)
        columns = {"day": day, "listing": listing, "Disposition": np.full(len(day), disposition)}
        columns["StartingWarehouseBalance"] = starting[day, products[listing]]
        columns["EndingWarehouseBalance"] = ending[day, products[listing]].astype(np.int64)
        for number, (name, *_) in enumerate(kinds):
            columns[name] = changes[number][day, products[listing]]
        frames.append(pl.DataFrame(columns))
    zero = ("InTransitBetweenWarehouses", "VendorReturns", "WarehouseTransferIn/Out", "UnknownEvents")
    names = pl.DataFrame(
        {
            "listing": np.arange(len(own)),
            "FNSKU": [listing.fnsku for listing in own],
            "ASIN": [listing.asin for listing in own],
            "MSKU": [listing.seller_sku for listing in own],
            "Title": [listing.title for listing in own],
        }
    )
    rows = (
        pl.concat(frames, how="diagonal")
        .fill_null(0)
        .sort("day", "listing", "Disposition", descending=[False, False, True])
        .join(names, on="listing", how="left", maintain_order="left")
        .with_columns(pl.lit(SHOPS[shop].country).alias("Location"), *(pl.lit(0).alias(name) for name in zero))
    )
    day_of_row = rows["day"].to_numpy()
    return rows.with_columns(date_text(parameters, day_of_row, "%m/%d/%Y").alias("Date")).select(
        "day", *report_columns("GET_LEDGER_SUMMARY_VIEW_DATA")
    )


def ledger_files(world: World, *, shop: int) -> Iterator[TableFile]:
    """The ledger summary by day, one file a month."""
    parameters = world.parameters
    rows = ledger_rows(world, shop=shop)
    month = month_index(parameters, np.arange(parameters.days))[rows["day"].to_numpy()]
    rows = rows.drop("day")
    for number, name in enumerate(months_of(parameters)):
        path = f"inbox/{SHOPS[shop].shop_id}/ledger/ledger_summary_{name}.tsv"
        yield TableFile(path, rows.filter(pl.Series(month == number)), separator="\t")
