"""Amazon's Selling Partner API: login, rates, one way to ask.

Belongs here: LWA tokens, the rate of each operation (the usage plans of Amazon's own models), the client. Does not:
what is asked for a dataset (the modules beside this one). Models: ../shared/specs/amazon-sp-api.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pipelines.credentials import Redactor, Secret
from pipelines.sources.clock import Clock
from pipelines.sources.errors import UnexpectedAnswer, field_of
from pipelines.sources.extracts import Answer
from pipelines.sources.pacing import Rate
from pipelines.sources.session import Call, Session

LOGIN_URL = "https://api.amazon.com/auth/o2/token"
EARLY_SECONDS = 60  # a token is renewed this long before it ends, so that none ends on its way
LOGIN_RATE = Rate(1, 5)

RATES: dict[str, Rate] = {
    "getInventorySummaries": Rate(2, 2),
    "searchOrders": Rate(0.0056, 20),
    "getOrder": Rate(0.5, 30),
    "getReports": Rate(0.0222, 10),
    "createReport": Rate(0.0167, 15),
    "getReport": Rate(2, 15),
    "getReportDocument": Rate(0.0167, 15),
    "getShipments": Rate(2, 30),
    "getShipmentItems": Rate(2, 30),
    "listInventory": Rate(2, 2),
    "listInboundShipments": Rate(1, 1),
    # the models give no figure for AWD's replenishment and Amazon's tracking: the slowest of their neighbours
    "listReplenishmentOrders": Rate(1, 1),
    "createReplenishmentOrder": Rate(1, 1),
    "confirmReplenishmentOrder": Rate(1, 1),
    "getReplenishmentOrder": Rate(1, 1),
    "getShipmentTracking": Rate(1, 1),
    "patchListingsItem": Rate(5, 5),
    "createFeedDocument": Rate(0.5, 15),
    "createFeed": Rate(0.0083, 15),
    "getFeed": Rate(2, 15),
    "getFeedDocument": Rate(0.0222, 10),
    "createInboundPlan": Rate(2, 2),
    "getInboundPlan": Rate(2, 6),
    "cancelInboundPlan": Rate(2, 2),
    "listInboundPlans": Rate(2, 6),
    "generatePackingOptions": Rate(2, 2),
    "listPackingOptions": Rate(2, 6),
    "confirmPackingOption": Rate(2, 2),
    "listPackingGroupItems": Rate(2, 30),
    "setPackingInformation": Rate(2, 2),
    "generatePlacementOptions": Rate(2, 2),
    "listPlacementOptions": Rate(2, 6),
    "confirmPlacementOption": Rate(2, 2),
    "getShipment": Rate(2, 6),
    "listShipmentItems": Rate(2, 30),
    "getInboundOperationStatus": Rate(2, 6),
}


class LoginWithAmazon:
    """Access tokens from a refresh token; each lives an hour."""

    def __init__(self, session: Session, path: str, *, secrets: Mapping[str, Secret], redactor: Redactor) -> None:
        self._session = session
        self._path = path
        self._secrets = secrets
        self._redactor = redactor
        self._token: Secret | None = None
        self._ends_at: dt.datetime | None = None

    def headers(self) -> Mapping[str, str]:
        """The token's header; a token near its end is replaced first."""
        now = self._session.clock.now()
        if self._token is None or self._ends_at is None or now >= self._ends_at:
            self._token, seconds = self._log_in()
            self._ends_at = now + dt.timedelta(seconds=max(0, seconds - EARLY_SECONDS))
        return {"x-amz-access-token": self._token.reveal()}

    def renew(self) -> bool:
        """Forgets the token: Amazon may end one before its time."""
        self._token = None
        return True

    def _log_in(self) -> tuple[Secret, float]:
        answer = self._session.json(
            Call(
                "POST",
                self._path,
                "logInWithAmazon",
                LOGIN_RATE,
                body={
                    "grant_type": "refresh_token",
                    **{name: self._secrets[name].reveal() for name in ("refresh_token", "client_id", "client_secret")},
                },
            )
        )
        token = Secret(str(field_of(answer, "access_token")))
        self._redactor.add(token)
        try:
            return token, float(answer.get("expires_in", 3600))
        except (TypeError, ValueError):
            raise UnexpectedAnswer("logInWithAmazon: expires_in is no number") from None


class SellingPartner:
    """One account at one endpoint."""

    def __init__(self, session: Session, *, seller_id: str = "") -> None:
        self.session = session
        self.seller_id = seller_id

    @property
    def clock(self) -> Clock:
        """The clock that it waits by."""
        return self.session.clock

    def ask(
        self,
        operation: str,
        path: str,
        *,
        method: str = "GET",
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        is_repeatable: bool = True,
    ) -> Answer:
        """One call; raises UnableToFetch."""
        answer = self.session.json(
            Call(method, path, operation, RATES[operation], params=params or {}, body=body, is_repeatable=is_repeatable)
        )
        if not isinstance(answer, dict):
            raise UnexpectedAnswer(f"{operation}: the answer is no object")
        return answer


def next_token(answer: Answer) -> str | None:
    """The token of the next page where it stands in `pagination`."""
    return (answer.get("pagination") or {}).get("nextToken") or None
