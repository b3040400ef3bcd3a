"""Every answer of the Selling Partner API passes Prism against Amazon's own models, and is what the world holds."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter
from datetime import date

import numpy as np
import pytest

from sandbox.living.world import SENT
from sandbox.network import AMAZON_DE, AMAZON_US, FBA_DE, FBA_US
from sandbox.places import AVAILABLE
from sandbox.servers.amazon.account import ACCOUNTS, RATES, stamp
from sandbox.sold_orders import order_names_of, shop_of_lines
from tests.contract.sandbox.conftest import send

pytestmark = pytest.mark.shared
US, EU = ACCOUNTS["us"].ids[0], ACCOUNTS["eu"].ids


def _all_stock(call, account="us", marketplace=US, **more):
    found, query = [], {"granularityType": "Marketplace", "granularityId": marketplace, "marketplaceIds": marketplace}
    token = {}
    while True:
        reply = call("GET", "/fba/inventory/v1/summaries", account=account, details="true", **query, **token, **more)
        assert reply.status == 200, reply.body
        found += reply.json["payload"]["inventorySummaries"]
        token = {key: value for key, value in reply.json.get("pagination", {}).items() if value}
        if not token:
            return found


def test_inventory_is_the_worlds_stock_page_by_page(sandbox, amazon_by):
    found = _all_stock(amazon_by("fbaInventory"))
    assert len(found) > 50
    world = sandbox.world
    by_sku = {item["sellerSku"]: item["inventoryDetails"] for item in found}
    for (fba, sku), listing in world.fba_listing.items():
        if fba == FBA_US:
            available = int(world.places.stock(FBA_US, AVAILABLE)[listing.parts[0][0]])
            assert by_sku[sku]["fulfillableQuantity"] == available
    total = sum(item["totalQuantity"] for item in found)
    inbound = sum(int(units.sum()) for units in world.fba_inbound_units(FBA_US).values())
    held = sum(int(world.places.stock(FBA_US, stock_class).sum()) for stock_class in range(5))
    assert total == held + inbound


def test_pan_eu_marketplaces_show_the_same_stock(sandbox, amazon_by):
    call = amazon_by("fbaInventory")
    german = _all_stock(call, account="eu", marketplace=EU[0])
    sandbox.refill()
    assert _all_stock(call, account="eu", marketplace=EU[1]) == german
    held = sum(int(sandbox.world.places.stock(FBA_DE, stock_class).sum()) for stock_class in range(5))
    assert sum(item["totalQuantity"] for item in german) >= held


def test_a_next_token_expires_after_thirty_seconds(sandbox):
    query = {"granularityType": "Marketplace", "granularityId": US, "marketplaceIds": US}
    first = sandbox.amazon("GET", "/fba/inventory/v1/summaries", **query)
    token = first.json["pagination"]["nextToken"]
    assert sandbox.amazon("GET", "/fba/inventory/v1/summaries", nextToken=token, **query).status == 200
    sandbox.advance("31s")
    late = sandbox.amazon("GET", "/fba/inventory/v1/summaries", nextToken=token, **query)
    assert late.status == 400
    assert "expired" in late.json["errors"][0]["message"]


def test_an_access_token_expires_after_an_hour(sandbox):
    token = sandbox.login()
    path = sandbox.urls["amazon"] + "/awd/2024-05-09/inventory"
    assert send("GET", path, headers={"x-amz-access-token": token}).status == 200
    sandbox.advance("1h")
    refused = send("GET", path, headers={"x-amz-access-token": token})
    assert refused.status == 403
    assert refused.json["errors"][0]["code"] == "Unauthorized"
    assert send("GET", path).status == 403


def test_a_wrong_secret_logs_nobody_in(sandbox):
    body = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": "x", "client_secret": "x"}
    reply = send("POST", sandbox.urls["amazon"] + "/auth/o2/token", body=body)
    assert (reply.status, reply.json["error"]) == (401, "invalid_client")


def test_limits_bite_and_are_counted(sandbox, amazon_by):
    call = amazon_by("fbaInventory")
    query = {"granularityType": "Marketplace", "granularityId": US, "marketplaceIds": US}
    before = sandbox.control("GET", "/limits")["exceeded"].get("amazon/us/getInventorySummaries", 0)
    replies = [sandbox.amazon("GET", "/fba/inventory/v1/summaries", **query) for _ in range(8)]
    refused = [reply for reply in replies if reply.status == 429]
    assert refused
    assert refused[0].json["errors"][0]["code"] == "QuotaExceeded"
    assert refused[0].headers["x-amzn-ratelimit-limit"] == "2"
    after = sandbox.control("GET", "/limits")["exceeded"]["amazon/us/getInventorySummaries"]
    assert after - before == len(refused)
    sandbox.refill()
    assert call("GET", "/fba/inventory/v1/summaries", **query).status == 200


def _all_orders(sandbox, call, **query):
    found, token = [], {}
    while True:
        reply = call("GET", "/orders/2026-01-01/orders", **query, **token)
        assert reply.status == 200, reply.body
        found += reply.json["orders"]
        following = reply.json["pagination"].get("nextToken")
        if not following:
            return found
        token = {"paginationToken": following}
        sandbox.refill()


def test_orders_are_the_worlds_orders_each_once(sandbox, amazon_by):
    call, world = amazon_by("orders_2026-01-01"), sandbox.world
    found = _all_orders(
        sandbox, call, createdAfter="2026-10-25T00:00:00Z", maxResultsPerPage="40", includedData="PROCEEDS,FULFILLMENT"
    )
    names = Counter(order["orderId"] for order in found)
    assert max(names.values()) == 1
    units = sum(item["quantityOrdered"] for order in found for item in order["orderItems"])
    since = (world.line_created >= 1_792_886_400) & (world.line_created <= world.now - 120)
    rows = (world.line_units > 0) & (shop_of_lines(world) == AMAZON_US) & since
    assert units == world.line_units[rows].sum()
    assert len(found) == len(np.unique(world.wanted.order[rows]))


def test_orders_by_update_are_in_the_order_of_their_update(sandbox, amazon_by):
    found = _all_orders(sandbox, amazon_by("orders_2026-01-01"), account="eu", lastUpdatedAfter="2026-10-30T00:00:00Z")
    moments = [order["lastUpdatedTime"] for order in found]
    assert moments == sorted(moments)
    assert {order["fulfillment"]["fulfilledBy"] for order in found} == {"AMAZON", "MERCHANT"}


def test_a_search_from_the_end_of_the_last_one_misses_nothing(sandbox, amazon_by, monkeypatch):
    """However long a client waited in real time: the end that a search says is one of the world's own time."""
    call, world, simulation = amazon_by("orders_2026-01-01"), sandbox.world, sandbox.servers.simulation
    sandbox.tokens.clear()
    monkeypatch.setattr(simulation, "_opened_at", simulation._opened_at - 7200)
    start = world.now - 86_400
    query = {"lastUpdatedAfter": stamp(start)}
    seen: set[str] = set()
    for _ in range(4):
        sandbox.refill()
        reply = call("GET", "/orders/2026-01-01/orders", **query).json
        seen |= {order["orderId"] for order in _all_orders(sandbox, call, **query)}
        query = {"lastUpdatedAfter": reply["lastUpdatedBefore"]}
        end = world.now - 120
        sandbox.advance("1h")
    mine = (world.line_units > 0) & (shop_of_lines(world) == AMAZON_US)
    mine &= (world.line_created > start) & (world.line_created <= end)
    names = set(order_names_of(world, np.flatnonzero(mine)))
    assert names
    assert names <= seen


