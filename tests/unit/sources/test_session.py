"""Calls are paced and patient, and neither errors nor logs hold a secret."""

from __future__ import annotations

import itertools
import logging
from pathlib import Path

import pytest

from pipelines.credentials import Redactor, Secret, UnableToFindSecrets, find_secrets, require_secrets
from pipelines.sources.errors import Rejected, UnableToFetch, UnexpectedAnswer, checked_url
from pipelines.sources.pacing import Pacer, Rate
from pipelines.sources.session import Call, Patience, Session
from tests.vendor_server import CountingClock, Reply, Vendor

FAST = Rate(1000, 1000)


def _call(**changes: object) -> Call:
    return Call(**{"method": "GET", "path": "/things", "operation": "listThings", "rate": FAST, **changes})  # type: ignore[arg-type]


class _Tokens:
    """Hands out token 1, then token 2, ..."""

    def __init__(self) -> None:
        self.number = 1

    def headers(self) -> dict[str, str]:
        return {"x-token": f"token-number-{self.number}"}

    def renew(self) -> bool:
        self.number += 1
        return True


def test_a_good_answer_is_handed_on(session: Session, vendor: Vendor) -> None:
    vendor.on("GET", "/things", {"things": [1]})

    assert session.json(_call(params={"page": 2})) == {"things": [1]}
    assert vendor.asked[0].query == {"page": "2"}


def test_a_429_waits_as_long_as_the_vendor_says(session: Session, vendor: Vendor, clock: CountingClock) -> None:
    vendor.script = [Reply({}, 429, {"Retry-After": "17"}), Reply({"ok": True})]

    assert session.json(_call()) == {"ok": True}
    assert clock.slept[0] == 17
    assert (vendor.asked[1].at - vendor.asked[0].at).total_seconds() >= 17


def test_retry_after_may_be_a_date(session: Session, vendor: Vendor, clock: CountingClock) -> None:
    vendor.script = [Reply({}, 503, {"Retry-After": "Mon, 02 Nov 2026 12:00:40 GMT"}), Reply({"ok": True})]

    session.json(_call())

    assert clock.slept == [40]


def test_a_wait_longer_than_a_run_is_an_error_in_words(session: Session, vendor: Vendor, clock: CountingClock) -> None:
    vendor.script = [Reply({}, 429, {"Retry-After": "86400"})]

    with pytest.raises(UnableToFetch, match="more than a run waits"):
        session.json(_call())
    assert clock.slept == []


def test_server_errors_are_asked_again_with_growing_waits(
    session: Session, vendor: Vendor, clock: CountingClock
) -> None:
    vendor.script = [Reply({}, 500), Reply({}, 502), Reply({"ok": True})]

    session.json(_call())

    assert clock.slept == [2, 4]


def test_an_answer_that_breaks_off_is_asked_again(session: Session, vendor: Vendor) -> None:
    vendor.script = [Reply({"half": 1}, breaks_off=True), Reply({"whole": 1})]

    assert session.json(_call()) == {"whole": 1}


def test_patience_ends(vendor: Vendor, clock: CountingClock, pacer: Pacer, redactor: Redactor) -> None:
    session = Session(
        vendor.url, account="acme", clock=clock, pacer=pacer, redactor=redactor, patience=Patience(attempts=3)
    )
    vendor.on("GET", "/things", Reply({}, 500))

    with pytest.raises(UnableToFetch, match=r"acme: listThings .* answered 500, 3 times"):
        session.json(_call())
    assert len(vendor.asked) == 3
    session.close()


def test_a_refusal_is_not_repeated_and_says_why(session: Session, vendor: Vendor) -> None:
    vendor.on("GET", "/things", Reply({"errors": [{"code": "InvalidInput", "message": "bad date"}]}, 400))

    with pytest.raises(Rejected, match="400 InvalidInput bad date") as caught:
        session.json(_call())
    assert (caught.value.status, caught.value.code) == (400, "InvalidInput")
    assert len(vendor.asked) == 1


def test_what_may_have_been_done_is_not_sent_twice(session: Session, vendor: Vendor) -> None:
    vendor.script = [Reply({}, breaks_off=True)]

    with pytest.raises(UnableToFetch, match="may have done it all the same"):
        session.json(_call(method="POST", is_repeatable=False))
    vendor.script = [Reply({}, 500)]
    with pytest.raises(Rejected):
        session.json(_call(method="POST", is_repeatable=False))
    assert len(vendor.asked) == 2


def test_an_expired_token_is_renewed_once(
    vendor: Vendor, clock: CountingClock, pacer: Pacer, redactor: Redactor
) -> None:
    tokens = _Tokens()
    session = Session(vendor.url, account="acme", clock=clock, pacer=pacer, redactor=redactor, authorization=tokens)
    vendor.script = [Reply({}, 403), Reply({"ok": True})]

    assert session.json(_call()) == {"ok": True}
    assert [asked.headers["x-token"] for asked in vendor.asked] == ["token-number-1", "token-number-2"]

    vendor.on("GET", "/things", Reply({}, 403))
    with pytest.raises(Rejected, match="secrets of this source"):
        session.json(_call())
    assert len(vendor.asked) == 4
    session.close()


