"""The shop's GraphQL: a true subset of the official schema, and answers that the official schema accepts."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from typing import Any

import numpy as np
import pytest
from graphql import GraphQLSchema, build_client_schema, is_enum_type, is_input_object_type, parse, validate

from sandbox.network import SHOPIFY
from sandbox.servers.shopify.server import TOKEN, schema
from sandbox.sold_orders import shop_of_lines
from tests.contract.sandbox.conftest import Reply, send
from tests.contract.sandbox.prism import REPOSITORY, install

ORDERS = """
query($after: String, $since: String) {
  orders(first: 20, after: $after, sortKey: UPDATED_AT, query: $since) {
    nodes {
      id name createdAt updatedAt cancelledAt displayFinancialStatus displayFulfillmentStatus
      lineItems(first: 10) { nodes { id sku quantity discountedUnitPriceSet { shopMoney { amount currencyCode } } } }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""
LEVELS = """
{ inventoryItems(first: 30) {
    nodes { id sku inventoryLevels(first: 2) { nodes {
      location { id } quantities(names: ["available", "committed", "on_hand"]) { name quantity } } } }
    pageInfo { hasNextPage endCursor } } }"""
SET = """
mutation($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id createdAt reason changes { name delta quantityAfterChange } }
    userErrors { code field message }
  }
}"""


@pytest.fixture(scope="session")
def official() -> GraphQLSchema:
    """The official schema of 2026-10, as Shopify publishes its introspection."""
    install()
    with gzip.open(REPOSITORY / ".venv" / "prism" / "admin_2026-10.json.gz") as file:
        found = json.load(file)
    return build_client_schema(found.get("data", found))


@pytest.fixture
def shop(sandbox, official):
    def ask(query: str, *, token: str = TOKEN, version: str = "2026-10", **variables: Any) -> Reply:
        problems = validate(official, parse(query))
        assert problems == [], "the query itself is none of the official schema"
        url = f"{sandbox.urls['shopify']}/admin/api/{version}/graphql.json"
        body = {"query": query, "variables": variables}
        return send("POST", url, body=body, headers={"X-Shopify-Access-Token": token})

    return ask


def test_the_schema_is_a_subset_of_the_official_one(official):
    ours = {name: kind for name, kind in schema().type_map.items() if not name.startswith("__")}
    assert len(ours) > 60
    for name, kind in ours.items():
        theirs = official.type_map[name]
        assert type(kind) is type(theirs), name
        if is_enum_type(kind):
            assert set(kind.values) == set(theirs.values), name
        for field_name, field in getattr(kind, "fields", {}).items():
            other = theirs.fields[field_name]
            assert str(field.type) == str(other.type), f"{name}.{field_name}"
            for argument_name, argument in getattr(field, "args", {}).items():
                assert str(argument.type) == str(other.args[argument_name].type), f"{name}.{field_name}"
            required = {key for key, item in getattr(other, "args", {}).items() if str(item.type).endswith("!")}
            assert required <= set(getattr(field, "args", {}))
        if is_input_object_type(kind):
            assert set(kind.fields) == set(theirs.fields), name


def _all_orders(shop, sandbox, since: str) -> list[dict[str, Any]]:
    found, after = [], None
    while True:
        reply = shop(ORDERS, after=after, since=since).json
        assert "errors" not in reply, reply
        page = reply["data"]["orders"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["pageInfo"]["endCursor"] or not page["nodes"]
            return found
        after = page["pageInfo"]["endCursor"]
        sandbox.refill()


def test_orders_are_the_worlds_orders_each_once(shop, sandbox):
    found = _all_orders(shop, sandbox, "updated_at:>='2026-10-20T00:00:00Z'")
    assert max(Counter(order["id"] for order in found).values()) == 1
    world = sandbox.world
    rows = (world.line_units > 0) & (shop_of_lines(world) == SHOPIFY) & (world.line_updated >= 1_792_454_400)
    assert len(found) == len(np.unique(world.wanted.order[rows]))
    units = sum(line["quantity"] for order in found for line in order["lineItems"]["nodes"])
    assert units == world.line_units[rows].sum()
    moments = [order["updatedAt"] for order in found]
    assert moments == sorted(moments)


def test_everything_else_that_is_read_answers(shop):
    for query in (
        "{ shop { name currencyCode ianaTimezone } }",
        "{ locations(first: 5) { nodes { id name isActive address { countryCode } } pageInfo { hasNextPage } } }",
        "{ products(first: 5) { nodes { id title variants(first: 1) { nodes { id sku price } } } } }",
        '{ productVariants(first: 2, query: "sku:none") { nodes { id } } }',
        """{ shopifyPaymentsAccount { payouts(first: 3) {
            nodes { id status net { amount } summary { chargesFee { amount } } } } } }""",
        """{ orders(first: 1) { nodes { email shippingAddress { city } customer { displayName }
            fulfillments(first: 1) { status location { id } trackingInfo { number } }
            fulfillmentOrders(first: 1) { nodes { status assignedLocation { location { id } }
            lineItems(first: 2) { nodes { totalQuantity remainingQuantity lineItem { sku } } } } } } } }""",
    ):
        reply = shop(query)
        assert reply.status == 200
        assert "errors" not in reply.json, reply.json


def _first_level(shop) -> tuple[str, str, dict[str, int]]:
    item = shop(LEVELS).json["data"]["inventoryItems"]["nodes"][0]
    level = item["inventoryLevels"]["nodes"][0]
    return item["id"], level["location"]["id"], {entry["name"]: entry["quantity"] for entry in level["quantities"]}


def _input(item, location, quantity, **more):
    entry = {"inventoryItemId": item, "locationId": location, "quantity": quantity, **more}
    return {"name": "available", "reason": "correction", "quantities": [entry]}


def _set(shop, given, key):
    reply = shop(SET, input=given, key=key)
    return reply.json["data"]["inventorySetQuantities"]


def test_a_quantity_is_set_once_per_key_and_shown(shop):
    item, location, before = _first_level(shop)
    given = _input(item, location, before["available"] + 4, changeFromQuantity=before["available"])
    first = _set(shop, given, "once")
    assert first["userErrors"] == []
    assert first["inventoryAdjustmentGroup"]["changes"] == [
        {"name": "available", "delta": 4, "quantityAfterChange": before["available"] + 4}
    ]
    assert _set(shop, given, "once")["userErrors"] == []
    assert _first_level(shop)[2]["available"] == before["available"] + 4


def test_a_stale_belief_changes_nothing(shop):
    item, location, before = _first_level(shop)
    given = _input(item, location, 99, changeFromQuantity=before["available"] + 1)
    codes = [error["code"] for error in _set(shop, given, "stale")["userErrors"]]
    assert codes == ["CHANGE_FROM_QUANTITY_STALE"]
    assert _first_level(shop)[2] == before


def test_a_key_is_for_one_input(shop):
    item, location, _ = _first_level(shop)
    assert _set(shop, _input(item, location, 5), "reused")["userErrors"] == []
    codes = [error["code"] for error in _set(shop, _input(item, location, 6), "reused")["userErrors"]]
    assert codes == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"item": "gid://shopify/InventoryItem/1"}, "INVALID_INVENTORY_ITEM"),
        ({"location": "gid://shopify/Location/1"}, "INVALID_LOCATION"),
        ({"quantity": -1}, "INVALID_QUANTITY_NEGATIVE"),
        ({"quantity": 1_000_000_001}, "INVALID_QUANTITY_TOO_HIGH"),
    ],
)
def test_a_wrong_quantity_is_refused_with_its_code(shop, change, code):
    item, location, _ = _first_level(shop)
    given = {"item": item, "location": location, "quantity": 1} | change
    answer = _set(shop, _input(**given), f"wrong {code}")
    assert code in [error["code"] for error in answer["userErrors"]]
    assert answer["inventoryAdjustmentGroup"] is None


