"""Two languages: nothing untranslated, nothing left over, and numbers, dates and money as each writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from app_streamlit.i18n import Language, translations
from app_streamlit.i18n.extraction import placeholders, read_catalogue, shown_messages
from app_streamlit.i18n.words import ORDER_STATUSES, place, word

ENGLISH, CHINESE = Language("en"), Language("zh")


def test_every_shown_text_has_a_chinese_translation_and_no_translation_is_left_over() -> None:
    shown = shown_messages()
    assert len(shown) > 100
    assert set(translations("zh")) == set(shown)


def test_translations_keep_the_placeholders() -> None:
    wrong = []
    for entry in read_catalogue("zh"):
        if entry.id:
            forms = (entry.id,) if isinstance(entry.id, str) else entry.id
            translated = (entry.string,) if isinstance(entry.string, str) else entry.string
            wrong += [form for form in translated or () if placeholders(form) != placeholders(forms[-1])]
    assert wrong == []


def test_texts_inside_f_strings_and_plurals_are_found(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(
        'f"**{text(\'Inside\')}**"; text.counted("{count} line", "{count} lines", 2); marked("Later"); text(name)',
        encoding="utf-8",
    )
    assert shown_messages(tmp_path) == {
        "Inside": "Inside",
        "{count} line": ("{count} line", "{count} lines"),
        "Later": "Later",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            ENGLISH,
            ("1,234,567", "$1,234.56", "$1,235", "Nov 2, 2026", "Nov 2, 2026 2:14\u202fAM (America/Los_Angeles)"),
        ),
        (
            CHINESE,
            ("1,234,567", "US$1,234.56", "US$1,235", "2026年11月2日", "2026年11月2日 02:14 (America/Los_Angeles)"),
        ),
    ],
    ids=["English", "Chinese"],
)
def test_numbers_money_and_times_are_written_as_the_language_writes_them(
    text: Language, expected: tuple[str, ...]
) -> None:
    assert (
        text.number(1_234_567),
        text.money(Decimal("1234.56"), "USD"),
        text.money(Decimal("1234.56"), "USD", whole=True),
        text.day(date(2026, 11, 2)),
        text.instant(datetime(2026, 11, 2, 10, 14, tzinfo=UTC), time_zone="America/Los_Angeles"),
    ) == expected


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NaT])
def test_what_is_unknown_is_a_dash_and_never_nan(nothing: object) -> None:
    assert ENGLISH.number(nothing) == ENGLISH.money(nothing, "USD") == ENGLISH.day(nothing) == "–"  # type: ignore[arg-type]
    assert ENGLISH.money(Decimal(1), None) == "–"


def test_counts_have_the_right_form() -> None:
    assert ENGLISH.counted("{count} line", "{count} lines", 1) == "1 line"
    assert ENGLISH.counted("{count} line", "{count} lines", 1200) == "1,200 lines"
    assert CHINESE.counted("{count} line", "{count} lines", 2) == "2 行"


def test_ages_are_told_in_the_largest_unit() -> None:
    assert ENGLISH.age(timedelta(hours=3, minutes=10)) == "3 hours ago"
    assert CHINESE.age(timedelta(hours=3, minutes=10)) == "3小时前"


def test_codes_have_words_and_unknown_codes_stay_themselves() -> None:
    assert word(CHINESE, ORDER_STATUSES, "submitted") == "已提交"
    assert word(ENGLISH, ORDER_STATUSES, "from_the_future") == "from_the_future"
    assert word(ENGLISH, ORDER_STATUSES, None) == "–"
    assert (place("Hamburg", "DE-HAM"), place(None, "DE-HAM")) == ("Hamburg", "DE-HAM")


def test_an_unknown_language_is_english() -> None:
    assert Language("fr").code == "en"
