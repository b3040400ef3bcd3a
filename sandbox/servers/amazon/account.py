"""Seller accounts, tokens and limits: what every operation of the Selling Partner API shares.

Belongs here: two accounts (America; Europe, whose marketplaces share one Pan-EU stock), login with Amazon, the usage
plan of each operation as documented in the models, Amazon's words for refusals.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

from sandbox.living.world import instant
from sandbox.network import AMAZON_DE, AMAZON_US, FBA_DE, FBA_US
from sandbox.servers.web import Answer, Call, Handler, Refused

TOKEN_SECONDS = 3600


@dataclass(frozen=True)
class Account:
    """A seller account: its first marketplace is where its listings are sold."""

    name: str
    seller_id: str
    shop: int
    fba: int
    marketplaces: tuple[tuple[str, str, str], ...]  # (id, country, domain)
    refresh_token: str
    encoding: str

    @property
    def ids(self) -> tuple[str, ...]:
        """The marketplaces' ids."""
        return tuple(item[0] for item in self.marketplaces)


ACCOUNTS = {
    "us": Account(
        "us",
        "A2SANDBOXUS01",
        AMAZON_US,
        FBA_US,
        (("ATVPDKIKX0DER", "US", "Amazon.com"),),
        "Atzr|sandbox-us-refresh-token",
        "Cp1252",
    ),
    "eu": Account(
        "eu",
        "A2SANDBOXEU01",
        AMAZON_DE,
        FBA_DE,
        (
            ("A1PA6795UKMFR9", "DE", "Amazon.de"),
            ("A13V1IB3VIYZZH", "FR", "Amazon.fr"),
            ("APJ6JRA9NG5V4", "IT", "Amazon.it"),
            ("A1RKKUPIHCS9HS", "ES", "Amazon.es"),
        ),
        "Atzr|sandbox-eu-refresh-token",
        "UTF-8",
    ),
}
CLIENT_ID = "amzn1.application-oa2-client.sandbox"
CLIENT_SECRET = "amzn1.oa2-cs.v1.sandbox-secret"  # noqa: S105 a secret of a world that is not real  # nosec B105

# operation -> (requests a second, burst), the default usage plans of Amazon's models
RATES: dict[str, tuple[float, float]] = {
    "getInventorySummaries": (2, 2),
    "searchOrders": (0.0056, 20),
    "getOrder": (0.5, 30),
    "getReports": (0.0222, 10),
    "createReport": (0.0167, 15),
    "cancelReport": (0.0222, 10),
    "getReport": (2, 15),
    "getReportDocument": (0.0167, 15),
    "getShipments": (2, 30),
    "getShipmentItems": (2, 30),
    "getShipmentItemsByShipmentId": (2, 30),
    "listInboundPlans": (2, 6),
    "getInboundPlan": (2, 6),
    "listInboundPlanItems": (2, 6),
    "listPackingOptions": (2, 6),
    "listPlacementOptions": (2, 6),
    "listTransportationOptions": (2, 6),
    "getShipment": (2, 6),
    "getInboundOperationStatus": (2, 6),
    "listShipmentItems": (2, 30),
    "listPackingGroupItems": (2, 30),
    "getListingsItem": (5, 10),
    "patchListingsItem": (5, 5),
    "createFeedDocument": (0.5, 15),
    "createFeed": (0.0083, 15),
    "getFeed": (2, 15),
    "getFeedDocument": (0.0222, 10),
    "listInventory": (2, 2),
    "listReplenishmentOrders": (1, 1),
    "createReplenishmentOrder": (1, 1),
    "getReplenishmentOrder": (2, 2),
    "confirmReplenishmentOrder": (1, 1),
    "getShipmentTracking": (5, 5),
}
_DEFAULT_RATE = (2.0, 2.0)  # the inbound plans' commands


class Tokens:
    """Access tokens that are valid now; a restart of the server forgets them, as nothing is lost by that."""

    def __init__(self) -> None:
        self._valid: dict[str, tuple[str, float]] = {}

    def issue(self, account: str, *, until: float) -> str:
        """A new token."""
        text = f"{account} {until} {len(self._valid)}"
        token = "Atza|" + base64.urlsafe_b64encode(sha256(text.encode()).digest()).decode().rstrip("=")
        self._valid[token] = (account, until)
        return token

    def account_of(self, token: str, *, now: float) -> str:
        """Whose token it is.

        Raises:
            Refused: when it is none, or no longer one.
        """
        if not token:
            raise Refused(403, "Unauthorized", "Access to requested resource is denied.")
        account, until = self._valid.get(token, ("", 0.0))
        if not account or now >= until:
            raise Refused(403, "Unauthorized", "The access token you provided has expired.")
        return account