def test_buyers_are_told_only_to_who_asks(sandbox, amazon_by):
    call = amazon_by("orders_2026-01-01")
    query = {"createdAfter": "2026-10-31T00:00:00Z", "maxResultsPerPage": "3"}
    plain = call("GET", "/orders/2026-01-01/orders", **query).json["orders"]
    assert not any("buyer" in order or "recipient" in order for order in plain)
    asked = call("GET", "/orders/2026-01-01/orders", includedData="BUYER,RECIPIENT", **query).json["orders"]
    assert all("buyer" in order and "recipient" in order for order in asked)


def test_one_order_is_found_by_its_name(sandbox, amazon_by):
    call = amazon_by("orders_2026-01-01")
    found = call("GET", "/orders/2026-01-01/orders", createdAfter="2026-10-31T00:00:00Z").json["orders"]
    order = found[-1]
    again = call("GET", f"/orders/2026-01-01/orders/{order['orderId']}").json["order"]
    assert again["orderId"] == order["orderId"]
    assert call("GET", "/orders/2026-01-01/orders/113-0000000-0000000").status == 404


def test_a_search_names_exactly_one_kind_of_moment(amazon_by):
    call = amazon_by("orders_2026-01-01")
    assert call("GET", "/orders/2026-01-01/orders").status == 400


