"""Fulfillment Inbound v0: shipments with their status, items with what was shipped and received."""

from __future__ import annotations

from typing import Any

import numpy as np

from sandbox.living.fba_inbound import FbaShipment
from sandbox.living.life import LivingWorld
from sandbox.network import DOMESTIC, WAREHOUSES
from sandbox.servers.amazon.account import Account, marketplace, moment, page_token, read_token
from sandbox.servers.web import Answer, Call, Refused

PAGE = 50


def _records(world: LivingWorld, account: Account) -> list[FbaShipment]:
    return [record for record in world.fba_shipments.values() if record.fba == account.fba]


def _between(call: Call, world: LivingWorld, records: list[FbaShipment]) -> list[FbaShipment]:
    after, before = call.one("LastUpdatedAfter"), call.one("LastUpdatedBefore")
    if not after or not before:
        raise Refused(400, "InvalidInput", "DATE_RANGE needs LastUpdatedAfter and LastUpdatedBefore")
    first, last = moment(after, "LastUpdatedAfter"), moment(before, "LastUpdatedBefore")
    return [record for record in records if first <= world.fba_updated_at(record) <= last]


def _info(world: LivingWorld, record: FbaShipment) -> dict[str, Any]:
    origin = record.shipments[0].lane.origin if record.shipments else DOMESTIC
    warehouse = WAREHOUSES[origin]
    return {
        "ShipmentId": record.confirmation_id,
        "ShipmentName": record.name,
        "ShipFromAddress": {
            "Name": warehouse.warehouse_id,
            "AddressLine1": "1 Warehouse Road",
            "City": warehouse.name.split(" ")[-1].strip("()"),
            "StateOrProvinceCode": warehouse.country,
            "CountryCode": warehouse.country,
            "PostalCode": "518000",
        },
        "DestinationFulfillmentCenterId": record.center,
        "ShipmentStatus": world.fba_status(record),
        "LabelPrepType": "SELLER_LABEL",
        "AreCasesRequired": False,
        "BoxContentsSource": "INTERACTIVE",
    }


def _items(world: LivingWorld, account: Account, record: FbaShipment) -> list[dict[str, Any]]:
    own = {listing.parts[0][0]: listing for (fba, _), listing in world.fba_listing.items() if fba == account.fba}
    shipped, received = world.fba_shipped(record), world.fba_received(record)
    return [
        {
            "ShipmentId": record.confirmation_id,
            "SellerSKU": own[product].seller_sku,
            "FulfillmentNetworkSKU": own[product].fnsku,
            "QuantityShipped": int(shipped[product]),
            "QuantityReceived": int(received[product]),
            "QuantityInCase": 0,
        }
        for product in np.flatnonzero(shipped + received).tolist()
    ]


def _paged(name: str, found: list[dict[str, Any]], start: int, state: dict[str, Any]) -> Answer:
    payload: dict[str, Any] = {name: found[start : start + PAGE]}
    if start + PAGE < len(found):
        payload["NextToken"] = page_token(**{**state, "start": start + PAGE})
    return Answer({"payload": payload})


def _with_token(call: Call) -> tuple[Call, dict[str, Any]]:
    """The call as it was when its first page was asked for, and where the page begins."""
    if call.one("QueryType") != "NEXT_TOKEN":
        return call, {"query": call.query, "start": 0}
    state = read_token(call.one("NextToken"))
    call.query = {**state["query"], "MarketplaceId": call.query.get("MarketplaceId", [])}
    return call, state


def get_shipments(call: Call, account: Account) -> Answer:
    """GET /fba/inbound/v0/shipments."""
    call, state = _with_token(call)
    world = call.world
    marketplace(account, call.many("MarketplaceId"))
    records = _records(world, account)
    if call.one("QueryType") == "DATE_RANGE":
        records = _between(call, world, records)
    statuses, numbers = call.many("ShipmentStatusList"), call.many("ShipmentIdList")
    if call.one("QueryType") == "SHIPMENT" and not statuses and not numbers:
        raise Refused(400, "InvalidInput", "SHIPMENT needs ShipmentStatusList or ShipmentIdList")
    records = [record for record in records if not numbers or record.confirmation_id in numbers]
    records = [record for record in records if not statuses or world.fba_status(record) in statuses]
    return _paged("ShipmentData", [_info(world, item) for item in records], state["start"], state)


def get_shipment_items(call: Call, account: Account) -> Answer:
    """GET /fba/inbound/v0/shipmentItems."""
    call, state = _with_token(call)
    marketplace(account, call.many("MarketplaceId"))
    records = _between(call, call.world, _records(call.world, account))
    items = [item for record in records for item in _items(call.world, account, record)]
    return _paged("ItemData", items, state["start"], state)


def get_items_of_shipment(call: Call, account: Account) -> Answer:
    """GET /fba/inbound/v0/shipments/{shipmentId}/items."""
    record = call.world.fba_shipments.get(call.parts["shipmentId"])
    if record is None or record.fba != account.fba:
        raise Refused(404, "NotFound", f"there is no shipment {call.parts['shipmentId']}")
    return Answer({"payload": {"ItemData": _items(call.world, account, record)}})