def words(refused: Refused) -> Answer:
    """Amazon's list of errors."""
    error = {"code": refused.code, "message": refused.message, "details": ""}
    return Answer({"errors": [error]}, refused.status, refused.headers)


def login(tokens: Tokens) -> Handler:
    """POST /auth/o2/token."""

    def handle(call: Call) -> Answer:
        if call.headers.get("content-type", "").startswith("application/json"):
            given = {name: str(value) for name, value in call.json.items()}
        else:
            given = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
        if given.get("client_id") != CLIENT_ID or given.get("client_secret") != CLIENT_SECRET:
            return Answer({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
        if given.get("grant_type") != "refresh_token":
            return Answer({"error": "unsupported_grant_type", "error_description": "pass refresh_token"}, 400)
        name = next((item.name for item in ACCOUNTS.values() if item.refresh_token == given.get("refresh_token")), "")
        if not name:
            return Answer({"error": "invalid_grant", "error_description": "The request has an invalid grant"}, 400)
        token = tokens.issue(name, until=call.house.time("amazon") + TOKEN_SECONDS)
        return Answer(
            {
                "access_token": token,
                "refresh_token": given["refresh_token"],
                "token_type": "bearer",  # nosec B105
                "expires_in": TOKEN_SECONDS,
            },
            headers={"Cache-Control": "no-store"},
        )

    return handle


Operation = Callable[[Call, Account], Answer]


def guarded(tokens: Tokens, operation: str, handle: Operation) -> Handler:
    """An operation behind its token and its bucket; its answer says the limit, as Amazon's does."""
    rate, burst = RATES.get(operation, _DEFAULT_RATE)

    @wraps(handle)
    def guard(call: Call) -> Answer:
        name = tokens.account_of(call.headers.get("x-amz-access-token", ""), now=call.house.time("amazon"))
        limit = {"x-amzn-RateLimit-Limit": str(rate)}
        if call.house.limits.take(("amazon", name, operation), rate=rate, burst=burst):
            answer = words(Refused(429, "QuotaExceeded", "You exceeded your quota for the requested resource."))
            return Answer(answer.body, 429, limit)
        call.account = name
        answer = handle(call, ACCOUNTS[name])
        return Answer(answer.body, answer.status, {**limit, **answer.headers}, answer.content_type)

    return guard


def stamp(seconds: float) -> str:
    """A UTC moment as Amazon writes it."""
    return instant(int(seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str, name: str) -> int:
    """The second of an ISO moment with its zone.

    Raises:
        Refused: when it is none.
    """
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise Refused(400, "InvalidInput", f"{name}: {text} is no ISO 8601 moment") from error
    if found.tzinfo is None:
        raise Refused(400, "InvalidInput", f"{name}: {text} lacks its zone")
    return int(found.timestamp())


def page_token(**state: Any) -> str:
    """Where the next page begins, in a form that clients do not read."""
    return base64.urlsafe_b64encode(json.dumps(state, separators=(",", ":")).encode()).decode()


def read_token(text: str) -> dict[str, Any]:
    """What a page token says.

    Raises:
        Refused: when it is none.
    """
    try:
        found = json.loads(base64.urlsafe_b64decode(text.encode()))
    except ValueError as error:
        raise Refused(400, "InvalidInput", "the token is not one of ours") from error
    if not isinstance(found, dict):
        raise Refused(400, "InvalidInput", "the token is not one of ours")
    return found


def marketplace(account: Account, ids: list[str]) -> str:
    """The one marketplace that a call names.

    Raises:
        Refused: when it is not one of the account's.
    """
    if len(ids) != 1:
        raise Refused(400, "InvalidInput", "pass exactly one marketplace")
    if ids[0] not in account.ids:
        raise Refused(403, "Unauthorized", f"the account does not sell in marketplace {ids[0]}")
    return ids[0]
