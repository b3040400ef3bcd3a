"""Quantities of merchant-fulfilled listings told to Amazon: one listing by PATCH, a burst by the JSON listings feed.

Belongs here: both calls and what Amazon answers. Does not: which quantity is right and when it is sent (the core's
outbox and its worker). FBA stock cannot be told: Amazon owns it.
"""

from __future__ import annotations

import gzip
import json
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.sources.amazon.client import SellingPartner
from pipelines.sources.errors import UnableToFetch, UnexpectedAnswer, field_of
from pipelines.sources.extracts import Answer

FEED_TYPE = "JSON_LISTINGS_FEED"
FEED_CONTENT = "application/json; charset=UTF-8"
ANY_PRODUCT_TYPE = "PRODUCT"  # Amazon takes it where only an offer's attributes change
FEEDS = "/feeds/2021-06-30"
MOST_MESSAGES = 25_000  # Amazon's limit of one listings feed


@dataclass(frozen=True)
class Quantity:
    """How many units of a listing a buyer may order; never negative."""

    seller_sku: str
    units: int
    product_type: str = ANY_PRODUCT_TYPE

    def __post_init__(self) -> None:
        if self.units < 0:
            raise ValueError(f"{self.seller_sku}: {self.units} units cannot be offered")


@dataclass(frozen=True)
class Submission:
    """What Amazon made of one listing: accepted or not, with its reasons."""

    seller_sku: str
    is_accepted: bool
    submission_id: str
    issues: tuple[str, ...] = ()


def set_quantity(amazon: SellingPartner, quantity: Quantity, *, marketplace: str) -> Submission:
    """patchListingsItem; setting the same quantity again changes nothing, so it is repeated where an answer is lost."""
    sku = urllib.parse.quote(quantity.seller_sku, safe="")
    answer = amazon.ask(
        "patchListingsItem",
        f"/listings/2021-08-01/items/{amazon.seller_id}/{sku}",
        method="PATCH",
        params={"marketplaceIds": marketplace},
        body={"productType": quantity.product_type, "patches": [_patch(quantity)]},
    )
    return Submission(
        seller_sku=quantity.seller_sku,
        is_accepted=field_of(answer, "status") == "ACCEPTED",
        submission_id=str(field_of(answer, "submissionId")),
        issues=tuple(_issue(issue) for issue in answer.get("issues") or ()),
    )


def send_feed(amazon: SellingPartner, quantities: Sequence[Quantity], *, marketplace: str) -> str:
    """Sends many quantities as one feed and returns its id; `feed_result` says later what became of each."""
    if len(quantities) > MOST_MESSAGES:
        raise ValueError(f"{len(quantities)} quantities: {MOST_MESSAGES} are the most that one feed takes")
    document = amazon.ask("createFeedDocument", f"{FEEDS}/documents", method="POST", body={"contentType": FEED_CONTENT})
    content = json.dumps(feed_document(amazon.seller_id, quantities), ensure_ascii=False).encode()
    amazon.session.upload(field_of(document, "url"), content, content_type=FEED_CONTENT, operation="createFeedDocument")
    answer = amazon.ask(
        "createFeed",
        f"{FEEDS}/feeds",
        method="POST",
        body={
            "feedType": FEED_TYPE,
            "marketplaceIds": [marketplace],
            "inputFeedDocumentId": field_of(document, "feedDocumentId"),
        },
    )
    return str(field_of(answer, "feedId"))


def feed_document(seller_id: str, quantities: Sequence[Quantity]) -> Answer:
    """The feed's text; messages are numbered from 1 in the order of the quantities."""
    return {
        "header": {"sellerId": seller_id, "version": "2.0", "issueLocale": "en_US"},
        "messages": [
            {
                "messageId": number,
                "sku": quantity.seller_sku,
                "operationType": "PATCH",
                "productType": quantity.product_type,
                "patches": [_patch(quantity)],
            }
            for number, quantity in enumerate(quantities, start=1)
        ],
    }


def feed_result(amazon: SellingPartner, feed_id: str) -> dict[str, tuple[str, ...]] | None:
    """None while Amazon works; then the errors by seller SKU, empty where everything was taken."""
    feed = amazon.ask("getFeed", f"{FEEDS}/feeds/{feed_id}")
    status = field_of(feed, "processingStatus")
    if status in ("IN_QUEUE", "IN_PROGRESS"):
        return None
    if status != "DONE":
        raise UnableToFetch(f"the feed {feed_id} is {status}: none of its quantities counts; send them anew")
    document = amazon.ask("getFeedDocument", f"{FEEDS}/documents/{field_of(feed, 'resultFeedDocumentId')}")
    with amazon.session.download(field_of(document, "url"), operation="getFeedDocument") as (chunks, _):
        content = b"".join(chunks)
    try:
        report = json.loads(gzip.decompress(content) if document.get("compressionAlgorithm") == "GZIP" else content)
    except (OSError, ValueError):
        raise UnexpectedAnswer(f"the result of the feed {feed_id} is no JSON") from None
    errors: dict[str, tuple[str, ...]] = {}
    for issue in report.get("issues") or ():
        if issue.get("severity") == "ERROR":
            sku = str(issue.get("sku", ""))
            errors[sku] = (*errors.get(sku, ()), _issue(issue))
    return errors


def _patch(quantity: Quantity) -> Answer:
    value = [{"fulfillment_channel_code": "DEFAULT", "quantity": quantity.units}]
    return {"op": "replace", "path": "/attributes/fulfillment_availability", "value": value}


def _issue(issue: Answer) -> str:
    return f"{issue.get('severity', '')} {issue.get('code', '')}: {issue.get('message', '')}"
