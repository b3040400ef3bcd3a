"""What every GWMS operation shares: the three credentials, tokens, envelopes, pages, warehouse codes."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from sandbox.living.world import instant
from sandbox.network import DE_3PL, DOMESTIC, US_3PL
from sandbox.servers.web import Answer, Call, Handler, Refused

CLIENT_ID = "LUMIVOSANDBOXCLIENT0000000000001"
CLIENT_SECRET = "bHVtaXZvLXNhbmRib3gtY2xpZW50LXNlY3JldC0wMDE="  # noqa: S105 a secret of a world that is not real  # nosec B105
API_KEY = "LUMIVOSANDBOXAPIKEY0000000000001"
CODES = {DOMESTIC: "SZ01", US_3PL: "ONT01", DE_3PL: "DUI01"}
WAREHOUSE_OF = {code: number for number, code in CODES.items()}
TOKEN_SECONDS = 3600
_LOGINS_A_MINUTE = 10
_CALLS_A_SECOND = 20.0
# The one API key may do everything, so that no operation asks for its scope.
_SCOPES = " ".join(
    f"{what}:{how}"
    for what in ("product", "warehouse", "stock", "inbound", "outbound", "express")
    for how in ("read", "write")
)


def _now(call: Call) -> str:
    return instant(call.world.now).strftime("%Y-%m-%dT%H:%M:%SZ")


def good(call: Call, data: Any, *, status: int = 200) -> Answer:
    """The envelope of an answer."""
    body = {"success": True, "code": "SUCCESS", "message": "操作成功", "timestamp": _now(call), "data": data}
    return Answer(body, status)


def page_of(call: Call, found: list[Any]) -> Answer:
    """One page of a list."""
    number, size = call.number("pageNumber", 1), call.number("pageSize", 20)
    if number < 1 or not 1 <= size <= 100:
        raise Refused(400, "VALIDATION_ERROR", "pageNumber is from 1 on, pageSize from 1 to 100")
    answer = good(call, found[(number - 1) * size : number * size])
    answer.body["pagination"] = {"total": len(found), "pageNumber": number, "size": size}
    return answer


def words(refused: Refused) -> Answer:
    """The envelope of a refusal."""
    body = {
        "success": False,
        "code": refused.code,
        "message": refused.message,
        "timestamp": "1970-01-01T00:00:00Z",
        "error": {"code": refused.code, "message": refused.message},
    }
    return Answer(body, refused.status, refused.headers)


def asked_warehouse(code: str) -> int:
    """A warehouse by its code.

    Raises:
        Refused: when there is none.
    """
    if code not in WAREHOUSE_OF:
        raise Refused(400, "INVALID_WAREHOUSE", f"仓库 {code} 不存在")
    return WAREHOUSE_OF[code]


class Tokens:
    """Access tokens that are valid now."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def login(self, call: Call) -> Answer:
        """POST /auth-api/token."""
        key = ("gwms", "sandbox", "token")
        if call.house.limits.take(key, rate=_LOGINS_A_MINUTE / 60, burst=_LOGINS_A_MINUTE):
            raise Refused(429, "AUTH005", "Rate limit exceeded", Retry_After="60")
        given = call.json
        wanted = {"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "apiKey": API_KEY}
        if not all(given.get(name) for name in wanted):
            raise Refused(400, "AUTH001", "clientId, clientSecret and apiKey are required")
        if any(given[name] != value for name, value in wanted.items()):
            raise Refused(401, "AUTH002", "Invalid client credentials")
        until = call.house.time("gwms") + TOKEN_SECONDS
        digest = sha256(f"{until} {len(self._until)}".encode()).digest()
        token = "eyJhbGciOiJIUzI1NiJ9." + base64.urlsafe_b64encode(digest).decode().rstrip("=") + ".c2FuZGJveA"
        self._until[token] = until
        return Answer(
            {
                "access_token": token,
                "api_key": API_KEY,
                "user_id": "1",
                "system_id": "gwms-sandbox",
                "vendor": "sandbox",
                "scope": _SCOPES,
                "token_type": "Bearer",  # nosec B105
                "expires_in": TOKEN_SECONDS,
                "client_id": CLIENT_ID,
            }
        )

    def check(self, call: Call) -> None:
        """Refuse a call without a valid token.

        Raises:
            Refused: in the documented words.
        """
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        if not token:
            raise Refused(401, "AUTH001", "Missing authorization header")
        if call.house.time("gwms") >= self._until.get(token, 0.0):
            raise Refused(401, "AUTH003", "Access token has expired or is invalid")


def guarded(tokens: Tokens, handle: Callable[[Call], Answer]) -> Handler:
    """An operation behind its token; one bucket for all, as the file names none but that there are limits."""

    @wraps(handle)
    def guard(call: Call) -> Answer:
        tokens.check(call)
        if call.house.limits.take(("gwms", "sandbox", "all"), rate=_CALLS_A_SECOND, burst=_CALLS_A_SECOND * 2):
            raise Refused(429, "RATE_LIMIT", "Rate limit exceeded", Retry_After="1")
        return handle(call)

    return guard