def test_the_mutation_needs_its_directive(shop):
    item, location, _ = _first_level(shop)
    query = SET.replace(" @idempotent(key: $key)", "").replace(", $key: String!", "")
    reply = shop(query, input=_input(item, location, 1)).json
    assert reply["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_costs_throttle_and_are_told(shop, sandbox):
    first = shop(LEVELS).json["extensions"]["cost"]
    assert first["throttleStatus"]["maximumAvailable"] == 2000
    assert first["actualQueryCost"] <= first["requestedQueryCost"]
    replies = [shop(LEVELS.replace("30", "110")).json for _ in range(40)]
    throttled = [reply for reply in replies if reply.get("errors")]
    assert throttled[0]["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert throttled[0]["extensions"]["cost"]["actualQueryCost"] is None
    sandbox.refill()


def test_a_query_that_costs_too_much_is_refused(shop):
    reply = shop("{ orders(first: 250) { nodes { lineItems(first: 100) { nodes { id } } } } }").json
    assert reply["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"


def test_a_wrong_token_or_version_is_refused(shop):
    assert shop("{ shop { name } }", token="wrong").status == 401
    assert shop("{ shop { name } }", version="2020-01").status == 404


def test_an_unknown_field_is_refused(sandbox):
    url = f"{sandbox.urls['shopify']}/admin/api/2026-10/graphql.json"
    reply = send("POST", url, body={"query": "{ shopX }"}, headers={"X-Shopify-Access-Token": TOKEN})
    assert "Cannot query field" in reply.json["errors"][0]["message"]
