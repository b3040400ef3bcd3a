"""Feeds API 2021-06-30 with the JSON listings feed: a document is uploaded, processed, and answered by a report.

Belongs here: the life of a feed, its result document by Amazon's processing report schema v2. A message is taken or
refused on its own; the rest of the feed goes on.
"""

from __future__ import annotations

import json
from typing import Any

from sandbox.living.life import Requested
from sandbox.servers.amazon.account import Account, stamp
from sandbox.servers.amazon.listings import Faulty, find, quantity
from sandbox.servers.web import Answer, Call, House, Refused

TYPE = "JSON_LISTINGS_FEED"


class Feeds:
    """The Feeds API of one server; uploads wait in the journal's documents."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._looks: dict[str, int] = {}
        self._documents = 0

    def create_document(self, call: Call, account: Account) -> Answer:
        """POST /feeds/2021-06-30/documents."""
        if not str(call.json.get("contentType", "")).lower().startswith("application/json"):
            raise Refused(400, "InvalidInput", "contentType must be application/json; charset=UTF-8")
        self._documents += 1
        count = f"{len(call.world.requested):06d}-{self._documents:06d}"
        document_id = f"amzn1.tortuga.4.{account.name}.in.{count}"
        url = f"{call.house.urls['amazon']}/uploads/{document_id}"
        return Answer({"feedDocumentId": document_id, "url": url}, 201)

    def upload(self, call: Call) -> Answer:
        """PUT to the address of a feed document: no token."""
        with self._house.simulation.journal.transaction():
            self._house.simulation.journal.keep(call.parts["documentId"], call.body)
        return Answer(b"", content_type="text/plain")

    def create(self, call: Call, account: Account) -> Answer:
        """POST /feeds/2021-06-30/feeds."""
        body = call.json
        if body.get("feedType") != TYPE:
            raise Refused(400, "InvalidInput", f"feed type {body.get('feedType')} is not known here")
        places = list(body.get("marketplaceIds", []))
        if not places or any(place not in account.ids for place in places):
            raise Refused(403, "Unauthorized", "the account does not sell in these marketplaces")
        given = str(body.get("inputFeedDocumentId", ""))
        content = self._house.simulation.journal.document(given)
        if content is None or f".{account.name}.in." not in given:
            raise Refused(400, "InvalidInput", f"nothing was uploaded to {given}")
        pushes, report = self._judge(call, account, content)
        result_id = given.replace(".in.", ".out.")
        if pushes:
            call.do("push", pushes=pushes)
        found = self._house.simulation.do(
            "request",
            kind="feed",
            account=account.name,
            what=TYPE,
            marketplaces=places,
            options={},
            document_id=result_id,
            document=(result_id, json.dumps(report).encode()),
        )
        return Answer({"feedId": found.request_id}, 202)

    def _judge(self, call: Call, account: Account, content: bytes) -> tuple[list[tuple[int, int]], dict[str, Any]]:
        """(quantities to show, processing report) of an uploaded feed."""
        pushes: list[tuple[int, int]] = []
        issues: list[dict[str, Any]] = []
        try:
            feed = json.loads(content)
            messages, seller = feed["messages"], feed["header"]["sellerId"]
        except (ValueError, KeyError, TypeError):
            messages, seller = [], account.seller_id
            issues.append(_issue(None, "", Faulty("4000001", "The feed is no JSON of the listings feed schema")))
        for message in messages:
            number, sku = message.get("messageId"), str(message.get("sku", ""))
            try:
                if message.get("operationType") != "PATCH":
                    raise Faulty("4000002", f"operationType {message.get('operationType')} is not known here")
                listing = find(call.world, account, seller, sku)
                units = quantity(call.world, listing, message.get("patches", []))
                if units is not None:
                    pushes.append((listing.index, units))
            except (Faulty, Refused) as fault:
                code = fault.code if isinstance(fault, Faulty) else "4000000"
                issues.append(_issue(number, sku, Faulty(code, str(fault))))
        refused = len({item.get("messageId") for item in issues if "messageId" in item})
        report = {
            "header": {"sellerId": account.seller_id, "version": "2.0", "feedId": call.world.next_request()},
            "issues": issues,
            "summary": {
                "errors": len(issues),
                "warnings": 0,
                "messagesProcessed": len(messages),
                "messagesAccepted": len(messages) - refused,
                "messagesInvalid": refused,
            },
        }
        return pushes, report

    def get(self, call: Call, account: Account) -> Answer:
        """GET /feeds/2021-06-30/feeds/{feedId}."""
        found = call.world.requested.get(call.parts["feedId"])
        if found is None or found.account != account.name or found.kind != "feed":
            raise Refused(404, "NotFound", f"there is no feed {call.parts['feedId']}")
        answer = Answer(self._feed(found))
        self._looks[found.request_id] = self._looks.get(found.request_id, 0) + 1
        return answer

    def _feed(self, found: Requested) -> dict[str, Any]:
        looks = self._looks.get(found.request_id, 0)
        status = ("IN_QUEUE", "IN_PROGRESS")[looks] if looks < 2 else "DONE"
        times = {"processingStartTime": stamp(found.created_at + 5)} if status != "IN_QUEUE" else {}
        if status == "DONE":
            times["processingEndTime"] = stamp(found.created_at + 30)
            times["resultFeedDocumentId"] = found.document_id
        return {
            "feedId": found.request_id,
            "feedType": found.what,
            "marketplaceIds": found.marketplaces,
            "createdTime": stamp(found.created_at),
            "processingStatus": status,
            **times,
        }

    def document(self, call: Call, account: Account) -> Answer:
        """GET /feeds/2021-06-30/documents/{feedDocumentId}."""
        document_id = call.parts["feedDocumentId"]
        if f".{account.name}." not in document_id or self._house.simulation.journal.document(document_id) is None:
            raise Refused(404, "NotFound", f"there is no feed document {document_id}")
        until = int(call.house.time("amazon")) + 300
        url = f"{call.house.urls['amazon']}/documents/{document_id}?until={until}"
        return Answer({"feedDocumentId": document_id, "url": url})


def _issue(message: int | None, sku: str, fault: Faulty) -> dict[str, Any]:
    found: dict[str, Any] = {"code": fault.code, "severity": "ERROR", "message": fault.message}
    found |= {} if message is None else {"messageId": message}
    return found | ({"sku": sku} if sku else {})