def _report(sandbox, call, kind, *, account="us", **times):
    places = list(ACCOUNTS[account].ids[:1])
    made = call(
        "POST",
        "/reports/2021-06-30/reports",
        account=account,
        body={"reportType": kind, "marketplaceIds": places, **times},
    )
    assert made.status == 202, made.body
    report = f"/reports/2021-06-30/reports/{made.json['reportId']}"
    statuses = [call("GET", report, account=account).json for _ in range(3)]
    assert [item["processingStatus"] for item in statuses][:2] == ["IN_QUEUE", "IN_PROGRESS"]
    return statuses[-1]


def _rows(sandbox, call, report, *, account="us"):
    document = call("GET", f"/reports/2021-06-30/documents/{report['reportDocumentId']}", account=account).json
    reply = send("GET", document["url"])
    body = gzip.decompress(reply.body) if document.get("compressionAlgorithm") == "GZIP" else reply.body
    encoding = reply.headers["content-type"].partition("charset=")[2]
    return list(csv.DictReader(io.StringIO(body.decode(encoding)), delimiter="\t", quoting=csv.QUOTE_NONE))


SPAN = {"dataStartTime": "2026-10-10T08:00:00Z", "dataEndTime": "2026-11-01T08:00:00Z"}
REPORTS = (
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
    "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA",
    "GET_LEDGER_DETAIL_VIEW_DATA",
    "GET_LEDGER_SUMMARY_VIEW_DATA",
)


@pytest.mark.parametrize("account", ["us", "eu"])
@pytest.mark.parametrize("kind", REPORTS)
def test_a_report_has_the_vendors_header(sandbox, amazon_by, shared, kind, account):
    call = amazon_by("reports_2021-06-30")
    rows = _rows(sandbox, call, _report(sandbox, call, kind, account=account, **SPAN), account=account)
    header = (shared / "specs" / "amazon-report-headers" / f"{kind}.tsv").read_text(encoding="utf-8").rstrip("\n")
    assert list(rows[0]) == header.split("\t")


def test_the_orders_report_is_the_worlds_lines(sandbox, amazon_by):
    call, world = amazon_by("reports_2021-06-30"), sandbox.world
    rows = _rows(sandbox, call, _report(sandbox, call, REPORTS[0], account="eu", **SPAN), account="eu")
    mine = (world.line_units > 0) & (shop_of_lines(world) == AMAZON_DE)
    mine &= (world.line_updated >= 1_791_619_200) & (world.line_updated < 1_793_520_000)
    assert sum(int(row["quantity"]) for row in rows) == world.line_units[mine].sum()
    shipped = sum(row["order-status"] == "Shipped" for row in rows)
    assert shipped == (mine & (world.line_status == SENT)).sum()


def test_a_receipt_in_the_ledger_names_its_shipment(sandbox, amazon_by):
    call, world = amazon_by("reports_2021-06-30"), sandbox.world
    rows = _rows(sandbox, call, _report(sandbox, call, "GET_LEDGER_DETAIL_VIEW_DATA", **SPAN))
    receipts = [row for row in rows if row["EventType"] == "Receipts"]
    assert receipts
    assert {row["ReferenceID"] for row in receipts} <= set(world.fba_shipments)


def test_the_ledger_summary_adds_up(sandbox, amazon_by):
    call = amazon_by("reports_2021-06-30")
    changes = (
        "Receipts",
        "CustomerShipments",
        "CustomerReturns",
        "Found",
        "Lost",
        "Damaged",
        "Disposed",
        "OtherEvents",
    )
    for row in _rows(sandbox, call, _report(sandbox, call, "GET_LEDGER_SUMMARY_VIEW_DATA", **SPAN)):
        moved = sum(int(row[name]) for name in changes)
        assert int(row["StartingWarehouseBalance"]) + moved == int(row["EndingWarehouseBalance"])


