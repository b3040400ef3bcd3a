"""What people read, in both languages, with and without what newer cores add to a message."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from app_streamlit.i18n import translations as app_translations
from app_streamlit.i18n.extraction import shown_messages
from app_streamlit.i18n.words import MODES as APP_MODES
from app_streamlit.i18n.words import ROLES as APP_ROLES
from pipelines.outbox import message_text, words
from pipelines.outbox.message_text import LINES_SHOWN, TITLES, text_of
from pipelines.outbox.settings import KINDS

REQUEST: dict[str, Any] = {
    "transfer_order_id": "to_1",
    "document_number": "TO-2026-00007",
    "origin_id": "cn_main",
    "destination_id": "fba_us",
    "mode": "sea",
    "ship_date": "2026-11-05",
    "arrival_date": "2026-12-15",
    "roles": ["supervisor", "finance"],
    "submitted_by": "pia",
    "units": 1_240,
    "value": {"amount": "15308.544", "currency": "USD"},
    "lines": [
        {"sku": "CHAIR", "units": 1_200, "suggested_units": 1_600},
        {"sku": "LAMP", "units": 40, "suggested_units": None},
    ],
}
NEWER: dict[str, Any] = {
    **REQUEST,
    "tell": ["sam"],
    "margin_at_risk": {"amount": "900", "currency": "USD"},
    "deviation_share": "0.2750",
    "steps": [{"rules": [{"rule_id": "large-orders", "conditions": {}}, {"rule_id": "by-sea", "conditions": {}}]}],
    "lines": [{"sku": "CHAIR", "units": 1_200, "suggested_units": 1_600, "free_units": 1_250}],
}


def test_a_request_in_english() -> None:
    title, body = text_of(
        "approval_requested", REQUEST, language="en", app_url="https://app.example.com", names={"pia": "Pia"}
    )
    assert title == "TO-2026-00007 waits for your decision"
    assert body.splitlines() == [
        "cn_main → fba_us · Sea",
        "Ship: Nov 5, 2026",
        "Arrive: Dec 15, 2026",
        "Units: 1,240",
        "Value: $15,308.54",
        "Submitted by: Pia",
        "Must decide: Supervisor, Finance",
        "",
        "- CHAIR × 1,200, advice 1,600 (-25%)",
        "- LAMP × 40",
        "",
        "Open: https://app.example.com/?order=TO-2026-00007",
    ]


def test_a_newer_request_in_chinese() -> None:
    title, body = text_of("approval_escalated", NEWER, language="zh")
    assert title == "已升级给您：TO-2026-00007 等待审批"
    assert body.splitlines() == [
        "cn_main → fba_us · 海运",
        "发货：2026年11月5日",
        "到仓：2026年12月15日",
        "数量：1,240",
        "金额：US$15,308.54",
        "与建议相差 28%",
        "面临风险的毛利：US$900.00",
        "提交人：pia",
        "需审批：主管、财务",
        "触发规则：large-orders、by-sea",
        "",
        "- CHAIR × 1,200、建议 1,600 (-25%)、可用 1,250",
    ]


def test_a_comment_and_a_decision_say_who_and_why() -> None:
    comment = {"document_number": "TO-1", "commented_by": "sam", "text": "why by air?", "mode": None}
    assert text_of("commented", comment, language="en") == (
        *("New comment on TO-1", "Comment by: sam\nComment: why by air?"),
    )
    rejected = {"document_number": "TO-1", "decided_by": "sam", "reason": "太多", "tell": ["pia"]}
    assert text_of("rejected", rejected, language="zh") == ("TO-1 已驳回", "审批人：sam\n原因：太多")


def test_a_long_order_is_cut_and_says_so() -> None:
    lines = [{"sku": f"S{number}", "units": 1, "suggested_units": None} for number in range(LINES_SHOWN + 1_500)]
    _, body = text_of("approval_requested", {**REQUEST, "lines": lines}, language="en")
    assert "... and 1,500 more lines" in body.splitlines()


def test_kinds_languages_and_currencies_that_nobody_knows_are_shown_as_they_are() -> None:
    payload = {"document_number": "TO-1", "origin_id": "a", "destination_id": "b", "mode": "drone"}
    assert text_of("sung", payload, language="xx") == ("TO-1: sung", "a → b · drone")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_title_in_both_languages(kind: str) -> None:
    titles = {language: text_of(kind, REQUEST, language=language)[0] for language in words.LOCALES}
    assert all("TO-2026-00007" in title for title in titles.values())
    assert titles["en"] != titles["zh"]
    assert set(TITLES) == set(KINDS)


def test_the_catalogue_translates_what_is_shown_and_nothing_else(tmp_path: Path) -> None:
    for module in (words, message_text):  # settings.py has a `text` of its own, which nobody translates
        shutil.copy(module.__file__, tmp_path)
    assert set(words.translations("zh")) == set(shown_messages(tmp_path))


def test_codes_are_called_as_in_the_app() -> None:
    assert words.MODES == APP_MODES
    assert words.ROLES.items() <= APP_ROLES.items(), "the app also shows the operator, whom nobody asks"
    for word in [*words.MODES.values(), *words.ROLES.values()]:
        assert words.translations("zh")[word] == app_translations("zh")[word]
