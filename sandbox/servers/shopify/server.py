"""POST /admin/api/2026-10/graphql.json: token, cost, execution.

Belongs here: the bucket of points (throttled calls answer HTTP 200 with the code THROTTLED, as Shopify's do) and the
resolvers of the roots.
"""

from __future__ import annotations

from functools import cache, partial
from importlib.resources import files
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)
from starlette.applications import Starlette

from sandbox.network import DE_3PL, SHOPIFY, SHOPS, US_3PL
from sandbox.servers.shopify.connections import connection
from sandbox.servers.shopify.costs import MUTATION, Costs, spent
from sandbox.servers.shopify.objects import Shop, gid, money
from sandbox.servers.shopify.orders import Orders
from sandbox.servers.shopify.quantities import set_quantities
from sandbox.servers.web import Answer, Call, Handler, House, Refused, build

VERSION = "2026-10"
TOKEN = "shpat_sandbox_0123456789abcdef"  # noqa: S105 a token of a world that is not real  # nosec B105
DOMAIN = "lumivo-sandbox.myshopify.com"
AVAILABLE, RESTORE, MOST = 2000.0, 100.0, 1000
_BUCKET = ("shopify", DOMAIN, "points")


@cache
def schema() -> GraphQLSchema:
    """The subset of the official schema."""
    return build_schema(files("sandbox.servers.shopify").joinpath("schema.graphql").read_text(encoding="utf-8"))


class _Root:
    """Resolvers of the query's and the mutation's root."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._shop = Shop(house.world)
        self._made: tuple[int, Orders] | None = None

    @property
    def _orders(self) -> Orders:
        """The orders since time was last moved: only then do they change."""
        step = self._house.world.step
        if self._made is None or self._made[0] != step:
            self._made = (step, Orders(self._shop))
        return self._made[1]

    def orders(self, _: Any, **page: Any) -> Any:
        found = self._orders.page(page)
        if found["edges"] and self._house.faults.meets("duplicated_events", "shopify"):
            found["edges"].append(found["edges"][-1])
            found["nodes"].append(found["nodes"][-1])
        return found

    def order(self, _: Any, id: str) -> Any:  # noqa: A002 Shopify's name
        return self._orders.by_id(id)

    def products(self, _: Any, **page: Any) -> Any:
        return self._shop.page_of_listings(self._shop.product, page)

    def productVariants(self, _: Any, **page: Any) -> Any:  # noqa: N802 Shopify's name
        return self._shop.page_of_listings(self._shop.variant, page)

    def inventoryItems(self, _: Any, **page: Any) -> Any:  # noqa: N802
        return self._shop.page_of_listings(self._shop.item, page)

    def node(self, _: Any, id: str) -> Any:  # noqa: A002
        return self._shop.by_id(id) or self._orders.by_id(id)

    def nodes(self, _: Any, ids: list[str]) -> Any:
        return [self._shop.by_id(item) or self._orders.by_id(item) for item in ids]

    product = productVariant = inventoryItem = inventoryLevel = node  # noqa: N815

    def location(self, _: Any, id: str | None = None) -> Any:  # noqa: A002
        return self._shop.location(US_3PL) if id is None else self._shop.by_id(id)

    def locations(self, _: Any, **page: Any) -> Any:
        given = {key: page[key] for key in ("first", "last", "after", "before", "reverse") if key in page}
        places = [((warehouse, 0), warehouse) for warehouse in (US_3PL, DE_3PL)]
        return connection(places, self._shop.location, **given)

    def shop(self, _: Any) -> Any:
        shop = SHOPS[SHOPIFY]
        return {
            "__typename": "Shop",
            "id": gid("Shop", 1),
            "name": shop.name,
            "myshopifyDomain": DOMAIN,
            "currencyCode": shop.currency,
            "ianaTimezone": shop.time_zone,
        }

    def shopifyPaymentsAccount(self, _: Any) -> Any:  # noqa: N802
        return {
            "__typename": "ShopifyPaymentsAccount",
            "id": gid("ShopifyPaymentsAccount", 1),
            "activated": True,
            "country": "US",
            "defaultCurrency": SHOPS[SHOPIFY].currency,
            "balance": [money(0)],
            "payouts": lambda _, **page: self._orders.payouts(page),
        }

    def inventorySetQuantities(self, info: Any, input: dict[str, Any]) -> Any:  # noqa: N802, A002
        return set_quantities(self._house, self._shop, info, input)


def _words(refused: Refused) -> Answer:
    if refused.status == 429:
        return Answer(_throttled(), 200)
    return Answer({"errors": refused.message}, refused.status, refused.headers)


def _throttled() -> dict[str, Any]:
    documentation = "https://shopify.dev/api/usage/rate-limits"
    return {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": documentation}}]}


def _cost(house: House, requested: int, actual: int | None) -> dict[str, Any]:
    left = house.limits.left(_BUCKET, burst=AVAILABLE)
    status = {"maximumAvailable": AVAILABLE, "currentlyAvailable": int(left), "restoreRate": RESTORE}
    return {"cost": {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": status}}


def _wrong(*errors: GraphQLError) -> Answer:
    return Answer({"errors": [error.formatted for error in errors]})


def graphql(root: _Root, call: Call) -> Answer:
    """One query or mutation."""
    if call.headers.get("x-shopify-access-token") != TOKEN:
        message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
        raise Refused(401, "Unauthorized", message)
    if call.parts["version"] != VERSION:
        raise Refused(404, "NotFound", "Not Found")
    body = call.json
    variables = body.get("variables") or {}
    try:
        document = parse(str(body.get("query", "")))
    except GraphQLError as error:
        return _wrong(error)
    errors = validate(schema(), document)
    if errors:
        return _wrong(*errors)
    operation = get_operation_ast(document, body.get("operationName"))
    if not isinstance(operation, OperationDefinitionNode):
        return _wrong(GraphQLError("An operation name is required"))
    requested = Costs(schema(), document, variables).requested(operation)
    if requested > MOST:
        message = f"Query cost is {requested}, which exceeds the single query max cost limit ({MOST})."
        return _wrong(GraphQLError(message, extensions={"code": "MAX_COST_EXCEEDED", "cost": requested}))
    house = call.house
    if house.limits.take(_BUCKET, rate=RESTORE, burst=AVAILABLE, cost=requested):
        return Answer({**_throttled(), "extensions": _cost(house, requested, None)})
    result = execute_sync(
        schema(), document, root_value=root, variable_values=variables, operation_name=body.get("operationName")
    )
    actual = max(MUTATION if operation.operation.value == "mutation" else 1, spent(result.data) - 1)
    house.limits.give(_BUCKET, burst=AVAILABLE, tokens=max(0, requested - actual))
    answer: dict[str, Any] = {"data": result.data, "extensions": _cost(house, requested, min(actual, requested))}
    if result.errors:
        answer["errors"] = [error.formatted for error in result.errors]
    return Answer(answer)


def app(house: House) -> Starlette:
    """The server."""
    handle = partial(graphql, _Root(house))
    routes: list[tuple[str, str, Handler]] = [("POST", "/admin/api/{version}/graphql.json", handle)]
    return build(house, "shopify", routes, words=_words)
