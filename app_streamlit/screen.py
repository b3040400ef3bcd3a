"""What every page of one run needs to know: the language, the company, the publication.

Belongs here: that context, and the pieces of layout that all pages share. Does not: who is signed in (`access.py`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from app_streamlit import warehouse
from app_streamlit.company import Company, company_folder, read_company
from app_streamlit.i18n import LANGUAGE_NAMES, Language
from app_streamlit.warehouse import Publication

REPOSITORY = Path(__file__).resolve().parent.parent
LANGUAGE, LANGUAGE_CHOICE = "language", "language_choice"
MARKDOWN = frozenset("\\`*_{}[]()<>#+-.!|~$:^&=")


def company() -> Company:
    """The company that this app serves; raises UnableToReadCompany in words."""
    return read_company(company_folder(environ=os.environ, repository=REPOSITORY))


def language() -> Language:
    """The language that was chosen, else the person's, else the browser's."""
    chosen = st.session_state.get(LANGUAGE)
    if chosen is None:
        browser = str(st.context.locale or "")
        chosen = "zh" if browser.lower().startswith("zh") else "en"
    return Language(chosen)


def choose_language(code: str) -> None:
    """Makes that language the session's."""
    st.session_state[LANGUAGE] = code


def language_switch(key: str = LANGUAGE_CHOICE) -> None:
    """The switch; its label is in both languages, because it must be found in either."""

    def chosen() -> None:
        choose_language(st.session_state[key] or language().code)

    st.session_state[key] = language().code
    st.segmented_control(
        "Language / 语言",
        list(LANGUAGE_NAMES),
        format_func=LANGUAGE_NAMES.__getitem__,
        key=key,
        on_change=chosen,
        label_visibility="collapsed",
    )


def take_from_address(name: str, *, key: str, choices: Mapping[str, object]) -> None:
    """Sets the widget `key` to what a link asked for by `?name=...`, once; anything but the choices is ignored."""
    wanted = st.query_params.get(name)
    if wanted is not None:
        del st.query_params[name]
        if wanted in choices:
            st.session_state[key] = choices[wanted]


def plain(words: str) -> str:
    """Words that come from elsewhere, so that Markdown shows them as they are: "$5 … $6" is no formula."""
    return "".join(f"\\{character}" if character in MARKDOWN else character for character in words)


def plain_lines(words: str) -> str:
    """The same with its line breaks. Blanks at the beginning of a line would make Markdown take it for code."""
    return "  \n".join(plain(line.strip()) or "&nbsp;" for line in words.strip().splitlines())


def publication() -> Publication | None:
    """The newest publication of the company's marts, or None before its first run."""
    return warehouse.newest_publication(company().folder)


def freshness(found: Publication | None, *, of: Company, text: Language) -> str:
    """One line: the company, the as-of date of the figures and how old their publication is."""
    if found is None:
        return f"**{plain(of.name)}** · " + text("nothing published yet")
    age = datetime.now(UTC) - found.published_at
    return " · ".join(
        (
            f"**{plain(of.name)}**",
            text("data as of {day}", day=text.day(found.as_of_date)),
            text(
                "published {age}, {instant}",
                age=text.age(age),
                instant=plain(text.instant(found.published_at, time_zone=of.time_zone)),
            ),
        )
    )


def require_publication() -> Publication:
    """The publication, or a page that says how to get one, and nothing after it."""
    found = publication()
    if found is None:
        text = language()
        folder = company().folder
        with st.container(border=True):
            st.subheader(text("Nothing has been published for this company yet"))
            st.write(
                text(
                    "The daily job reads the company's files, plans, and publishes what these pages show. "
                    "Start it in a terminal; this page fills as soon as it is done."
                )
            )
            st.code(f"diaobo run --company {folder}", language="bash")
            st.button(text("Look again"), icon=":material/refresh:")
        st.stop()
    return found
