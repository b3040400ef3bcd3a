"""Who is signed in, and what the screen offers to whom.

Belongs here: the session's person, sign-in and sign-out, which buttons a role sees. Does not: what is allowed; the core
decides that at every command and refuses in words, so a button shown by mistake does no harm.
"""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from app_streamlit import actions
from inventory_core.access.model import Person
from inventory_core.access.permissions import permitted_commands

PERSON, ARRIVED = "person", "has_just_arrived"


def current_person() -> Person | None:
    """Who is signed in in this session; None when nobody is, or when the account was closed meanwhile."""
    person: Person | None = st.session_state.get(PERSON)
    if person is None:
        return None
    known = actions.person(person.login)
    if known is None or known.is_disabled:
        sign_out()
        return None
    st.session_state[PERSON] = known  # roles may have changed since sign-in
    return known


def sign_in(*, login: str, password: str) -> Person:
    """Signs the session in; raises the core's refusal in words, a lock-out included."""
    person = actions.sign_in(login=login, password=password, at=datetime.now(UTC))
    st.session_state[PERSON] = person
    st.session_state[ARRIVED] = True
    return person


def sign_out() -> None:
    """Forgets everything of this session but its language."""
    for key in list(st.session_state):
        if key not in ("language", "language_choice"):
            del st.session_state[key]


def required_person() -> Person:
    """Who is signed in; the frame runs no page without somebody."""
    person = current_person()
    if person is None:
        st.stop()
    return person


def may_plan(person: Person) -> bool:
    """Whether the person is offered to draft orders."""
    return "DraftTransferOrder" in permitted_commands(person.actor)


def scope(person: Person) -> tuple[str, ...] | None:
    """The warehouses that the person may see, as filters of the marts take them; None for all."""
    warehouse_ids = person.actor.warehouse_ids
    return None if warehouse_ids is None else tuple(sorted(warehouse_ids))


def has_just_arrived() -> bool:
    """Whether this is the first page since sign-in; said once."""
    return bool(st.session_state.pop(ARRIVED, False))


def works_in_warehouse(person: Person) -> bool:
    """Whether goods are the person's work and not plans or decisions: then receiving comes first."""
    return "warehouse" in person.roles and set(person.roles) <= {"warehouse", "viewer"}
