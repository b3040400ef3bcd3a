"""Two languages: texts from a Babel catalogue, and numbers, dates and money as each language writes them.

Belongs here: `Language`, which every page and view model uses for what people read. Does not: the words for codes such
as `submitted` or `in_customs` (`words.py`), and the reader of the source that finds what must be translated
(`extraction.py`).

The English text is the key, so English needs no catalogue; `zh_CN.po` is read as it is, nothing has to be compiled.
`text("...")`, `text.counted("...", "...", n)` and `marked("...")` are what the extraction looks for.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
from babel import Locale, dates, numbers
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).resolve().parent
LOCALES = {"en": "en_US", "zh": "zh_CN"}
LANGUAGE_NAMES = {"en": "English", "zh": "简体中文"}


def marked(message: str) -> str:
    """The message itself: says to the extraction that it is translated where it is shown."""
    return message


@lru_cache(maxsize=len(LOCALES))
def translations(language: str) -> dict[str, str]:
    """English text -> text of the language; of a plural, its many-form. Empty for English."""
    path = CATALOGUES / f"{LOCALES[language]}.po"
    if language == "en":
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=LOCALES[language])
    found: dict[str, str] = {}
    for entry in catalogue:
        # Chinese has one plural form; the English pair is found by its singular.
        key = entry.id if isinstance(entry.id, str) else entry.id[0]
        forms = entry.string or ""
        value = forms if isinstance(forms, str) else forms[0]
        if key and value:
            found[key] = value
    return found


def is_absent(value: object) -> bool:
    """Whether there is no value: None, and what pandas makes of SQL's NULL."""
    return value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


class Language:
    """What people read, in one language. Called with an English text it answers with the translation."""

    def __init__(self, code: str) -> None:
        self.code = code if code in LOCALES else "en"
        self.locale = Locale.parse(LOCALES[self.code])
        self._translations = translations(self.code)

    def __call__(self, message: str, **values: object) -> str:
        """The message in this language, its {placeholders} filled."""
        translated = self._translations.get(message, message)
        return translated.format(**values) if values else translated

    def counted(self, one: str, many: str, count: int, **values: object) -> str:
        """The message for `count` things; {count} is written as this language writes numbers."""
        message = self._translations.get(one) or (one if count == 1 else many)
        return message.format(count=self.number(count), **values)

    def number(self, value: float | Decimal | None, *, decimals: int = 0) -> str:
        """A number with grouping; a dash where there is none."""
        if value is None or is_absent(value):
            return "–"
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return numbers.format_decimal(value, format=pattern, locale=self.locale)

    def money(self, amount: float | Decimal | None, currency: str | None, *, whole: bool = False) -> str:
        """An amount with its currency's sign; `whole` leaves out the minor units."""
        if amount is None or is_absent(amount) or not currency:
            return "–"
        if whole:
            return numbers.format_currency(amount, currency, format="¤#,##0", locale=self.locale, currency_digits=False)
        return numbers.format_currency(amount, currency, locale=self.locale)

    def day(self, value: date | None) -> str:
        """A calendar date."""
        if value is None or is_absent(value):
            return "–"
        return dates.format_date(value, format="medium", locale=self.locale)

    def instant(self, value: datetime | None, *, time_zone: str) -> str:
        """A UTC instant on the wall clock of `time_zone`, which is named beside it."""
        if value is None or is_absent(value):
            return "–"
        local = value.astimezone(ZoneInfo(time_zone))
        # The date is medium as everywhere; seconds tell nobody anything.
        clock = dates.format_time(local.time(), format="short", locale=self.locale)
        return f"{self.day(local.date())} {clock} ({time_zone})"

    def age(self, duration: timedelta) -> str:
        """How long ago, in the largest unit that says something: "3 hours ago"."""
        return dates.format_timedelta(-duration, add_direction=True, locale=self.locale)

    def duration(self, duration: timedelta) -> str:
        """How long, in the largest unit that says something: "3 hours"."""
        return dates.format_timedelta(duration, locale=self.locale)
