"""The living world's own figures: what is where, what was ordered, what travels, what was told to shops.

Belongs here: plain types from the physics, for tests of truth; nothing of it passes through a server's answer.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from sandbox.living.life import LivingWorld
from sandbox.living.world import CANCELLED, SENT, WAITING, instant
from sandbox.network import SHOPS
from sandbox.order_lines import unit_cents
from sandbox.places import PLACES, place_name
from sandbox.sold_orders import order_names_of

STATES = {WAITING: "waiting", SENT: "sent", CANCELLED: "cancelled"}


def ledger(world: LivingWorld, *, orders_since: int | None = None) -> dict[str, Any]:
    """Everything as it is now; orders only from `orders_since` (a world second) on, by default since the history."""
    products = world.catalog.products
    units: dict[str, dict[str, int]] = {}
    for number in range(PLACES):
        here = world.places.units[number]
        units[place_name(number)] = {products[at].sku: int(here[at]) for at in np.flatnonzero(here).tolist()}
    since = world.morning(world.history.days) if orders_since is None else orders_since
    return {
        "now": instant(world.now).isoformat(),
        "today": str(world.parameters.date_of(world.today)),
        "seed": world.history.seed,
        "units": units,
        "units_sum": int(world.places.units.sum()),
        "orders": orders(world, since=since),
        "shipments": shipments(world),
        "fba_shipments": fba_shipments(world),
        "outbound_orders": [
            {
                "number": order.number,
                "reference": order.reference,
                "state": order.state,
                "waybill": order.waybill,
                "lines": _lines(world, order.units),
            }
            for order in world.outbounds.values()
        ],
        "shown": {
            f"{SHOPS[listing.shop].shop_id}/{listing.seller_sku}": int(world.shown[listing.index])
            for listing in world.catalog.listings
            if world.is_merchant[listing.index]
        },
        "pushes": len(world.pushes),
        "oversold": oversold(world),
        "purchase_orders": [
            {
                "purchase_order": order.purchase_order_id,
                "sku": products[order.product].sku,
                "ordered_units": order.ordered_units,
                "received_units": order.received_units,
                "promised_date": str(world.history.date_of(order.promised_day)),
            }
            for order in world.purchase_orders
            if order.open_units or order.ordered_day >= world.history.days
        ],
        "returned_units": sum(item.units for item in world.returns if item.day >= world.history.days),
    }


def _lines(world: LivingWorld, units: np.ndarray) -> dict[str, int]:
    return {world.catalog.products[at].sku: int(units[at]) for at in np.flatnonzero(units).tolist()}


def orders(world: LivingWorld, *, since: int) -> list[dict[str, Any]]:
    """One entry per order line that a customer got since then."""
    rows = np.flatnonzero((world.line_units > 0) & (world.line_created >= since))
    names = order_names_of(world, rows)
    cents = unit_cents(world)
    found = []
    for row, name in zip(rows.tolist(), names, strict=True):
        listing = world.catalog.listings[int(world.wanted.listing[row])]
        found.append(
            {
                "order": name,
                "shop": SHOPS[listing.shop].shop_id,
                "seller_sku": listing.seller_sku,
                "units": int(world.line_units[row]),
                "unit_cents": int(cents[row]),
                "state": STATES[int(world.line_status[row])],
                "ordered_at": instant(int(world.line_created[row])).isoformat(),
                "updated_at": instant(int(world.line_updated[row])).isoformat(),
            }
        )
    return found


def shipments(world: LivingWorld) -> list[dict[str, Any]]:
    """Every shipment that is not yet finished, and all that left since the history."""
    found = []
    for shipment in world.shipments:
        if not shipment.is_dispatched or (shipment.is_finished and shipment.number not in world.travels):
            continue
        counted = world.counted([shipment])
        travel = world.travels.get(shipment.number)
        found.append(
            {
                "shipment": shipment.shipment_id,
                "waybill": shipment.waybill,
                "reference": travel.reference if travel else "",
                "destination": shipment.lane.destination,
                "sent": _lines(world, shipment.units),
                "received_good": _lines(world, counted.good),
                "received_damaged": _lines(world, counted.damaged),
                "outstanding": _lines(world, shipment.outstanding),
                "is_finished": shipment.is_finished,
                "milestones": [item.code for item in world.told_milestones(shipment)],
            }
        )
    return found


def fba_shipments(world: LivingWorld) -> dict[str, dict[str, Any]]:
    """Amazon's own records: status, units expected and counted."""
    return {
        record.confirmation_id: {
            "status": world.fba_status(record),
            "shipped": _lines(world, world.fba_shipped(record)),
            "received": _lines(world, world.fba_received(record)),
        }
        for record in world.fba_shipments.values()
    }


def oversold(world: LivingWorld) -> dict[str, Any]:
    """Lines that were sold without goods behind them, by reason and one by one."""
    return {
        "by_reason": dict(sorted(Counter(item.reason for item in world.oversold).items())),
        "lines": [
            {
                "at": instant(item.at).isoformat(),
                "seller_sku": world.catalog.listings[item.listing].seller_sku,
                "units": item.units,
                "reason": item.reason,
            }
            for item in world.oversold
        ],
    }