def test_a_token_does_not_follow_a_redirect(session: Session, vendor: Vendor) -> None:
    vendor.on("GET", "/things", Reply({}, 302, {"Location": f"{vendor.url}/elsewhere"}))

    with pytest.raises(Rejected, match="points elsewhere"):
        session.json(_call())
    assert vendor.paths() == ["/things"]


@pytest.mark.parametrize("url", ["http://example.com", "ftp://127.0.0.1", "http://127.0.0.1.example.com", "https://"])
def test_only_https_or_this_machine_is_spoken_to(url: str) -> None:
    with pytest.raises(UnableToFetch, match="https only"):
        checked_url(url)


@pytest.mark.parametrize(
    "url", ["https://api.example.com/x", "http://127.0.0.1:80", "http://localhost:1", "http://[::1]:1"]
)
def test_https_and_this_machine_are_fine(url: str) -> None:
    assert checked_url(url) == url


def test_what_is_no_json_is_said_so(session: Session, vendor: Vendor) -> None:
    vendor.on("GET", "/things", Reply(b"<html>maintenance</html>"))

    with pytest.raises(UnexpectedAnswer, match="no JSON"):
        session.json(_call())


def test_secrets_stay_out_of_errors_and_logs(
    session: Session, vendor: Vendor, redactor: Redactor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    redactor.add(Secret("Atza|very-secret-token"))
    echo = {"errors": [{"code": "Unauthorized", "message": "token Atza|very-secret-token is bad"}]}
    vendor.on("GET", "/things", Reply(echo, 400))

    with pytest.raises(Rejected) as caught:
        session.json(_call(params={"signature": "abc123secret"}))
    with (
        pytest.raises(UnableToFetch) as second,
        session.download(f"{vendor.url}/document?X-Amz-Signature=signed-away", operation="getDocument"),
    ):
        pass

    told = caplog.text + str(caught.value) + repr(caught.value) + str(second.value)
    assert "/document" in told
    for secret in ("very-secret-token", "abc123secret", "signed-away"):
        assert secret not in told


def test_a_document_is_downloaded_without_a_token(
    vendor: Vendor, clock: CountingClock, pacer: Pacer, redactor: Redactor
) -> None:
    session = Session(vendor.url, account="acme", clock=clock, pacer=pacer, redactor=redactor, authorization=_Tokens())
    vendor.script = [Reply({}, 503), Reply(b"a\tb\n", headers={"Content-Type": "text/plain;charset=Cp1252"})]

    with session.download(f"{vendor.url}/d?sig=1", operation="getDocument") as (chunks, headers):
        assert b"".join(chunks) == b"a\tb\n"
        assert headers["Content-Type"] == "text/plain;charset=Cp1252"
    assert all("x-token" not in asked.headers for asked in vendor.asked)
    session.close()


def test_calls_keep_to_the_rate(vendor: Vendor, session: Session) -> None:
    vendor.on("GET", "/things", {})
    for _ in range(7):
        session.json(_call(rate=Rate(2, 3)))

    seconds = [(asked.at - vendor.asked[0].at).total_seconds() for asked in vendor.asked]
    assert seconds[:3] == [0, 0, 0]
    for before, after in itertools.pairwise(seconds[2:]):
        assert after - before >= 0.5


def test_a_restart_does_not_fill_the_bucket(clock: CountingClock, tmp_path: Path) -> None:
    file = tmp_path / "pacing.json"
    for _ in range(2):
        Pacer(clock=clock, file=file).wait("acme", "slow", Rate(0.01, 1))

    assert sum(clock.slept) >= 100


def test_accounts_and_operations_have_buckets_of_their_own(pacer: Pacer, clock: CountingClock) -> None:
    for account in ("a", "b"):
        for operation in ("x", "y"):
            pacer.wait(account, operation, Rate(0.01, 1))

    assert clock.slept == []


def test_the_rate_that_the_vendor_names_counts(session: Session, vendor: Vendor) -> None:
    vendor.on("GET", "/things", Reply({}, headers={"x-amzn-RateLimit-Limit": "0.5"}))
    for _ in range(3):
        session.json(_call(rate=Rate(10, 1)))

    assert (vendor.asked[2].at - vendor.asked[1].at).total_seconds() >= 2


def test_a_secret_shows_itself_only_when_told() -> None:
    secret = Secret("hunter22")

    assert "hunter22" not in f"{secret} {secret!r} {[secret]}"
    assert secret.reveal() == "hunter22"


def test_secrets_come_from_the_environment_or_the_file(tmp_path: Path) -> None:
    (tmp_path / "secrets.toml").write_text('IN_FILE = "from file"\nBOTH = "from file"\n')
    names = {"a": "IN_FILE", "b": "BOTH", "c": "NOWHERE"}

    found, missing = find_secrets(names, folder=tmp_path, environ={"BOTH": "from environment"})

    assert {purpose: secret.reveal() for purpose, secret in found.items()} == {
        "a": "from file",
        "b": "from environment",
    }
    assert missing == ["NOWHERE"]
    with pytest.raises(UnableToFindSecrets, match="NOWHERE: not set"):
        require_secrets(names, folder=tmp_path, environ={})


def test_a_broken_secrets_file_is_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "secrets.toml").write_text("TOKEN = top-secret-value\n")

    with pytest.raises(UnableToFindSecrets) as caught:
        find_secrets({"a": "TOKEN"}, folder=tmp_path, environ={})
    assert "top-secret-value" not in str(caught.value)
    assert caught.value.__cause__ is None
