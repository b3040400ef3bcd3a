"""Names of orders for chosen lines, as the shops show them, without making a table of all lines.

Belongs here: the same names as `order_lines.order_name`, for the servers, which ask for a page at a time.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.network import SHOPIFY, SHOPS
from sandbox.order_lines import order_name
from sandbox.world import World


def shop_of_lines(world: World) -> np.ndarray:
    """The shop of every wanted line."""
    return np.array([listing.shop for listing in world.catalog.listings], dtype=np.int64)[world.wanted.listing]


def shopify_numbers(world: World) -> np.ndarray:
    """For every wanted line the count of its order among the shop's own orders, from 0; meaningless elsewhere."""
    rows = np.flatnonzero((world.line_units > 0) & (shop_of_lines(world) == SHOPIFY))
    order = world.wanted.order[rows]
    numbers = np.zeros(len(world.wanted.order), dtype=np.int64)
    if len(rows):
        numbers[rows] = np.concatenate([[0], np.cumsum(order[1:] != order[:-1])])
    return numbers


def order_names_of(world: World, rows: np.ndarray) -> list[str]:
    """The order's name of each of these lines, which customers got."""
    shops = shop_of_lines(world)[rows]
    table = pl.DataFrame({"order": world.wanted.order[rows], "number": shopify_numbers(world)[rows]})
    named = table.select(
        *(order_name(shop.index, pl.col("order"), pl.col("number")).alias(str(shop.index)) for shop in SHOPS)
    )
    columns = [named[str(shop.index)].to_list() for shop in SHOPS]
    return [columns[shop][at] for at, shop in enumerate(shops.tolist())]
