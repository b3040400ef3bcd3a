"""GWMS, an overseas warehouse's system (OpenAPI in ../shared/specs/gwms): login and one way to ask.

Belongs here: tokens and the call. Does not: what is read (`datasets.py`) and what is told (`orders.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pipelines.credentials import Redactor, Secret
from pipelines.sources.errors import Rejected, UnexpectedAnswer, field_of
from pipelines.sources.extracts import Answer
from pipelines.sources.pacing import Rate
from pipelines.sources.session import Call, Session

CALLS = Rate(5, 5)  # the vendor says 429 and no figure
EARLY_SECONDS = 60
PAGE_SIZE = 100


class BearerLogin:
    """Tokens by the three credentials; each lives as long as its answer says."""

    def __init__(self, session: Session, *, secrets: Mapping[str, Secret], redactor: Redactor) -> None:
        self._session = session
        self._secrets = secrets
        self._redactor = redactor
        self._token: Secret | None = None
        self._ends_at: dt.datetime | None = None

    def headers(self) -> Mapping[str, str]:
        """The token's header; a token near its end is replaced first."""
        now = self._session.clock.now()
        if self._token is None or self._ends_at is None or now >= self._ends_at:
            credentials = {
                "clientId": self._secrets["client_id"].reveal(),
                "clientSecret": self._secrets["client_secret"].reveal(),
                "apiKey": self._secrets["api_key"].reveal(),
            }
            answer = self._session.json(Call("POST", "/auth-api/token", "getAccessToken", CALLS, body=credentials))
            self._token = Secret(str(field_of(answer, "access_token")))
            self._redactor.add(self._token)
            seconds = max(0, int(field_of(answer, "expires_in")) - EARLY_SECONDS)
            self._ends_at = now + dt.timedelta(seconds=seconds)
        return {"Authorization": f"Bearer {self._token.reveal()}"}

    def renew(self) -> bool:
        """Forgets the token."""
        self._token = None
        return True


class Gwms:
    """One account of one warehouse system."""

    def __init__(self, session: Session, *, warehouse: str) -> None:
        self.session = session
        self.warehouse = warehouse

    def ask(
        self,
        operation: str,
        path: str,
        *,
        method: str = "GET",
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        is_repeatable: bool = True,
    ) -> Answer:
        """One call; raises UnableToFetch, also where the answer says `success: false`."""
        answer = self.session.json(
            Call(method, path, operation, CALLS, params or {}, body, headers or {}, is_repeatable=is_repeatable)
        )
        if not isinstance(answer, dict):
            raise UnexpectedAnswer(f"{operation}: the answer is no object")
        if not field_of(answer, "success"):
            text = f"{operation}: the warehouse refused it: {answer.get('code')} {answer.get('message')}"
            raise Rejected(self.session.redactor.clean(text), status=400, code=str(answer.get("code", "")))
        return answer
