"""What people read, in their language: the catalogue, dates, units and money as each language writes them.

Belongs here: `Words`, and the words for codes. Does not: sentences (`message_text.py`). The app has the same mechanism
and words of its own: the two may not import each other, so the few words that both use stand in
both catalogues, and a test holds them together.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from babel import Locale, dates, numbers
from babel.messages.pofile import read_po

LOCALES = {"en": "en_US", "zh": "zh_CN"}


def marked(message: str) -> str:
    """The message itself: says to the test of the catalogue that it is translated where it is shown."""
    return message


MODES = {
    "sea": marked("Sea"),
    "air": marked("Air"),
    "rail": marked("Rail"),
    "express": marked("Express"),
    "truck": marked("Truck"),
}
ROLES = {
    "viewer": marked("Viewer"),
    "planner": marked("Planner"),
    "supervisor": marked("Supervisor"),
    "finance": marked("Finance"),
    "warehouse": marked("Warehouse"),
    "admin": marked("Administrator"),
}


@lru_cache(maxsize=len(LOCALES))
def translations(language: str) -> dict[str, str]:
    """English text -> text of the language; empty for English."""
    if language == "en":
        return {}
    with (Path(__file__).parent / f"{LOCALES[language]}.po").open("rb") as file:
        catalogue = read_po(file, locale=LOCALES[language])
    return {str(entry.id): str(entry.string) for entry in catalogue if entry.id and entry.string}


class Words:
    """One language. Called with an English text it answers with the translation, its {placeholders} filled."""

    def __init__(self, language: str) -> None:
        """English where the language is none of ours."""
        code = language if language in LOCALES else "en"
        self.locale = Locale.parse(LOCALES[code])
        self._translations = translations(code)

    def __call__(self, message: str, **values: object) -> str:
        """The message in this language."""
        return self._translations.get(message, message).format(**values)

    def word(self, codes: dict[str, str], code: str) -> str:
        """The word for a code; the code itself where there is none."""
        return self(codes[code]) if code in codes else code

    def number(self, value: int) -> str:
        """A whole number with grouping."""
        return str(numbers.format_decimal(value, locale=self.locale))

    def share(self, share: float) -> str:
        """A share in percent."""
        return str(numbers.format_percent(share, locale=self.locale))

    def signed_share(self, share: float) -> str:
        """A difference in percent with its sign, e.g. +25%."""
        return str(numbers.format_percent(share, format="+#,##0%;-#,##0%", locale=self.locale))

    def date(self, value: str) -> str:
        """An ISO date as this language writes it."""
        return str(dates.format_date(date.fromisoformat(value), format="medium", locale=self.locale))

    def money(self, amount: str, currency: str) -> str:
        """An amount with its currency."""
        return str(numbers.format_currency(Decimal(amount), currency, locale=self.locale))

    def listed(self, items: list[str]) -> str:
        """Items after each other."""
        return ("、" if self.locale.language == "zh" else ", ").join(items)