def test_the_returns_report_is_what_came_back(sandbox, amazon_by):
    call, world = amazon_by("reports_2021-06-30"), sandbox.world
    rows = _rows(sandbox, call, _report(sandbox, call, "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA", **SPAN))
    days = range(world.parameters.day_of(date(2026, 10, 10)), world.parameters.day_of(date(2026, 11, 1)))
    back = [
        item
        for item in world.returns
        if item.day in days and world.catalog.listings[world.wanted.listing[item.line]].warehouse == FBA_US
    ]
    assert sum(int(row["quantity"]) for row in rows) == sum(item.units for item in back) > 0


def test_settlements_are_listed_and_add_up(sandbox, amazon_by):
    call = amazon_by("reports_2021-06-30")
    kind = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
    refused = call("POST", "/reports/2021-06-30/reports", body={"reportType": kind, "marketplaceIds": [US]})
    assert refused.status == 400
    listed = call("GET", "/reports/2021-06-30/reports", reportTypes=kind).json["reports"]
    assert len(listed) == 6
    total, *lines = _rows(sandbox, call, listed[0])
    assert lines
    assert sum(round(float(line["amount"]) * 100) for line in lines) == round(float(total["total-amount"]) * 100)


def test_an_orders_report_over_more_than_a_month_is_fatal(sandbox, amazon_by):
    span = {"dataStartTime": "2026-08-10T08:00:00Z", "dataEndTime": "2026-11-01T08:00:00Z"}
    report = _report(sandbox, amazon_by("reports_2021-06-30"), REPORTS[0], **span)
    assert report["processingStatus"] == "FATAL"
    assert "reportDocumentId" not in report


def test_a_documents_address_expires(sandbox, amazon_by):
    call = amazon_by("reports_2021-06-30")
    report = _report(sandbox, call, REPORTS[1])
    url = call("GET", f"/reports/2021-06-30/documents/{report['reportDocumentId']}").json["url"]
    sandbox.advance("6m")
    assert send("GET", url).status == 403


def test_inbound_shipments_tell_what_was_received(sandbox, amazon_by):
    call, world = amazon_by("fulfillmentInboundV0"), sandbox.world
    place = {"MarketplaceId": US}
    found, query = [], {"QueryType": "SHIPMENT", "ShipmentStatusList": "SHIPPED,IN_TRANSIT,RECEIVING,CLOSED"}
    while True:
        payload = call("GET", "/fba/inbound/v0/shipments", **place, **query).json["payload"]
        found += payload["ShipmentData"]
        if "NextToken" not in payload:
            break
        query = {"QueryType": "NEXT_TOKEN", "NextToken": payload["NextToken"]}
    records = [record for record in world.fba_shipments.values() if record.fba == FBA_US]
    sent = [record for record in records if world.fba_status(record) not in {"WORKING", "CHECKED_IN", "DELIVERED"}]
    assert {item["ShipmentId"] for item in found} == {record.confirmation_id for record in sent}
    record = next(record for record in records if world.fba_status(record) == "CLOSED")
    items = call("GET", f"/fba/inbound/v0/shipments/{record.confirmation_id}/items", **place).json
    received = sum(item["QuantityReceived"] for item in items["payload"]["ItemData"])
    assert received == world.fba_received(record).sum()
    between = {"LastUpdatedAfter": "2026-10-20T00:00:00Z", "LastUpdatedBefore": "2026-12-01T00:00:00Z"}
    dated = call("GET", "/fba/inbound/v0/shipmentItems", QueryType="DATE_RANGE", **place, **between)
    assert dated.json["payload"]["ItemData"]


ADDRESS = {
    "name": "Lumivo",
    "addressLine1": "1 Longgang Road",
    "city": "Shenzhen",
    "countryCode": "CN",
    "postalCode": "518116",
    "phoneNumber": "+86 755 0000",
}


