"""HTTP as every connector speaks it: paced, patient, and silent about secrets.

Belongs here: timeouts, retries, pacing, fresh tokens, errors in words. Does not: what is asked (`<vendor>/`). Only
https, or http to this machine, is spoken to; redirects are refused, because a token would travel with them.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import http.client
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import requests
import urllib3

from pipelines.credentials import Redactor, without_queries
from pipelines.sources.clock import Clock
from pipelines.sources.errors import Rejected, UnableToFetch, UnexpectedAnswer, Unreachable, checked_url
from pipelines.sources.pacing import Pacer, Rate

CONNECT_SECONDS = 10
READ_SECONDS = 60
LONGEST_STEP_SECONDS = 60  # of the growing waits where the vendor names none: eight tries are four minutes
CHUNK_BYTES = 1 << 16


@dataclass(frozen=True)
class Patience:
    """How often a call is made before it is given up, and the longest wait that is obeyed in between."""

    attempts: int = 8
    longest_seconds: float = 900  # Amazon's slowest bucket gives one call in 179 s; a longer order is a day's outage


@dataclass(frozen=True)
class Call:
    """One call. One that is not repeatable may have had its effect when its answer is lost: it is not sent again."""

    method: str
    path: str
    operation: str
    rate: Rate
    params: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_repeatable: bool = True


class Authorization(Protocol):
    """What a vendor wants beside each call."""

    def headers(self) -> Mapping[str, str]:
        """Headers with a token that is still good."""

    def renew(self) -> bool:
        """Forgets the token after a refusal; False when there is nothing to renew."""


class _WithoutNetrc(requests.auth.AuthBase):
    """Keeps requests from putting a password of ~/.netrc over the vendor's token."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _QueriesStayOut(logging.Filter):
    """urllib3 logs each path with its query at DEBUG, which for a signed address is the key to the document."""

    def filter(self, record: logging.LogRecord) -> bool:
        cleaned = without_queries(record.getMessage())
        # urllib3 hands the query over inside the arguments: `"%s %s %s" 200`
        record.msg, record.args = cleaned, ()
        return True


_FILTER = _QueriesStayOut()


