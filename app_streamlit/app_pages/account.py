"""My account: lending the right to decide, the password, the language. Layout only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from app_streamlit import access, actions, screen
from app_streamlit.app_pages import answer
from app_streamlit.i18n import Language
from app_streamlit.i18n.words import ROLES, word
from app_streamlit.view_models import account
from inventory_core.access.model import Person
from inventory_core.approvals.delegating import DelegateApproval, RevokeDelegation
from inventory_core.approvals.delegations import Delegation

DELEGATION, PASSWORD = "delegation", "own_password"
SHOWN = 20


def show(text: Language) -> None:
    st.title(text("My account"))
    person = access.required_person()
    answer.show()
    st.markdown(f"**{screen.plain(person.name)}** · {screen.plain(person.login)}")
    st.caption(screen.plain(", ".join(word(text, ROLES, role) for role in person.roles)))
    if person.warehouse_ids:
        st.caption(
            screen.plain(
                text("Responsible for the warehouses {warehouses}", warehouses=", ".join(person.warehouse_ids))
            )
        )
    _delegations(person, text)
    _password(person, text)
    st.subheader(text("Language"), anchor=False)
    st.caption(text("Until you sign out. An administrator sets the language that you begin with."))
    screen.language_switch("account_language")


def _delegations(person: Person, text: Language) -> None:
    known, people = actions.queries().delegations(), actions.names_of_people()
    given, received = account.given(known, person=person), account.received(known, person=person)
    may_lend = "DelegateApproval" in actions.permissions(person) and bool(account.own_roles(person))
    if not (may_lend or given or received):
        return
    now, zone = datetime.now(UTC), screen.company().time_zone
    st.subheader(text("My approvals in other hands"), anchor=False)
    st.caption(text("While you are away somebody else can decide for you. The record names you both."))
    for one in given[:SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center"):
            line = account.words(one, whom=one.delegate, people=people, text=text, time_zone=zone)
            st.markdown(screen.plain(line), width="content")
            st.badge(account.state_words(one, at=now, text=text), color=_color(one, now))
            if account.state(one, at=now) in ("in_force", "to_come"):
                st.button(
                    text("Revoke"),
                    key=f"revoke_{one.delegation_id}",
                    on_click=_revoke,
                    args=(one, person),
                    type="tertiary",
                )
    if not given:
        st.caption(text("You lent nothing."))
    if may_lend:
        with st.expander(text("Let somebody decide for me"), icon=":material/handshake:"):
            _lend(person, text, time_zone=zone)
    st.subheader(text("Lent to me"), anchor=False)
    for one in received[:SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center"):
            line = account.words(one, whom=one.delegator, people=people, text=text, time_zone=zone)
            st.markdown(screen.plain(line), width="content")
            st.badge(account.state_words(one, at=now, text=text), color=_color(one, now))
    if not received:
        st.caption(text("Nobody lent you anything."))


def _color(one: Delegation, now: datetime) -> str:
    return {"in_force": "green", "to_come": "blue"}.get(account.state(one, at=now), "gray")


def _revoke(one: Delegation, person: Person) -> None:
    text = screen.language()
    outcome = answer.attempt(
        lambda: actions.send(RevokeDelegation, person=person, wish="revoke", delegation_id=one.delegation_id)
    )
    if outcome is not None:
        answer.done(text("Revoked. You decide for yourself again."))


def _lend(person: Person, text: Language, *, time_zone: str) -> None:
    others = account.can_delegate_to(actions.queries().people(), but=person)
    if not others:
        st.caption(text("There is nobody else with an open account."))
        return
    key = f"{DELEGATION}_{actions.form_number(DELEGATION)}"
    today = datetime.now(ZoneInfo(time_zone)).date()

    def send() -> None:
        roles, delegate = st.session_state[f"{key}_roles"], st.session_state[f"{key}_delegate"]
        first, last = st.session_state[f"{key}_first"], st.session_state[f"{key}_last"]
        if not roles:
            answer.not_done(text("Choose at least one role."))
            return
        if last < first:
            answer.not_done(text("The last day is before the first one."))
            return
        from_at, to_at = account.instants_of(first, last, time_zone=time_zone)
        outcome = answer.attempt(
            lambda: actions.send(
                DelegateApproval,
                person=person,
                wish=key,
                delegate=delegate,
                roles=tuple(roles),
                from_at=from_at,
                to_at=to_at,
            )
        )
        if outcome is not None:
            actions.renew_form(DELEGATION)
            answer.done(text("{name} can decide for you in that time.", name=others[delegate]))

    with st.form(key, enter_to_submit=False, border=False):
        left, right = st.columns(2)
        left.selectbox(text("Who"), list(others), format_func=others.__getitem__, key=f"{key}_delegate")
        right.multiselect(
            text("Roles"),
            account.own_roles(person),
            default=account.own_roles(person),
            format_func=lambda role: word(text, ROLES, role),
            placeholder=text("Choose"),
            key=f"{key}_roles",
        )
        left, right = st.columns(2)
        left.date_input(
            text("First day"),
            value=today,
            min_value=today,
            format="YYYY-MM-DD",
            key=f"{key}_first",
            help=text("From its beginning, on the clocks of {zone}", zone=time_zone),
        )
        right.date_input(
            text("Last day"),
            value=today + timedelta(days=7),
            min_value=today,
            format="YYYY-MM-DD",
            key=f"{key}_last",
            help=text("Until its end, on the clocks of {zone}", zone=time_zone),
        )
        st.form_submit_button(text("Lend"), type="primary", key=f"{key}_do", on_click=send)


def _password(person: Person, text: Language) -> None:
    st.subheader(text("Password"), anchor=False)
    key = f"{PASSWORD}_{actions.form_number(PASSWORD)}"

    def send() -> None:
        old, new, again = (str(st.session_state[f"{key}_{name}"]) for name in ("old", "new", "again"))
        if new != again:
            answer.not_done(text("The new password was not written the same twice."))
            return
        outcome = answer.attempt(
            lambda: actions.core().change_password(
                login=person.login, old_password=old, new_password=new, at=datetime.now(UTC), key=f"app-{key}"
            )
        )
        if outcome is not None:
            actions.renew_form(PASSWORD)
            answer.done(text("Your password is changed."))

    with st.expander(text("Change my password"), icon=":material/password:"), st.form(key, border=False):
        st.text_input(text("Old password"), type="password", key=f"{key}_old", autocomplete="current-password")
        st.text_input(text("New password"), type="password", key=f"{key}_new", autocomplete="new-password")
        st.text_input(text("New password again"), type="password", key=f"{key}_again", autocomplete="new-password")
        st.form_submit_button(text("Change password"), key=f"{key}_do", on_click=send)


show(screen.language())