def test_an_inbound_plan_lives_from_items_to_tracked_shipments(sandbox, amazon_by):
    call, world = amazon_by("fulfillmentInbound_2024-03-20"), sandbox.world
    plans = "/inbound/fba/2024-03-20/inboundPlans"

    def done(reply):
        assert reply.status == 202, reply.body
        path = f"/inbound/fba/2024-03-20/operations/{reply.json['operationId']}"
        states = [call("GET", path).json["operationStatus"] for _ in range(2)]
        assert states == ["IN_PROGRESS", "SUCCESS"]
        sandbox.refill()
        return reply.json

    mskus = [sku for fba, sku in world.fba_listing if fba == FBA_US][:2]
    items = [{"msku": sku, "quantity": 30, "labelOwner": "SELLER", "prepOwner": "NONE"} for sku in mskus]
    body = {"destinationMarketplaces": [US], "items": items, "sourceAddress": ADDRESS, "name": "TO-77"}
    plan = f"{plans}/{done(call('POST', plans, body=body))['inboundPlanId']}"
    done(call("POST", f"{plan}/packingOptions"))
    packing = call("GET", f"{plan}/packingOptions").json["packingOptions"][0]
    group = call("GET", f"{plan}/packingGroups/{packing['packingGroups'][0]}/items").json["items"]
    assert [item["msku"] for item in group] == mskus
    done(call("POST", f"{plan}/packingOptions/{packing['packingOptionId']}/confirmation"))
    box = {
        "contentInformationSource": "BOX_CONTENT_PROVIDED",
        "dimensions": {"height": 30, "length": 40, "width": 30, "unitOfMeasurement": "CM"},
        "weight": {"unit": "KG", "value": 12},
        "quantity": 1,
        "items": items,
    }
    groupings = [{"packingGroupId": packing["packingGroups"][0], "boxes": [box]}]
    done(call("POST", f"{plan}/packingInformation", body={"packageGroupings": groupings}))
    done(call("POST", f"{plan}/placementOptions", body={}))
    options = call("GET", f"{plan}/placementOptions").json["placementOptions"]
    assert [bool(option["fees"]) for option in options] == [True, True, False]
    chosen = next(option for option in options if len(option["shipmentIds"]) == 2)
    done(call("POST", f"{plan}/placementOptions/{chosen['placementOptionId']}/confirmation"))
    ready = [
        {"shipmentId": shipment, "readyToShipWindow": {"start": "2026-11-10T00:00:00Z"}}
        for shipment in chosen["shipmentIds"]
    ]
    wish = {"placementOptionId": chosen["placementOptionId"], "shipmentTransportationConfigurations": ready}
    done(call("POST", f"{plan}/transportationOptions", body=wish))
    selections = []
    for shipment in chosen["shipmentIds"]:
        option = call("GET", f"{plan}/transportationOptions", shipmentId=shipment).json["transportationOptions"][0]
        selections.append({"shipmentId": shipment, "transportationOptionId": option["transportationOptionId"]})
    done(call("POST", f"{plan}/transportationOptions/confirmation", body={"transportationSelections": selections}))
    units, numbers = Counter(), set()
    for shipment in chosen["shipmentIds"]:
        found = call("GET", f"{plan}/shipments/{shipment}").json
        assert found["status"] == "READY_TO_SHIP"
        numbers.add(found["shipmentConfirmationId"])
        for item in call("GET", f"{plan}/shipments/{shipment}/items").json["items"]:
            units[item["msku"]] += item["quantity"]
    assert numbers <= set(world.fba_shipments)
    assert len(numbers) == 2
    assert units == Counter(dict.fromkeys(mskus, 30))
    parcel = {"spdTrackingDetail": {"spdTrackingItems": [{"boxId": "B1", "trackingId": "1Z000000001E00"}]}}
    path = f"{plan}/shipments/{chosen['shipmentIds'][0]}"
    done(call("PUT", f"{path}/trackingDetails", body={"trackingDetails": parcel}))
    assert call("GET", path).json["trackingDetails"]
    assert call("GET", plan).json["status"] == "ACTIVE"
    assert call("GET", f"{plan}/items").json["items"]
    assert call("GET", plans, status="ACTIVE").json["inboundPlans"]
    done(call("PUT", f"{plan}/cancellation"))
    assert call("GET", plan).json["status"] == "VOIDED"


def _merchant(sandbox):
    world = sandbox.world
    return next(item for item in world.catalog.listings if item.shop == AMAZON_DE and world.is_merchant[item.index])


def _patch(units):
    value = {"fulfillment_channel_code": "DEFAULT", "quantity": units}
    operation = {"op": "replace", "path": "/attributes/fulfillment_availability", "value": [value]}
    return {"productType": "PRODUCT", "patches": [operation]}