class Session:
    """Calls to one vendor for one account."""

    def __init__(
        self,
        base_url: str,
        *,
        account: str,
        clock: Clock,
        pacer: Pacer,
        redactor: Redactor,
        patience: Patience = Patience(),
        authorization: Authorization | None = None,
    ) -> None:
        self.base_url = checked_url(base_url).rstrip("/")
        self.account = account
        self.clock = clock
        self.redactor = redactor
        self.authorization = authorization
        self._pacer = pacer
        self._patience = patience
        self._requests = requests.Session()
        self._requests.auth = _WithoutNetrc()
        self._requests.headers["User-Agent"] = "diaobo/0.1 (Language=Python)"
        logger = logging.getLogger("urllib3.connectionpool")
        if _FILTER not in logger.filters:
            logger.addFilter(_FILTER)

    def close(self) -> None:
        """Closes the connections."""
        self._requests.close()

    def json(self, call: Call) -> Any:
        """The answer as JSON; raises UnableToFetch."""
        response = self.send(call)
        try:
            return response.json()
        except requests.exceptions.JSONDecodeError:
            raise UnexpectedAnswer(self._says(call, "answered with something that is no JSON")) from None

    def send(self, call: Call) -> requests.Response:
        """The answer, once it is a good one; raises UnableToFetch."""
        is_renewed = False
        problem = ""
        kind: type[UnableToFetch] = UnableToFetch
        for attempt in range(1, self._patience.attempts + 1):
            self._pacer.wait(self.account, call.operation, call.rate)
            try:
                response = self._once(call)
            except requests.exceptions.RequestException as error:
                problem = f"could not be reached ({type(error).__name__})"
                if not call.is_repeatable and not isinstance(error, requests.exceptions.ConnectTimeout):
                    raise UnableToFetch(
                        self._says(
                            call, f"{problem}, and may have done it all the same; look there before it is repeated"
                        )
                    ) from None
                kind = Unreachable
                self._wait(min(2.0**attempt, LONGEST_STEP_SECONDS))
                continue
            kind = UnableToFetch
            self._learn(call, response)
            if response.ok and not response.is_redirect:
                return response
            if response.status_code in (401, 403) and self.authorization and not is_renewed:
                is_renewed = self.authorization.renew()
                if is_renewed:
                    continue
            if response.status_code == 429:
                problem = "said 429: more calls than it allows"
                self._pacer.drain(self.account, call.operation)
                self._wait(self._asked_to_wait(response) or min(2.0**attempt, LONGEST_STEP_SECONDS))
            elif response.status_code >= 500 and call.is_repeatable:
                problem = f"answered {response.status_code}"
                self._wait(self._asked_to_wait(response) or min(2.0**attempt, LONGEST_STEP_SECONDS))
            else:
                raise self._rejection(call, response)
        raise kind(
            self._says(
                call,
                f"{problem}, {self._patience.attempts} times; what was there before stays, the next run asks again",
            )
        )

    @contextmanager
    def download(self, url: str, *, operation: str) -> Iterator[tuple[Iterator[bytes], Mapping[str, str]]]:
        """A document behind a signed address: its bytes as they come and its headers. No token is sent along."""
        checked_url(url)
        problem = ""
        for attempt in range(1, self._patience.attempts + 1):
            try:
                response = self._requests.get(
                    url, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=False
                )
            except requests.exceptions.RequestException as error:
                problem = f"could not be reached ({type(error).__name__})"
                self._wait(min(2.0**attempt, LONGEST_STEP_SECONDS))
                continue
            if response.status_code == 200:
                with response:
                    yield self._chunks(response, url, operation), response.headers
                return
            response.close()
            problem = f"answered {response.status_code}"
            if response.status_code < 500 and response.status_code != 429:
                break
            self._wait(self._asked_to_wait(response) or min(2.0**attempt, LONGEST_STEP_SECONDS))
        raise UnableToFetch(f"{operation}: {self.redactor.clean(url)} {problem}; the next run asks for it anew")

    def upload(self, url: str, content: bytes, *, content_type: str, operation: str) -> None:
        """Puts a document behind a signed address; putting the same again changes nothing."""
        checked_url(url)
        problem = ""
        for attempt in range(1, self._patience.attempts + 1):
            try:
                response = self._requests.put(
                    url,
                    data=content,
                    headers={"Content-Type": content_type},
                    timeout=(CONNECT_SECONDS, READ_SECONDS),
                    allow_redirects=False,
                )
            except requests.exceptions.RequestException as error:
                problem = f"could not be reached ({type(error).__name__})"
            else:
                if response.ok:
                    return
                problem = f"answered {response.status_code}"
                if response.status_code < 500 and response.status_code != 429:
                    break
            self._wait(min(2.0**attempt, LONGEST_STEP_SECONDS))
        raise UnableToFetch(f"{operation}: {self.redactor.clean(url)} {problem}")

    def _chunks(self, response: requests.Response, url: str, operation: str) -> Iterator[bytes]:
        """The body as it travelled: the vendor says itself how the document is packed."""
        try:
            yield from response.raw.stream(CHUNK_BYTES, decode_content=False)
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
            raise UnableToFetch(
                f"{operation}: {self.redactor.clean(url)} broke off ({type(error).__name__}); the next run asks anew"
            ) from None

    def _once(self, call: Call) -> requests.Response:
        headers = dict(call.headers)
        if self.authorization is not None:
            headers.update(self.authorization.headers())
        return self._requests.request(
            call.method,
            self.base_url + call.path,
            params=call.params,
            json=call.body,
            headers=headers,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
        )

    def _learn(self, call: Call, response: requests.Response) -> None:
        said = response.headers.get("x-amzn-RateLimit-Limit")
        try:
            per_second = float(said) if said else 0.0
        except ValueError:
            return
        if per_second > 0:
            self._pacer.learn(self.account, call.operation, per_second)

    def _asked_to_wait(self, response: requests.Response) -> float | None:
        """What `Retry-After` says, in seconds or as a date."""
        said = response.headers.get("Retry-After")
        if said is None:
            return None
        try:
            return max(0.0, float(said))
        except ValueError:
            pass
        try:
            until = email.utils.parsedate_to_datetime(said)
        except ValueError:
            return None
        until = until if until.tzinfo else until.replace(tzinfo=dt.UTC)
        return max(0.0, (until - self.clock.now()).total_seconds())

    def _wait(self, seconds: float) -> None:
        if seconds > self._patience.longest_seconds:
            raise UnableToFetch(
                f"{self.account}: the vendor asks to wait {seconds:,.0f} s, more than a run waits; "
                "the next one asks again"
            )
        self.clock.sleep(seconds)

    def _rejection(self, call: Call, response: requests.Response) -> UnableToFetch:
        code, message = "", ""
        try:
            document = response.json()
        except requests.exceptions.JSONDecodeError:
            document = None
        if isinstance(document, dict):
            error = (document.get("errors") or [document])[0] if isinstance(document.get("errors"), list) else document
            if isinstance(error, dict):
                code = str(error.get("code") or error.get("error") or "")
                message = str(error.get("message") or error.get("error_description") or "")
        says = " ".join(part for part in (str(response.status_code), code, message[:300]) if part)
        if response.is_redirect:
            says += " and points elsewhere, which is not followed; write the right url in company.toml"
        if response.status_code in (401, 403):
            says += "; see whether the secrets of this source are right and the account has granted the role"
        return Rejected(self._says(call, f"answered {says}"), status=response.status_code, code=code)

    def _says(self, call: Call, text: str) -> str:
        return self.redactor.clean(f"{self.account}: {call.operation} ({call.method} {call.path}) {text}")
