"""[notifications] and [outbox] of company.toml: what is refused, in one line each, and where secrets are looked up."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.company import Company, UnableToReadCompany, load_company
from pipelines.outbox.secrets import UnableToFindAddress, find_url, without_secrets
from pipelines.outbox.settings import Address, GroupChannel
from tests.unit.pipelines.outbox.conftest import settle


def read(folder: Path, text: str) -> Company:
    settle(folder, text)
    return load_company(folder, environ={})


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(UnableToReadCompany) as caught:
        read(folder, text)
    return [line.partition("company.toml: ")[2] for line in caught.value.problems]


def test_good_settings_are_read(tmp_path: Path) -> None:
    company = read(
        tmp_path,
        """
        [outbox]
        folder = "told"
        [notifications]
        app_url = "https://app.example.com/"
        mail_url_from = "MAIL"
        keep_days = 5
        [[notifications.channels]]
        name = "purchasing"
        url_from = "CHAT"
        roles = ["supervisor", "finance"]
        language = "zh"
        kinds = ["approval_requested", "approval_reminder"]
        """,
    )
    assert company.outbox_folder == tmp_path / "told"
    notifications = company.notifications
    assert (notifications.app_url, notifications.keep_days) == ("https://app.example.com", 5)
    assert notifications.mail == Address(url_from="MAIL")
    assert notifications.groups == (
        GroupChannel(
            name="purchasing",
            address=Address(url_from="CHAT"),
            roles=("supervisor", "finance"),
            language="zh",
            kinds=("approval_requested", "approval_reminder"),
        ),
    )


def test_a_company_may_tell_nobody(tmp_path: Path) -> None:
    company = read(tmp_path, "")
    assert (company.notifications.are_configured, company.outbox_folder) == (False, None)


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    channel = '[[notifications.channels]]\nname = "{}"\n'
    found = problems(
        tmp_path,
        '[notifications]\napp_url = "app"\nkeep_days = 0\nmail_urls = "x"\n'
        + channel.format("Bad Name")
        + 'url_from = "A"\nroles = ["boss"]\nkinds = ["gossip"]\nlanguage = "fr"\n'
        + channel.format("twice")
        + 'url_from = "A"\nurl = "json://host"\n'
        + channel.format("twice"),
    )
    assert [line.partition(";")[0] for line in found] == [
        '[notifications] app_url: is "app"',
        'channel "Bad Name" name: write small letters, digits, _ and -, beginning with a letter, and not "mail"',
        'channel "Bad Name" roles: holds "boss"',
        'channel "Bad Name" language: is "fr"',
        'channel "Bad Name" kinds: holds "gossip"',
        'channel "twice" url_from: stands beside url',
        'channel "twice" name: is used twice',
        'channel "twice" url_from: is missing',
        "[notifications] keep_days: is 0",
        "[notifications] mail_urls: there is no such key",
    ]


@pytest.mark.parametrize(
    "address",
    [
        'url = "slack://T1/B1/s3cret"',
        'url = "json://user:s3cret@host/"',
        'url = "json://host/?+Authorization=s3cret"',
        'url_from = "slack://T1/B1/s3cret"',
    ],
)
def test_an_address_with_a_secret_is_refused_without_repeating_it(tmp_path: Path, address: str) -> None:
    [line] = problems(tmp_path, f'[[notifications.channels]]\nname = "chat"\n{address}\n')
    assert 'write "' in line or "write the name" in line or "write url_from" in line
    assert "s3cret" not in line


def test_a_relay_without_a_password_may_stand_in_the_settings(tmp_path: Path) -> None:
    assert read(tmp_path, '[notifications]\nmail_url = "mailto://mx.local:25?from=a@example.com"\n').notifications.mail
    [line] = problems(tmp_path, '[notifications]\nmail_url = "mailto://a:s3cret@gmail.com"\n')
    assert "mail_url: may hold a secret; write mail_url_from" in line


def test_secrets_come_from_the_environment_first_then_from_the_file(tmp_path: Path) -> None:
    address = Address(url_from="CHAT")
    with pytest.raises(UnableToFindAddress, match=r"CHAT is set neither in the environment nor in .*secrets\.toml"):
        find_url(address, folder=tmp_path, environ={})
    (tmp_path / "secrets.toml").write_text('CHAT = "slack://file"\n')
    assert find_url(address, folder=tmp_path, environ={}) == "slack://file"
    assert find_url(address, folder=tmp_path, environ={"CHAT": "slack://environment"}) == "slack://environment"
    (tmp_path / "secrets.toml").write_text("CHAT = s3cret\n")
    with pytest.raises(UnableToFindAddress) as caught:
        find_url(address, folder=tmp_path, environ={})
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("mailto://lin:p%40ss@mx.example.com", "login lin p@ss at mx.example.com"),
        ("dingtalk://SEC123@abcdef/13800000000", "https://oapi/send?access_token=ABCDEF sec123 13800000000"),
        ("jsons://host/hook/tok3n?+Authorization=Bearer%20xyz", "POST /hook/tok3n Bearer xyz"),
        ("json://host/hook?:key=tok3n%2Fxyz%2Babcdef", "key=tok3n%2Fxyz%2Babcdef and tok3n/xyz+abcdef"),
        ("json://lin:p@ss:sec123@host/hook", "login lin:p@ss:sec123"),
    ],
)
def test_no_spelling_of_a_secret_stays(url: str, text: str) -> None:
    shown = without_secrets(text, [url])
    for piece in ("p@ss", "lin", "abcdef", "sec123", "13800000000", "tok3n", "xyz"):
        assert piece not in shown.lower()