def test_a_patched_quantity_is_shown(sandbox, amazon_by):
    call, listing = amazon_by("listingsItems_2021-08-01"), _merchant(sandbox)
    account = ACCOUNTS["eu"]
    path = f"/listings/2021-08-01/items/{account.seller_id}/{listing.seller_sku}"
    given = {"account": "eu", "marketplaceIds": account.ids[0]}
    reply = call("PATCH", path, body=_patch(17), **given)
    assert reply.json["status"] == "ACCEPTED"
    found = call("GET", path, includedData="summaries,attributes,fulfillmentAvailability,issues", **given).json
    assert found["fulfillmentAvailability"] == [{"fulfillmentChannelCode": "DEFAULT", "quantity": 17}]
    assert sandbox.world.shown[listing.index] == 17
    assert call("PATCH", path, body=_patch(5), mode="VALIDATION_PREVIEW", **given).json["status"] == "VALID"
    assert sandbox.world.shown[listing.index] == 17


def test_a_quantity_of_amazons_own_stock_is_invalid(sandbox, amazon_by):
    account = ACCOUNTS["us"]
    sku = next(sku for fba, sku in sandbox.world.fba_listing if fba == FBA_US)
    path = f"/listings/2021-08-01/items/{account.seller_id}/{sku}"
    reply = amazon_by("listingsItems_2021-08-01")("PATCH", path, body=_patch(3), marketplaceIds=US)
    assert reply.json["status"] == "INVALID"


