"""Amazon's stock, orders, inbound shipments and AWD: judged by Amazon's own models, safe against buyers and doubles."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.sources import amazon
from pipelines.sources.amazon.stock_and_orders import PERSONAL
from pipelines.sources.catalog import CONNECTORS
from pipelines.sources.settings import Source
from tests.vendor_contract import Contract
from tests.vendor_server import Asked, CountingClock, Reply, Vendor, lines

from .conftest import Puller

US, DE, FR = "ATVPDKIKX0DER", "A1PA6795UKMFR9", "A13V1IB3VIYZZH"
INVENTORY = "/fba/inventory/v1/summaries"
ORDERS = "/orders/2026-01-01/orders"


@pytest.fixture
def seller(puller: Puller, vendor: Vendor) -> Puller:
    """An account whose login works; each token is another one."""
    issued = iter(range(1, 1000))
    vendor.on(
        "POST",
        "/auth/o2/token",
        lambda _: {"access_token": f"Atza|token-{next(issued)}", "token_type": "bearer", "expires_in": 3600},
    )
    return puller


def _source(seller: Puller, *datasets: str, marketplaces: tuple[str, ...] = (US,), **settings: Any) -> Source:
    options = {"login_url": f"{seller.vendor.url}/auth/o2/token"}
    return seller.source("amazon", *datasets, marketplaces=marketplaces, options=options, **settings)


def _judged(vendor: Vendor, contract: Contract, path: str) -> None:
    vendor.checks.append(lambda asked, reply: contract.check(asked, reply) if asked.path.startswith(path) else None)


def _stock(*skus: str, token: str | None = None) -> dict[str, Any]:
    quantity = {"totalReservedQuantity": 1, "pendingCustomerOrderQuantity": 1}
    summaries = [
        {
            "asin": "B000000001",
            "fnSku": "X000000001",
            "sellerSku": sku,
            "condition": "NewItem",
            "inventoryDetails": {
                "fulfillableQuantity": 10,
                "inboundWorkingQuantity": 1,
                "inboundShippedQuantity": 2,
                "inboundReceivingQuantity": 3,
                "reservedQuantity": quantity,
                "researchingQuantity": {"totalResearchingQuantity": 0},
                "unfulfillableQuantity": {"totalUnfulfillableQuantity": 4},
            },
            "lastUpdatedTime": "2026-11-02T01:00:00Z",
            "productName": "Mug",
            "totalQuantity": 20,
        }
        for sku in skus
    ]
    answer: dict[str, Any] = {
        "payload": {
            "granularity": {"granularityType": "Marketplace", "granularityId": US},
            "inventorySummaries": summaries,
        }
    }
    return answer | ({"pagination": {"nextToken": token}} if token else {})


def _skus(path: Any) -> list[str]:
    return [row["sellerSku"] for page in lines(path) for row in page["answer"]["payload"]["inventorySummaries"]]


def test_the_catalog_names_what_the_connector_has() -> None:
    assert sorted(amazon.DATASETS) == sorted(CONNECTORS["amazon"].datasets)


@pytest.mark.shared
def test_stock_is_a_full_snapshot_of_every_marketplace(
    seller: Puller, vendor: Vendor, contracts: Callable[[str], Contract]
) -> None:
    contract = contracts("amazon-sp-api/fbaInventory.json")
    _judged(vendor, contract, INVENTORY)
    pages = {None: _stock("A", "B", token="two"), "two": _stock("C")}
    vendor.on("GET", INVENTORY, lambda asked: pages[asked.query.get("nextToken")])

    (outcome,) = seller.pull(_source(seller, "fba_inventory", marketplaces=(US, DE)))

    assert outcome.problem is None
    assert [file.parent.name for file in outcome.files] == [US, DE]
    assert [_skus(file) for file in outcome.files] == [["A", "B", "C"], ["A", "B", "C"]]
    # 12:00 UTC is 04:00 in Los Angeles: the snapshot shows the evening before
    assert outcome.files[0].name == "2026-11-01_at_2026-11-02T120000Z.jsonl"
    calls = [asked for asked in vendor.asked if asked.path == INVENTORY]
    assert all(asked.query["details"] == "true" and "startDateTime" not in asked.query for asked in calls)
    assert contract.problems == []
    assert contract.seen == ["getInventorySummaries"] * 4


def test_the_login_is_kept_until_shortly_before_its_end(seller: Puller, vendor: Vendor, clock: CountingClock) -> None:
    vendor.on("GET", INVENTORY, _stock("A"))
    source = _source(seller, "fba_inventory", marketplaces=(US, DE, FR))
    seller.pull(source)
    assert vendor.paths().count("/auth/o2/token") == 1
    login = vendor.asked[0]
    assert login.json["grant_type"] == "refresh_token"
    assert login.json["refresh_token"] == "secret-of-amazon_refresh_token"
    tokens = {asked.headers["x-amz-access-token"] for asked in vendor.asked if asked.path == INVENTORY}
    assert tokens == {"Atza|token-1"}

    vendor.asked.clear()
    clock.at += dt.timedelta(hours=1)
    pages = iter([_stock("A", token="next"), _stock("B")])

    def slow(asked: Asked) -> Any:
        clock.sleep(1)
        if "nextToken" not in asked.query:
            clock.at += dt.timedelta(seconds=3560)
        return next(pages)

    vendor.on("GET", INVENTORY, slow)
    (outcome,) = seller.pull(_source(seller, "fba_inventory"))
    assert outcome.problem is None
    used = [asked.headers["x-amz-access-token"] for asked in vendor.asked if asked.path == INVENTORY]
    assert used == ["Atza|token-2", "Atza|token-3"]


def test_a_token_that_amazon_ends_early_is_replaced(seller: Puller, vendor: Vendor) -> None:
    def once_refused(asked: Asked) -> Any:
        if asked.headers["x-amz-access-token"] == "Atza|token-1":
            return Reply({"errors": [{"code": "Unauthorized", "message": "expired", "details": ""}]}, 403)
        return _stock("A")

    vendor.on("GET", INVENTORY, once_refused)

    (outcome,) = seller.pull(_source(seller, "fba_inventory"))

    assert outcome.problem is None
    assert vendor.paths().count("/auth/o2/token") == 2


def test_a_page_token_that_dies_within_a_run_lets_the_snapshot_begin_anew(seller: Puller, vendor: Vendor) -> None:
    script = iter(
        [
            _stock("A", "B", token="dies"),
            Reply({"errors": [{"code": "InvalidInput", "message": "nextToken expired"}]}, 400),
            _stock("A", "B", token="lives"),
            _stock("C"),
        ]
    )
    vendor.on("GET", INVENTORY, lambda _: next(script))

    (outcome,) = seller.pull(_source(seller, "fba_inventory"))

    assert _skus(outcome.files[0]) == ["A", "B", "C"]


@pytest.mark.parametrize(("pause", "resumes"), [(10, True), (31, False)])
def test_a_killed_snapshot_goes_on_while_its_token_lives_and_is_never_doubled(
    seller: Puller, vendor: Vendor, clock: CountingClock, pause: int, resumes: bool
) -> None:
    source = _source(seller, "fba_inventory")
    pages = {None: _stock("A", "B", token="two"), "two": Reply({}, 404)}
    vendor.on("GET", INVENTORY, lambda asked: pages[asked.query.get("nextToken")])
    (broken,) = seller.pull(source)
    assert broken.problem is not None
    assert broken.files == ()

    vendor.asked.clear()
    clock.at += dt.timedelta(seconds=pause)
    pages["two"] = _stock("C")  # type: ignore[assignment]
    (outcome,) = seller.pull(source)

    assert _skus(outcome.files[0]) == ["A", "B", "C"]
    asked = [asked.query.get("nextToken") for asked in vendor.asked if asked.path == INVENTORY]
    assert asked == (["two"] if resumes else [None, "two"])
    assert [path.name for path in outcome.files[0].parent.iterdir()] == [outcome.files[0].name]


def test_a_line_that_was_torn_by_a_power_cut_is_cut_off(seller: Puller, vendor: Vendor) -> None:
    source = _source(seller, "fba_inventory")
    pages = {None: _stock("A", token="two"), "two": Reply({}, 404)}
    vendor.on("GET", INVENTORY, lambda asked: pages[asked.query.get("nextToken")])
    seller.pull(source)
    (part,) = (seller.company / "extracts" / "acme" / "fba_inventory" / US).iterdir()
    part.write_bytes(part.read_bytes() + b'{"operation":"getInv')
    pages["two"] = _stock("C")  # type: ignore[assignment]

    (outcome,) = seller.pull(source)

    assert _skus(outcome.files[0]) == ["A", "C"]


def test_a_growing_file_that_the_disk_damaged_is_begun_anew(seller: Puller, vendor: Vendor) -> None:
    source = _source(seller, "fba_inventory")
    pages = {None: _stock("A", token="two"), "two": Reply({}, 404)}
    vendor.on("GET", INVENTORY, lambda asked: pages[asked.query.get("nextToken")])
    seller.pull(source)
    (part,) = (seller.company / "extracts" / "acme" / "fba_inventory" / US).iterdir()
    part.write_bytes(part.read_bytes() + b"\x00\x00\x00\n")
    pages["two"] = _stock("C")  # type: ignore[assignment]

    (outcome,) = seller.pull(source)

    assert _skus(outcome.files[0]) == ["A", "C"]


def test_pages_that_never_end_are_an_error(seller: Puller, vendor: Vendor) -> None:
    vendor.on("GET", INVENTORY, _stock("A", token="string"))

    (outcome,) = seller.pull(_source(seller, "fba_inventory"))

    assert "same page token for ever" in (outcome.problem or "")
    assert outcome.files == ()


def test_a_snapshot_that_is_there_is_not_pulled_again(seller: Puller, vendor: Vendor, clock: CountingClock) -> None:
    vendor.on("GET", INVENTORY, _stock("A"))
    source, until = _source(seller, "fba_inventory"), clock.now()
    seller.pull(source, until=until)
    vendor.asked.clear()

    (outcome,) = seller.pull(source, until=until)

    assert outcome.files == ()
    assert vendor.asked == []


@pytest.mark.shared
def test_orders_are_asked_for_by_last_update_and_each_stretch_once(
    seller: Puller, vendor: Vendor, clock: CountingClock, contracts: Callable[[str], Contract]
) -> None:
    contract = contracts("amazon-sp-api/orders_2026-01-01.json")
    _judged(vendor, contract, ORDERS)
    vendor.on("GET", ORDERS, {"orders": []})
    source = _source(seller, "orders", since=dt.date(2026, 9, 15))
    seller.pull(source)
    clock.at += dt.timedelta(days=1)
    seller.pull(source)

    asked = [asked.query for asked in vendor.asked if asked.path == ORDERS]
    stretches = [(query["lastUpdatedAfter"], query["lastUpdatedBefore"]) for query in asked]
    assert stretches == [
        ("2026-09-15T00:00:00Z", "2026-10-15T00:00:00Z"),
        ("2026-10-15T00:00:00Z", "2026-11-02T11:58:00Z"),
        ("2026-11-02T11:58:00Z", "2026-11-03T11:58:00Z"),
    ]
    assert contract.problems == []


def test_a_killed_stretch_is_finished_before_the_next_is_begun(
    seller: Puller, vendor: Vendor, clock: CountingClock
) -> None:
    order = {"orderId": "1", "orderItems": []}
    pages: dict[str | None, Any] = {
        None: {"orders": [order], "pagination": {"nextToken": "two"}},
        "two": Reply({}, 404),
    }
    vendor.on("GET", ORDERS, lambda asked: pages[asked.query.get("paginationToken")])
    source = _source(seller, "orders", since=dt.date(2026, 11, 1))
    seller.pull(source)

    clock.at += dt.timedelta(days=1)
    vendor.asked.clear()
    pages["two"] = {"orders": [order | {"orderId": "2"}]}
    vendor_pages = iter([pages["two"], {"orders": [order | {"orderId": "3"}]}])
    vendor.on("GET", ORDERS, lambda _: next(vendor_pages))
    (outcome,) = seller.pull(source)

    ids = [[o["orderId"] for page in lines(file) for o in page["answer"]["orders"]] for file in outcome.files]
    assert ids == [["1", "2"], ["3"]]
    ends = [
        (asked.query["lastUpdatedAfter"], asked.query["lastUpdatedBefore"])
        for asked in vendor.asked
        if asked.path == ORDERS
    ]
    assert ends == [
        ("2026-11-01T00:00:00Z", "2026-11-02T11:58:00Z"),
        ("2026-11-02T11:58:00Z", "2026-11-03T11:58:00Z"),
    ]


@pytest.mark.shared
def test_amazons_own_examples_lose_every_buyer(
    seller: Puller, vendor: Vendor, contracts: Callable[[str], Contract]
) -> None:
    contract = contracts("amazon-sp-api/orders_2026-01-01.json")
    examples = contract.examples("searchOrders")
    people = {text for example in examples for text in _texts_below(example, PERSONAL)}
    assert len(people) > 20  # the examples are full of buyers: names, streets, e-mails, tax numbers
    orders = [order for example in examples for order in example["orders"]]
    vendor.on("GET", ORDERS, {"orders": orders})

    (outcome,) = seller.pull(_source(seller, "orders", since=dt.date(2026, 11, 1)))

    kept = seller.everything_kept()
    assert orders[0]["orderId"] in kept
    assert outcome.problem is None
    for name in ("buyerName", "buyerEmail", "addressLine1", "postalCode", "phone", "giftMessage", "legalName"):
        assert f'"{name}"' not in kept
    harmless = {text for example in examples for text in _texts(_kept_part(example))}
    for text in people - harmless:
        assert json.dumps(text, ensure_ascii=False) not in kept, text


def test_no_secret_is_left_anywhere(seller: Puller, vendor: Vendor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    vendor.on("GET", INVENTORY, _stock("A"))
    vendor.on("GET", ORDERS, Reply({"errors": [{"code": "Unauthorized", "message": "Atza|token-1"}]}, 400))

    outcomes = seller.pull(_source(seller, "fba_inventory", "orders"))

    told = seller.everything_kept() + caplog.text + repr(outcomes)
    assert outcomes[1].problem is not None
    for secret in [*seller.environ.values(), "Atza|token"]:
        assert secret not in told


def test_missing_secrets_are_named_and_nothing_is_asked(seller: Puller, vendor: Vendor) -> None:
    source = _source(seller, "fba_inventory", "orders")
    del seller.environ["AMAZON_REFRESH_TOKEN"]

    outcomes = seller.pull(source)

    assert [outcome.dataset for outcome in outcomes] == ["fba_inventory", "orders"]
    assert all("AMAZON_REFRESH_TOKEN: not set" in (outcome.problem or "") for outcome in outcomes)
    assert vendor.asked == []


def test_a_login_that_is_refused_stops_the_source_in_words(seller: Puller, vendor: Vendor) -> None:
    vendor.on("POST", "/auth/o2/token", Reply({"error": "invalid_grant", "error_description": "revoked"}, 400))

    (outcome,) = seller.pull(_source(seller, "fba_inventory"))

    assert "invalid_grant revoked" in (outcome.problem or "")


def test_one_dataset_that_fails_leaves_the_others(seller: Puller, vendor: Vendor) -> None:
    vendor.on("GET", INVENTORY, {"payload": {"inventorySummariez": []}})
    vendor.on("GET", ORDERS, {"orders": []})

    stock, orders = seller.pull(_source(seller, "fba_inventory", "orders"))

    assert "payload.inventorySummaries" in (stock.problem or "")
    assert orders.problem is None


@pytest.mark.parametrize("pagination", [["x"], "x", {"nextToken": 7}])
def test_an_answer_of_another_shape_is_a_problem_of_its_dataset_only(
    seller: Puller, vendor: Vendor, pagination: Any
) -> None:
    vendor.on("GET", INVENTORY, _stock("A") | {"pagination": pagination})
    vendor.on("GET", ORDERS, {"orders": []})

    stock, orders = seller.pull(_source(seller, "fba_inventory", "orders"))

    assert stock.problem is not None
    assert stock.files == ()
    assert orders.problem is None


def test_a_marketplace_that_is_refused_does_not_keep_the_others_from_coming(seller: Puller, vendor: Vendor) -> None:
    refused = Reply({"errors": [{"code": "InvalidInput", "message": "no such marketplace"}]}, 400)
    vendor.on("GET", INVENTORY, lambda asked: refused if asked.query["marketplaceIds"] == DE else _stock("A"))

    (outcome,) = seller.pull(_source(seller, "fba_inventory", marketplaces=(DE, US)))

    assert f"{DE}: " in (outcome.problem or "")
    assert "no such marketplace" in (outcome.problem or "")
    assert [file.parent.name for file in outcome.files] == [US]


def test_a_system_that_does_not_answer_is_not_waited_for_once_more_for_each_dataset(
    seller: Puller, vendor: Vendor, clock: CountingClock
) -> None:
    vendor.on("GET", INVENTORY, Reply({}, breaks_off=True))

    outcomes = seller.pull(_source(seller, "fba_inventory", "orders", marketplaces=(US, DE)))

    assert ["could not be reached" in (outcome.problem or "") for outcome in outcomes] == [True, True]
    assert vendor.paths().count(INVENTORY) == 8
    assert ORDERS not in vendor.paths()
    assert sum(clock.slept) < 300


def test_two_accounts_do_not_share_limits_or_folders(seller: Puller, vendor: Vendor, clock: CountingClock) -> None:
    vendor.on("GET", INVENTORY, _stock("A"))
    for account in ("one", "two"):
        (outcome,) = seller.pull(_source(seller, "fba_inventory", account=account, marketplaces=(US, DE)))
        assert outcome.files[0].parts[-4:-1] == (account, "fba_inventory", US)

    assert clock.slept == []  # the burst is two calls an account


@pytest.mark.shared
def test_inbound_shipments_and_items_follow_their_pages(
    seller: Puller, vendor: Vendor, contracts: Callable[[str], Contract]
) -> None:
    contract = contracts("amazon-sp-api/fulfillmentInboundV0.json")
    _judged(vendor, contract, "/fba/inbound/v0")
    (item, *_) = contract.examples("getShipmentItems")
    shipment = contract.examples("getShipments")[0]["payload"]["ShipmentData"][0] | {"AreCasesRequired": False}
    pages = {
        "DATE_RANGE": {"payload": {"ItemData": item["payload"]["ItemData"], "NextToken": "more"}},
        "NEXT_TOKEN": {"payload": {"ItemData": item["payload"]["ItemData"]}},
    }
    vendor.on("GET", "/fba/inbound/v0/shipments", {"payload": {"ShipmentData": [shipment]}})
    vendor.on("GET", "/fba/inbound/v0/shipmentItems", lambda asked: pages[asked.query["QueryType"]])

    shipments, items = seller.pull(_source(seller, "inbound_shipments", "inbound_items"))

    assert (shipments.problem, items.problem) == (None, None)
    assert len(lines(items.files[0])) == 2
    assert shipment["ShipFromAddress"]["Name"] not in seller.everything_kept()
    assert contract.problems == []


@pytest.mark.shared
def test_awd_is_one_pool_of_the_account(seller: Puller, vendor: Vendor, contracts: Callable[[str], Contract]) -> None:
    contract = contracts("amazon-sp-api/awd_2024-05-09.json")
    _judged(vendor, contract, "/awd")
    for operation, path in (
        ("listInventory", "inventory"),
        ("listInboundShipments", "inboundShipments"),
        ("listReplenishmentOrders", "replenishmentOrders"),
    ):
        example = dict(contract.examples(operation)[0])
        example.pop("nextToken", None)
        vendor.on("GET", f"/awd/2024-05-09/{path}", example)

    names = ("awd_inventory", "awd_inbound_shipments", "awd_replenishment_orders")
    outcomes = seller.pull(_source(seller, *names, marketplaces=(US, DE)))

    assert [outcome.problem for outcome in outcomes] == [None] * 3
    assert [len(outcome.files) for outcome in outcomes] == [1, 1, 1]
    assert contract.problems == []


def _texts(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {text for inner in value.values() for text in _texts(inner)}
    if isinstance(value, list):
        return {text for inner in value for text in _texts(inner)}
    return {value} if isinstance(value, str) and len(value) > 3 else set()


def _texts_below(value: Any, names: frozenset[str]) -> set[str]:
    if isinstance(value, dict):
        return {
            text
            for name, inner in value.items()
            for text in (_texts(inner) if name in names else _texts_below(inner, names))
        }
    if isinstance(value, list):
        return {text for inner in value for text in _texts_below(inner, names)}
    return set()


def _kept_part(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _kept_part(inner) for name, inner in value.items() if name not in PERSONAL}
    if isinstance(value, list):
        return [_kept_part(inner) for inner in value]
    return value
