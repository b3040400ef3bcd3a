"""The judge of the other tests judges: what breaks a vendor's file is named, what keeps it is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.vendor_contract import Contract
from tests.vendor_server import NOON, Asked, Reply

STOCK = "/fba/inventory/v1/summaries"
GOOD = "granularityType=Marketplace&granularityId=A&marketplaceIds=A&details=true"
ANSWER: dict[str, Any] = {"payload": {"granularity": {}, "inventorySummaries": []}}


def _judged(
    contract: Contract, method: str, path: str, *, query: str = "", body: bytes = b"", reply: Any = None
) -> list[str]:
    asked = Asked(method, path, dict(parse_qsl(query)), {}, body, NOON)
    contract.check(asked, reply if isinstance(reply, Reply) else Reply(ANSWER if reply is None else reply))
    return contract.problems


@pytest.mark.shared
@pytest.mark.parametrize(
    ("query", "answer", "words"),
    [
        (GOOD, ANSWER, None),
        (GOOD + "&colour=blue", ANSWER, "colour is not in the contract"),
        ("granularityType=Marketplace&granularityId=A", ANSWER, "marketplaceIds is missing"),
        (GOOD.replace("Marketplace", "Planet"), ANSWER, "'Planet' is not one of"),
        (GOOD + "&sellerSkus=" + ",".join(map(str, range(51))), ANSWER, "51 values, 50 are the most"),
        (GOOD + "&startDateTime=yesterday", ANSWER, "is not a 'date-time'"),
        (GOOD, {"payload": {"granularity": {}}}, "'inventorySummaries' is a required property"),
        (
            GOOD,
            {"payload": {"granularity": {}, "inventorySummaries": [{"totalQuantity": "7"}]}},
            "is not of type 'integer'",
        ),
    ],
)
def test_queries_and_answers_are_judged(
    contracts: Callable[[str], Contract], query: str, answer: Any, words: str | None
) -> None:
    problems = _judged(contracts("amazon-sp-api/fbaInventory.json"), "GET", STOCK, query=query, reply=answer)

    assert (problems == []) if words is None else any(words in problem for problem in problems), problems


@pytest.mark.shared
def test_paths_and_bodies_are_judged(contracts: Callable[[str], Contract]) -> None:
    reports = "/reports/2021-06-30/reports"
    good = b'{"reportType": "X", "marketplaceIds": ["A"]}'
    made = Reply({"reportId": "1"}, 202)

    assert _judged(contracts("amazon-sp-api/reports_2021-06-30.json"), "POST", reports, body=good, reply=made) == []
    for body, words in (
        (b"{}", "required property"),
        (b"", "body is missing"),
        (good.replace(b'["A"]', b'"A"'), "array"),
    ):
        problems = _judged(contracts("amazon-sp-api/reports_2021-06-30.json"), "POST", reports, body=body, reply=made)
        assert any(words in problem for problem in problems), problems
    (problem,) = _judged(contracts("amazon-sp-api/reports_2021-06-30.json"), "GET", "/reports/1999/reports")
    assert "is no operation of the contract" in problem