def test_a_listings_feed_is_judged_message_by_message(sandbox, amazon_by, shared):
    jsonschema = pytest.importorskip("jsonschema")
    call, listing, account = amazon_by("feeds_2021-06-30"), _merchant(sandbox), ACCOUNTS["eu"]
    made = call(
        "POST",
        "/feeds/2021-06-30/documents",
        account="eu",
        body={"contentType": "application/json; charset=UTF-8"},
    )
    messages = [
        {"messageId": 1, "sku": listing.seller_sku, "operationType": "PATCH", **_patch(23)},
        {"messageId": 2, "sku": "NO-SUCH-SKU", "operationType": "PATCH", **_patch(1)},
    ]
    feed = {"header": {"sellerId": account.seller_id, "version": "2.0", "issueLocale": "en_US"}, "messages": messages}
    schemas = shared / "specs" / "amazon-sp-api" / "schemas" / "feeds"
    assert send("PUT", made.json["url"], body=feed).status == 200
    body = {
        "feedType": "JSON_LISTINGS_FEED",
        "marketplaceIds": [account.ids[0]],
        "inputFeedDocumentId": made.json["feedDocumentId"],
    }
    created = call("POST", "/feeds/2021-06-30/feeds", account="eu", body=body)
    path = f"/feeds/2021-06-30/feeds/{created.json['feedId']}"
    feeds = [call("GET", path, account="eu").json for _ in range(3)]
    assert feeds[-1]["processingStatus"] == "DONE"
    result = feeds[-1]["resultFeedDocumentId"]
    document = call("GET", f"/feeds/2021-06-30/documents/{result}", account="eu").json
    report = send("GET", document["url"]).json
    schema = json.loads((schemas / "listings-feed-processing-report-schema-v2.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(report)
    assert report["summary"]["messagesAccepted"] == 1
    assert [issue["messageId"] for issue in report["issues"]] == [2]
    assert report["header"]["feedId"] == created.json["feedId"]
    assert sandbox.world.shown[listing.index] == 23


def test_awd_feeds_fba_on_demand(sandbox, amazon_by):
    call = amazon_by("awd_2024-05-09")
    stock = call("GET", "/awd/2024-05-09/inventory", details="SHOW").json["inventory"]
    first = stock[0]
    body = {
        "products": [{"sku": first["sku"], "quantity": 5}],
        "preferences": {"confirmation": "MANUAL"},
    }
    created = call("POST", "/awd/2024-05-09/replenishmentOrders", body=body)
    assert created.status == 201
    path = f"/awd/2024-05-09/replenishmentOrders/{created.json['orderId']}"
    assert call("GET", path).json["status"] == "CREATED"
    assert call("POST", f"{path}/confirmation").status == 204
    assert call("GET", path).json["status"] == "CONFIRMED"
    sandbox.refill()
    again = call("GET", "/awd/2024-05-09/inventory", details="SHOW", sku=first["sku"]).json["inventory"][0]
    details, before = again["inventoryDetails"], first["inventoryDetails"]
    assert details["reservedDistributableQuantity"] == before["reservedDistributableQuantity"] + 5
    assert details["availableDistributableQuantity"] == before["availableDistributableQuantity"] - 5
    assert call("GET", "/awd/2024-05-09/replenishmentOrders").json["orders"]


def test_amazon_tracks_by_the_carriers_number(sandbox, amazon_by):
    world = sandbox.world
    shipment = next(item for item in world.shipments if item.is_dispatched and world.told_milestones(item))
    call = amazon_by("tracking_2026-01-30")
    path = "/tracking/2026-01-30/shipments/track"
    found = call("GET", path, carrierTracking__trackingNumber=shipment.waybill).json["trackingDetail"]
    assert len(found["milestoneHistory"]) == len(world.told_milestones(shipment))
    assert call("GET", path, carrierTracking__trackingNumber="NONE").status == 404


def test_the_ledgers_detail_and_summary_agree_on_lived_days(sandbox, amazon_by):
    sandbox.advance("30d")
    call, world = amazon_by("reports_2021-06-30"), sandbox.world
    first, last = world.parameters.date_of(world.today - 28), world.parameters.date_of(world.today - 1)
    span = {"dataStartTime": f"{first}T12:00:00Z", "dataEndTime": f"{last}T12:00:00Z"}
    moved, changed = Counter(), Counter()
    for row in _rows(sandbox, call, _report(sandbox, call, "GET_LEDGER_DETAIL_VIEW_DATA", **span)):
        if row["Disposition"] == "SELLABLE":
            moved[row["Date"], row["MSKU"]] += int(row["Quantity"])
    sandbox.refill()
    for row in _rows(sandbox, call, _report(sandbox, call, "GET_LEDGER_SUMMARY_VIEW_DATA", **span)):
        if row["Disposition"] == "SELLABLE":
            change = int(row["EndingWarehouseBalance"]) - int(row["StartingWarehouseBalance"])
            changed[row["Date"], row["MSKU"]] += change
    assert {key: units for key, units in moved.items() if units} == {
        key: units for key, units in changed.items() if units
    }
    assert len({date for date, _ in changed}) == 28


def test_receipts_in_the_ledger_are_what_the_shipments_say(sandbox, amazon_by):
    sandbox.advance("5d")
    call, world = amazon_by("reports_2021-06-30"), sandbox.world
    span = {
        "dataStartTime": "2026-06-10T08:00:00Z",
        "dataEndTime": f"{world.parameters.date_of(world.today)}T12:00:00Z",
    }
    received = Counter()
    for row in _rows(sandbox, call, _report(sandbox, call, "GET_LEDGER_DETAIL_VIEW_DATA", **span)):
        if row["EventType"] == "Receipts":
            received[row["ReferenceID"]] += int(row["Quantity"])
    expected = {
        record.confirmation_id: int(world.fba_received(record).sum())
        for record in world.fba_shipments.values()
        if record.fba == FBA_US
    }
    late = {number: units for number, units in expected.items() if received[number] != units}
    # Before the report's first day something was received too: those shipments may say more.
    assert all(received[number] < units for number, units in late.items())
    assert len(late) < len(expected) / 2


MODELS = (
    *("fbaInventory", "orders_2026-01-01", "reports_2021-06-30", "fulfillmentInboundV0", "feeds_2021-06-30"),
    *("fulfillmentInbound_2024-03-20", "listingsItems_2021-08-01", "awd_2024-05-09", "tracking_2026-01-30"),
)


@pytest.mark.parametrize("name", MODELS)
def test_limits_are_those_that_the_model_documents(shared, name):
    model = json.loads((shared / "specs" / "amazon-sp-api" / f"{name}.json").read_text(encoding="utf-8"))
    for path in model["paths"].values():
        for operation in path.values():
            found = operation.get("operationId") if isinstance(operation, dict) else None
            plan = re.search(r"\|\s*([\d.]+)\s*\|\s*(\d+)\s*\|", operation.get("description", "")) if found else None
            if plan and found in RATES:
                assert RATES[found] == (float(plan[1]), float(plan[2])), found
