"""The world's own figures, for tests that compare them with what an importer made of the files.

Belongs here: sums over the world in plain types. They are taken from the physics, never from the files.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import Any

import numpy as np

from sandbox.amazon import superseded_lines
from sandbox.network import AMAZON_DE, AMAZON_US, SHOPIFY, SHOPS, WAREHOUSES
from sandbox.order_lines import month_index, months_of, unit_cents
from sandbox.places import AVAILABLE, PREPARING, RESEARCHING, SOLD, UNFULFILLABLE, place_name
from sandbox.planted import PLANTED_ROWS
from sandbox.world import World

_REPORTED = {
    "available_units": (AVAILABLE,),
    "reserved_units": (SOLD, PREPARING),
    "unfulfillable_units": (UNFULFILLABLE,),
    "researching_units": (RESEARCHING,),
}


def truth(world: World) -> dict[str, Any]:
    """Units per place, stock by class on the as-of morning, sales, returns, transit, purchases, planted rows.

    Months are those of the shops' local dates, amounts text in the shop's currency. Sold units are what customers
    got and did not cancel, counted in listings (`listing_units`) and in products (`product_units`). Lines of the last
    day count as sold; their prices do not stand in Amazon's report yet, so `priced_amount` leaves them out there.
    """
    parameters = world.parameters
    units = world.places.units.sum(axis=1)
    return {
        "parameters": {name: str(value) for name, value in asdict(parameters).items()},
        "first_date": str(parameters.first_date),
        "as_of": str(parameters.as_of),
        "products": len(world.catalog.products),
        "listings": len(world.catalog.listings),
        "places": {place_name(number): int(count) for number, count in enumerate(units)},
        "stock": stock_by_class(world),
        "in_transit": in_transit(world),
        "sales": sales(world),
        "returns": returned_units(world),
        "purchase_orders": {
            "open": sum(order.open_units > 0 for order in world.purchase_orders),
            "open_units": sum(order.open_units for order in world.purchase_orders),
        },
        "shipments": {
            "dispatched": sum(shipment.is_dispatched for shipment in world.shipments),
            "open": sum(shipment.is_dispatched and not shipment.is_finished for shipment in world.shipments),
            "late": sum(
                shipment.is_dispatched and not shipment.is_finished and shipment.expected_day < world.today
                for shipment in world.shipments
            ),
        },
        "superseded_order_lines": {
            SHOPS[shop].shop_id: superseded_lines(world, shop=shop) for shop in (AMAZON_US, AMAZON_DE)
        },
        "planted_rows": [asdict(row) for row in PLANTED_ROWS],
    }


def stock_by_class(world: World) -> dict[str, dict[str, dict[str, int]]]:
    """By warehouse -> sku -> class -> units on the as-of morning; products of which there is nothing are left out."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    evening = world.places.evenings[world.today - 1]
    for warehouse in WAREHOUSES:
        by_class = {name: evening[warehouse.index, list(at)].sum(axis=0) for name, at in _REPORTED.items()}
        held = np.flatnonzero(evening[warehouse.index].sum(axis=0))
        found[warehouse.warehouse_id] = {
            world.catalog.products[product].sku: {name: int(units[product]) for name, units in by_class.items()}
            for product in held.tolist()
        }
    return found


def in_transit(world: World) -> dict[str, dict[str, int]]:
    """By shipment -> sku -> units that left and are neither counted nor written off."""
    found: dict[str, dict[str, int]] = {}
    for shipment in world.shipments:
        outstanding = shipment.outstanding
        lines = {
            world.catalog.products[product].sku: int(outstanding[product])
            for product in np.flatnonzero(outstanding).tolist()
        }
        if lines:
            found[shipment.shipment_id] = lines
    return found


def sales(world: World) -> dict[str, dict[str, dict[str, int | str]]]:
    """By shop -> month -> lines, listing_units, product_units, priced_amount, cancelled_units."""
    wanted, months = world.wanted, months_of(world.parameters)
    got = np.flatnonzero(world.line_units)
    listing = wanted.listing[got]
    shop = np.array([item.shop for item in world.catalog.listings])[listing]
    pieces = np.array([sum(units for _, units in item.parts) for item in world.catalog.listings])[listing]
    month = month_index(world.parameters, wanted.day[got])
    units, kept = world.line_units[got], ~world.line_cancelled[got]
    priced = kept & ((wanted.day[got] < world.today - 1) | (shop == SHOPIFY))
    cents = units * unit_cents(world)[got]
    found: dict[str, dict[str, dict[str, int | str]]] = {}
    for item in SHOPS:
        found[item.shop_id] = {}
        for number, name in enumerate(months):
            here = (shop == item.index) & (month == number)
            total = int(cents[here & priced].sum())
            found[item.shop_id][name] = {
                "lines": int((here & kept).sum()),
                "listing_units": int(units[here & kept].sum()),
                "product_units": int((units * pieces)[here & kept].sum()),
                "priced_amount": f"{total // 100}.{total % 100:02d}",
                "cancelled_units": int(units[here & ~kept].sum()),
            }
    return found


def returned_units(world: World) -> dict[str, dict[str, int]]:
    """By shop -> month in which they came back -> units of products."""
    found: dict[str, dict[str, int]] = {shop.shop_id: defaultdict(int) for shop in SHOPS}
    for item in world.returns:
        listing = world.catalog.listings[world.wanted.listing[item.line]]
        month = world.parameters.date_of(item.day).strftime("%Y-%m")
        found[SHOPS[listing.shop].shop_id][month] += item.units
    return {shop: dict(sorted(months.items())) for shop, months in found.items()}
