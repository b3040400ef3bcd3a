"""What goes out to Amazon: quantities, feeds and inbound plans, judged by Amazon's own models and schemas."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipelines.sources.amazon import inbound_plans as plans
from pipelines.sources.amazon.client import SellingPartner
from pipelines.sources.amazon.listings import Quantity, feed_document, feed_result, send_feed, set_quantity
from pipelines.sources.errors import UnableToFetch
from pipelines.sources.session import Session
from tests.vendor_contract import Contract
from tests.vendor_server import Asked, CountingClock, Reply, Vendor

US = "ATVPDKIKX0DER"
INBOUND = "/inbound/fba/2024-03-20"
PLAN = "wf1234abcd-1234-abcd-5678-1234abcd5678"
OPTION = "pl1234abcd-1234-abcd-5678-1234abcd5678"
SHIPMENT = "sh1234abcd-1234-abcd-5678-1234abcd5678"
OPERATION = "1234abcd-1234-abcd-5678-1234abcd5678"
ADDRESS = {
    "name": "Shenzhen warehouse",
    "addressLine1": "1 Example Road",
    "city": "Shenzhen",
    "countryCode": "CN",
    "postalCode": "518000",
    "phoneNumber": "+86 755 0000 0000",
}


@pytest.fixture
def amazon(session: Session) -> SellingPartner:
    return SellingPartner(session, seller_id="A1SELLER")


@pytest.fixture
def judged(vendor: Vendor, contracts: Callable[[str], Contract]) -> Iterator[Callable[[str], Contract]]:
    """Judges every call by a model; the test fails where one breaks it."""
    used: list[Contract] = []

    def judge(name: str) -> Contract:
        contract = contracts(f"amazon-sp-api/{name}.json")
        vendor.checks.append(lambda a, r: contract.check(a, r) if not a.path.startswith("/blob") else None)
        used.append(contract)
        return contract

    yield judge
    for contract in used:
        assert contract.problems == []
        assert contract.seen


@pytest.mark.shared
def test_a_quantity_is_patched_into_its_listing(
    amazon: SellingPartner, vendor: Vendor, judged: Callable[[str], Contract]
) -> None:
    judged("listingsItems_2021-08-01")
    answer = {"sku": "MUG/BLUE 2", "status": "ACCEPTED", "submissionId": "s1", "issues": []}
    vendor.on("PATCH", "/listings/2021-08-01/items/A1SELLER/MUG%2FBLUE%202", answer)

    submission = set_quantity(amazon, Quantity("MUG/BLUE 2", 7), marketplace=US)

    assert submission.is_accepted
    assert vendor.asked[0].query == {"marketplaceIds": US}
    assert vendor.asked[0].json["patches"] == [
        {
            "op": "replace",
            "path": "/attributes/fulfillment_availability",
            "value": [{"fulfillment_channel_code": "DEFAULT", "quantity": 7}],
        }
    ]


def test_a_refused_quantity_keeps_its_reason(amazon: SellingPartner, vendor: Vendor) -> None:
    issue = {"code": "90220", "message": "'x' is required", "severity": "ERROR", "categories": ["MISSING_ATTRIBUTE"]}
    answer = {"sku": "A", "status": "INVALID", "submissionId": "s1", "issues": [issue]}
    vendor.on("PATCH", "/listings/2021-08-01/items/A1SELLER/A", answer)

    submission = set_quantity(amazon, Quantity("A", 7), marketplace=US)

    assert not submission.is_accepted
    assert submission.issues == ("ERROR 90220: 'x' is required",)


def test_fewer_than_no_units_are_never_told() -> None:
    with pytest.raises(ValueError, match="cannot be offered"):
        Quantity("A", -1)


@pytest.mark.shared
def test_a_feed_fits_amazons_schema(shared: Path) -> None:
    folder = shared / "specs" / "amazon-sp-api" / "schemas" / "feeds"
    schema = json.loads((folder / "listings-feed-schema-v2.json").read_text(encoding="utf-8"))

    document = feed_document("A1SELLER", [Quantity("A", 0), Quantity("B", 12)])

    jsonschema.Draft7Validator(schema).validate(document)
    assert [message["messageId"] for message in document["messages"]] == [1, 2]


@pytest.mark.shared
def test_a_burst_goes_as_one_feed_and_its_result_names_what_was_refused(
    amazon: SellingPartner, vendor: Vendor, judged: Callable[[str], Contract], shared: Path
) -> None:
    judged("feeds_2021-06-30")
    states = iter(["IN_QUEUE", "DONE"])
    created = "2026-11-02T12:00:00Z"
    folder = shared / "specs" / "amazon-sp-api" / "schemas" / "feeds"
    report = (folder / "listings-feed-processing-report-schema-v2.example.json").read_bytes()
    vendor.on(
        "POST",
        "/feeds/2021-06-30/documents",
        Reply({"feedDocumentId": "d1", "url": f"{vendor.url}/blob/up?sig=1"}, 201),
    )
    vendor.on("PUT", "/blob/up", Reply(b""))
    vendor.on("POST", "/feeds/2021-06-30/feeds", Reply({"feedId": "f1"}, 202))
    vendor.on(
        "GET",
        "/feeds/2021-06-30/feeds/f1",
        lambda _: {
            "feedId": "f1",
            "feedType": "JSON_LISTINGS_FEED",
            "createdTime": created,
            "processingStatus": next(states),
            "resultFeedDocumentId": "d2",
        },
    )
    vendor.on("GET", "/feeds/2021-06-30/documents/d2", {"feedDocumentId": "d2", "url": f"{vendor.url}/blob/down?sig=2"})
    vendor.on("GET", "/blob/down", Reply(report))

    feed_id = send_feed(amazon, [Quantity("My-SKU-A", 3), Quantity("My-SKU-B", 4)], marketplace=US)

    assert feed_result(amazon, feed_id) is None
    errors = feed_result(amazon, feed_id)
    assert errors is not None
    assert {sku: len(found) for sku, found in errors.items()} == {"My-SKU-B": 2, "My-SKU-C": 1}
    upload = next(asked for asked in vendor.asked if asked.path == "/blob/up")
    assert upload.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert "x-amz-access-token" not in upload.headers
    assert len(upload.json["messages"]) == 2


@pytest.mark.shared
def test_an_order_becomes_a_plan_with_fees_and_then_shipments(
    amazon: SellingPartner, vendor: Vendor, judged: Callable[[str], Contract], clock: CountingClock
) -> None:
    contract = judged("fulfillmentInbound_2024-03-20")
    plan = f"{INBOUND}/inboundPlans/{PLAN}"
    states = iter(["IN_PROGRESS", *["SUCCESS"] * 9])
    (option,) = contract.examples("listPlacementOptions")[0]["placementOptions"]
    shipment = dict(contract.examples("getShipment")[0])
    shipment.pop("dates")  # Amazon's own example breaks Amazon's own format there
    (item,) = contract.examples("listShipmentItems")[0]["items"]
    started = Reply({"operationId": OPERATION}, 202)
    vendor.on("POST", f"{INBOUND}/inboundPlans", Reply({"inboundPlanId": PLAN, "operationId": OPERATION}, 202))
    vendor.on(
        "GET",
        f"{INBOUND}/operations/{OPERATION}",
        lambda _: {
            "operationId": OPERATION,
            "operation": "x",
            "operationStatus": next(states),
            "operationProblems": [],
        },
    )
    vendor.on("POST", f"{plan}/placementOptions", started)
    vendor.on(
        "GET",
        f"{plan}/placementOptions",
        lambda asked: (
            {
                "placementOptions": [
                    option | {"placementOptionId": OPTION[:-1] + asked.query.get("paginationToken", "8")}
                ]
            }
            | ({} if "paginationToken" in asked.query else {"pagination": {"nextToken": "9"}})
        ),
    )
    vendor.on("POST", f"{plan}/placementOptions/{OPTION}/confirmation", started)
    vendor.on("GET", f"{plan}/shipments/{SHIPMENT}", shipment)
    vendor.on("GET", f"{plan}/shipments/{SHIPMENT}/items", {"items": [item, item]})

    made = plans.create_plan(
        amazon, name="TO-1", marketplace=US, source_address=ADDRESS, items=[plans.PlanItem("msku", 10)]
    )
    plans.finish(amazon, made.operation_id)
    plans.finish(amazon, plans.generate_placement_options(amazon, made.plan_id))
    options = plans.placement_options(amazon, made.plan_id)
    plans.finish(amazon, plans.confirm_placement(amazon, made.plan_id, OPTION))
    found = plans.planned_shipment(amazon, made.plan_id, SHIPMENT)

    assert clock.slept.count(5) == 1
    assert [option.option_id[-1] for option in options] == ["8", "9"]
    assert options[0].fees == (
        plans.Fee("description", Decimal(1), "USD"),
        plans.Fee("description", Decimal(-1), "USD"),
    )
    assert options[0].expires_at == dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    assert (found.confirmation_id, found.units) == ("FBA1234ABCD", {"msku": 10})


@pytest.mark.shared
def test_packing_comes_before_placement(
    amazon: SellingPartner, vendor: Vendor, judged: Callable[[str], Contract]
) -> None:
    contract = judged("fulfillmentInbound_2024-03-20")
    plan = f"{INBOUND}/inboundPlans/{PLAN}"
    answer = dict(contract.examples("listPackingOptions")[0])
    answer.pop("pagination")
    group = contract.document["definitions"]["SetPackingInformationRequest"]["example"]["packageGroupings"][0]
    started = Reply({"operationId": OPERATION}, 202)
    packing = answer["packingOptions"][0]["packingOptionId"]
    for path in ("packingOptions", f"packingOptions/{packing}/confirmation", "packingInformation"):
        vendor.on("POST", f"{plan}/{path}", started)
    vendor.on("GET", f"{plan}/packingOptions", answer)

    assert plans.generate_packing_options(amazon, PLAN) == OPERATION
    (option,) = plans.packing_options(amazon, PLAN)
    assert plans.confirm_packing(amazon, PLAN, option["packingOptionId"]) == OPERATION
    assert plans.set_packing_information(amazon, PLAN, [group]) == OPERATION


def test_a_plan_whose_answer_was_lost_is_looked_for_and_never_made_twice(
    amazon: SellingPartner, vendor: Vendor
) -> None:
    vendor.on("POST", f"{INBOUND}/inboundPlans", Reply({}, breaks_off=True))
    with pytest.raises(UnableToFetch, match="may have done it all the same"):
        plans.create_plan(amazon, name="TO-1", marketplace=US, source_address=ADDRESS, items=[plans.PlanItem("A", 1)])
    assert len(vendor.asked) == 1

    found: list[dict[str, Any]] = [{"inboundPlanId": PLAN, "name": "TO-1"}, {"inboundPlanId": "x", "name": "TO-2"}]
    vendor.on("GET", f"{INBOUND}/inboundPlans", {"inboundPlans": found})
    assert plans.plans_called(amazon, "TO-1") == [PLAN]


def test_a_failed_operation_says_amazons_reasons(amazon: SellingPartner, vendor: Vendor) -> None:
    def failed(asked: Asked) -> dict[str, Any]:
        problem = {"code": "x", "message": "The dimension does not match", "severity": "ERROR"}
        return {"operation": "createInboundPlan", "operationStatus": "FAILED", "operationProblems": [problem]}

    vendor.on("GET", f"{INBOUND}/operations/{OPERATION}", failed)

    with pytest.raises(UnableToFetch, match="createInboundPlan failed: The dimension does not match"):
        plans.finish(amazon, OPERATION)
