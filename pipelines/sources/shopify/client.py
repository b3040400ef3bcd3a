"""Shopify's Admin GraphQL (2026-10): one way to ask, paced by what each query costs.

Belongs here: the call, throttling by cost, errors in words. Does not: queries (`queries.py`), datasets (`datasets.py`).
Shopify gives each app a bucket of points a shop: a query that finds too few is answered `THROTTLED` with HTTP 200.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pipelines.credentials import Secret
from pipelines.sources.errors import Rejected, UnableToFetch, UnexpectedAnswer
from pipelines.sources.extracts import Answer
from pipelines.sources.pacing import Rate
from pipelines.sources.session import Call, Session

API_VERSION = "2026-10"
PATH = f"/admin/api/{API_VERSION}/graphql.json"
CALLS = Rate(10, 20)  # Shopify counts points, not calls; this keeps a mistake of ours from becoming a storm
ATTEMPTS = 8
PASSING = {"THROTTLED", "INTERNAL_SERVER_ERROR", "TIMEOUT"}  # another try may get an answer
LONGEST_REFILL_SECONDS = 60  # the largest bucket refills within this


class AccessToken:
    """The token of a custom app: it does not end, so there is nothing to renew."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def headers(self) -> Mapping[str, str]:
        """The token's header."""
        return {"X-Shopify-Access-Token": self._token.reveal()}

    def renew(self) -> bool:
        """False: a token that is refused was taken back by a person."""
        return False


class Shop:
    """One shop. Knows how many points are left and waits where the next query would not find enough."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._costs: dict[str, float] = {}
        self._available: float | None = None
        self._restores = 1.0
        self._seen_at: dt.datetime | None = None

    def ask(self, operation: str, query: str, variables: Mapping[str, Any]) -> Answer:
        """The answer's `data`; raises UnableToFetch. A lost answer is asked again: mutations carry a key."""
        errors: Any = None
        for _ in range(ATTEMPTS):
            self._wait_for_points(self._costs.get(operation, 0.0))
            answer = self.session.json(
                Call("POST", PATH, operation, CALLS, body={"query": query, "variables": dict(variables)})
            )
            if not isinstance(answer, dict):
                raise UnexpectedAnswer(f"{operation}: the answer is no object")
            self._learn(operation, answer)
            errors = answer.get("errors")
            if not errors:
                data = answer.get("data")
                if not isinstance(data, dict):
                    raise UnexpectedAnswer(f"{operation}: the answer holds no data")
                return data
            if not _codes(errors) & PASSING:
                raise self._rejection(operation, errors)
            self.session.clock.sleep(self._refill_seconds(self._costs.get(operation, 0.0)))
        said = ", ".join(sorted(_codes(errors)))
        raise UnableToFetch(f"{operation}: Shopify said {said} {ATTEMPTS} times; the next run asks again")

    def _wait_for_points(self, cost: float) -> None:
        if self._available is None or self._seen_at is None:
            return
        elapsed = (self.session.clock.now() - self._seen_at).total_seconds()
        if self._available + elapsed * self._restores < cost:
            self.session.clock.sleep(self._refill_seconds(cost) - elapsed)

    def _refill_seconds(self, cost: float) -> float:
        missing = max(1.0, cost - (self._available or 0.0))
        return min(missing / self._restores, LONGEST_REFILL_SECONDS)

    def _learn(self, operation: str, answer: Answer) -> None:
        cost = (answer.get("extensions") or {}).get("cost") or {}
        status = cost.get("throttleStatus") or {}
        if "requestedQueryCost" in cost:
            self._costs[operation] = float(cost["requestedQueryCost"])
        if "currentlyAvailable" in status and float(status.get("restoreRate") or 0) > 0:
            self._available = float(status["currentlyAvailable"])
            self._restores = float(status["restoreRate"])
            self._seen_at = self.session.clock.now()

    def _rejection(self, operation: str, errors: Any) -> UnableToFetch:
        if not isinstance(errors, list):
            return Rejected(self.session.redactor.clean(f"{operation}: {str(errors)[:300]}"), status=400)
        messages = "; ".join(str(error.get("message", ""))[:200] for error in errors if isinstance(error, dict))
        says = self.session.redactor.clean(f"{operation}: Shopify refused it: {messages}")
        if "ACCESS_DENIED" in _codes(errors):
            return Rejected(f"{says}; give the app the scope that it names", status=403, code="ACCESS_DENIED")
        return Rejected(says, status=400)


def _codes(errors: Any) -> set[str]:
    if not isinstance(errors, list):
        return set()
    return {str((error.get("extensions") or {}).get("code", "")) for error in errors if isinstance(error, dict)}
