"""The tokens of a person on the page People: issue, with less than the person may, and revoke. Layout only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from app_streamlit import actions, screen, tables
from app_streamlit.app_pages import answer, names
from app_streamlit.i18n import Language
from app_streamlit.i18n.words import COMMANDS, ROLES, word
from app_streamlit.view_models import people
from inventory_core.access.commands import IssueToken, RevokeToken
from inventory_core.access.model import Person, Token

FORM = "token"


def show(person: Person, admin: Person, text: Language) -> None:
    """The list, revoking, and a form for one more."""
    zone = screen.company().time_zone
    now = datetime.now(UTC)
    st.markdown(f"**{text('Tokens for scripts')}**")
    tokens = people.tokens_of(actions.queries().tokens(), person)
    if tokens:
        st.dataframe(
            people.token_rows(tokens, at=now, text=text, time_zone=zone),
            column_config={
                "label": tables.words(text("Label"), pinned=True),
                "state": tables.words(text("State")),
                "roles": tables.words(text("Roles")),
                "scope": tables.words(text("Warehouses")),
                "commands": tables.words(text("Commands")),
                "issued_at": tables.words(text("Issued")),
                "expires_at": tables.words(text("Expires")),
            },
            hide_index=True,
            placeholder=tables.NOTHING,
            alt=text("Tokens for scripts"),
        )
    else:
        st.caption(text("No script acts as this person."))
    usable = {one.token_id: one for one in tokens if people.token_state(one, at=now) == "usable"}
    with st.container(horizontal=True):
        for one in usable.values():
            st.button(
                text("Revoke {label}", label=screen.plain(one.label)),
                key=f"revoke_{one.token_id}",
                on_click=_revoke,
                args=(one, admin),
            )
    if not person.is_disabled:
        with st.expander(text("Issue a token"), icon=":material/key:"):
            _issue(person, admin, text, time_zone=zone)


def _revoke(token: Token, admin: Person) -> None:
    text = screen.language()
    outcome = answer.attempt(
        lambda: actions.send(RevokeToken, person=admin, wish="revoke", content={"token_id": token.token_id})
    )
    if outcome is not None:
        answer.done(text("The token {label} is useless now.", label=token.label))


def _issue(person: Person, admin: Person, text: Language, *, time_zone: str) -> None:
    key = f"{FORM}_{person.login}_{actions.form_number(FORM)}"
    places = names.places_of(person)
    tomorrow = datetime.now(ZoneInfo(time_zone)).date() + timedelta(days=1)

    def send() -> None:
        label = str(st.session_state[f"{key}_label"]).strip()
        outcome = answer.attempt(
            lambda: actions.send(
                IssueToken,
                person=admin,
                wish=key,
                content={
                    "login": person.login,
                    "label": label,
                    "roles": tuple(st.session_state[f"{key}_roles"]),
                    "warehouse_ids": tuple(st.session_state[f"{key}_warehouses"]),
                    "commands": tuple(st.session_state[f"{key}_commands"]),
                    "expires_at": people.end_of(st.session_state[f"{key}_last"], time_zone=time_zone),
                },
            )
        )
        if outcome is not None:
            actions.renew_form(FORM)
            answer.done(text("A script can act as {name} with this token.", name=person.name))
            answer.secret(text("The token {label}", label=label), outcome)

    with st.form(key, enter_to_submit=False, border=False):
        left, right = st.columns(2)
        left.text_input(text("Label"), key=f"{key}_label", max_chars=200, placeholder=text("What it is for"))
        right.date_input(
            text("Last day"),
            value=tomorrow + timedelta(days=89),
            min_value=tomorrow,
            format="YYYY-MM-DD",
            key=f"{key}_last",
            help=text("Empty: until it is revoked"),
        )
        left, right = st.columns(2)
        left.multiselect(
            text("Roles"),
            person.roles,
            format_func=lambda role: word(text, ROLES, role),
            placeholder=text("All of the person's"),
            key=f"{key}_roles",
        )
        right.multiselect(
            text("Warehouses"),
            list(places),
            format_func=places.__getitem__,
            placeholder=text("All of the person's"),
            key=f"{key}_warehouses",
        )
        st.multiselect(
            text("Commands"),
            people.token_commands(person),
            format_func=lambda name: word(text, COMMANDS, name),
            placeholder=text("All"),
            key=f"{key}_commands",
            help=text("Nothing chosen means all that the person may do"),
        )
        st.form_submit_button(text("Issue"), type="primary", key=f"{key}_do", on_click=send)
