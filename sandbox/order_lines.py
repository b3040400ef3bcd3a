"""The world's orders as a table, and the moments at which things happened, for those who write them down.

Belongs here: what every vendor's order report needs alike. How a vendor writes it: `amazon.py`, `shopify.py`.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from sandbox.network import SHOPS
from sandbox.parameters import Parameters
from sandbox.world import World

DAY_SECONDS = 86_400


def utc_offsets(parameters: Parameters, zone: str, *, days: int) -> np.ndarray:
    """Seconds that a zone is ahead of UTC from four in the morning on, for each of the world's first `days` days."""
    info = ZoneInfo(zone)
    noons = (datetime.combine(parameters.date_of(day), time(12), info) for day in range(days))
    return np.array([int(noon.utcoffset().total_seconds()) for noon in noons])  # type: ignore[union-attr]


def epoch(parameters: Parameters, zone: str, *, day: np.ndarray, second: np.ndarray) -> np.ndarray:
    """UTC seconds since 1970 of local seconds of days (from four in the morning on, where no clock changes)."""
    first = int(datetime.combine(parameters.first_date, time(0), UTC).timestamp())
    offsets = utc_offsets(parameters, zone, days=int(day.max(initial=0)) + 1)
    return first + day * DAY_SECONDS + second - offsets[day]


def amount(cents: pl.Expr) -> pl.Expr:
    """Whole cents as text with two decimals, exact."""
    return pl.format("{}.{}", cents // 100, (cents % 100).cast(pl.String).str.zfill(2))


def date_text(parameters: Parameters, day: np.ndarray, pattern: str) -> pl.Series:
    """Days' numbers as text of their dates."""
    days = np.datetime64(parameters.first_date, "D") + day
    return pl.Series(days).cast(pl.Date).dt.strftime(pattern)


def unit_cents(world: World) -> np.ndarray:
    """What one unit of each wanted line's listing costs that day, in the shop's currency."""
    wanted = world.wanted
    price = np.array([listing.price_cents for listing in world.catalog.listings])[wanted.listing]
    return np.rint(price * (1 - world.demand.discount_share[wanted.listing, wanted.day])).astype(np.int64)


def sold_lines(world: World, *, shop: int) -> pl.DataFrame:
    """One row per line that customers of the shop got, cancelled later or not.

    Columns: line, day, second, epoch (UTC seconds), listing, warehouse, units, unit_cents, list_cents, order, number
    (counts the shop's orders from 0), is_only, is_bulk, is_cancelled, is_open (ordered on the last day: still waiting
    to be sent), promotion (name or null).
    """
    wanted, parameters = world.wanted, world.parameters
    shop_of = np.array([listing.shop for listing in world.catalog.listings])[wanted.listing]
    rows = np.flatnonzero((world.line_units > 0) & (shop_of == shop))
    listing, day = wanted.listing[rows], wanted.day[rows]
    promotion = world.demand.promotion[listing, day]
    names = [f"{item.promotion_id} {item.name}" for item in world.promotions]
    warehouse_of = np.array([item.warehouse for item in world.catalog.listings])
    list_cents = np.array([item.price_cents for item in world.catalog.listings])
    return pl.DataFrame(
        {
            "line": rows,
            "day": day,
            "second": wanted.second[rows],
            "epoch": epoch(parameters, SHOPS[shop].time_zone, day=day, second=wanted.second[rows]),
            "listing": listing,
            "warehouse": warehouse_of[listing],
            "units": world.line_units[rows],
            "unit_cents": unit_cents(world)[rows],
            "list_cents": list_cents[listing],
            "order": wanted.order[rows],
            "number": pl.Series(wanted.order[rows]).rle_id().cast(pl.Int64),
            "is_only": wanted.is_only[rows],
            "is_bulk": wanted.is_bulk[rows],
            "is_cancelled": world.line_cancelled[rows],
            "is_open": day == parameters.days - 1,
            "promotion": pl.Series([names[at] if at >= 0 else None for at in promotion.tolist()], dtype=pl.String),
        }
    )


def order_names(world: World) -> pl.DataFrame:
    """Columns line and order_name, the number that the shop shows: for those who write down what came back."""
    frames = []
    for shop in SHOPS:
        lines = sold_lines(world, shop=shop.index).select("line", "order", "number")
        frames.append(lines.select("line", order_name=order_name(shop.index, pl.col("order"), pl.col("number"))))
    return pl.concat(frames)


def order_name(shop: int, order: pl.Expr, number: pl.Expr) -> pl.Expr:
    """An order's number as the shop shows it: 3-7-7 digits on Amazon, #1001 onwards in one's own shop."""
    if SHOPS[shop].channel == "shopify":
        return pl.format("#{}", number + 1001)
    prefix = pl.lit("11" if SHOPS[shop].country == "US" else "30")
    # Multiplying by a number without a common factor scatters the numbers and keeps them distinct below the modulus.
    middle = (order * 7_654_319 % 9_999_991).cast(pl.String).str.zfill(7)
    tail = (order * 4_321_987 % 9_999_973).cast(pl.String).str.zfill(7)
    return pl.format("{}{}-{}-{}", prefix, order % 4 + 1, middle, tail)


def months_of(parameters: Parameters) -> list[str]:
    """`2024-11` ... of the months in which the world lived."""
    days = np.datetime64(parameters.first_date, "D") + np.arange(parameters.days)
    return [str(month) for month in np.unique(days.astype("datetime64[M]"))]


def month_index(parameters: Parameters, day: np.ndarray) -> np.ndarray:
    """Position in `months_of` of days' numbers."""
    days = np.datetime64(parameters.first_date, "D") + day
    return (days.astype("datetime64[M]") - np.datetime64(parameters.first_date, "M")).astype(np.int64)
