"""People: who has an account, what they may do and see; an administrator changes it. Layout only.

Passwords and tokens are made by the core and shown here once, until they are put away; nothing keeps them.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from app_streamlit import access, actions, screen, tables
from app_streamlit.app_pages import answer, names, token_panel
from app_streamlit.i18n import LANGUAGE_NAMES, Language
from app_streamlit.i18n.words import ROLES, word
from app_streamlit.view_models import people
from inventory_core.access import commands
from inventory_core.access.model import ROLES as KNOWN_ROLES
from inventory_core.access.model import Person
from inventory_core.commands import Command

NEW, CHOICE, CHANGED = "new_person", "people_choice", "changed_person"


def show(text: Language) -> None:
    st.title(text("People"))
    admin = access.required_person()
    answer.show()
    answer.show_secrets()
    if "ChangePerson" not in actions.permissions(admin):
        st.info(text("Administrators of the whole company look after people."))
        return
    everyone = actions.queries().people()
    st.dataframe(
        people.person_rows(everyone, text),
        column_config={
            "login": tables.words(text("Login"), pinned=True),
            "name": tables.words(text("Name")),
            "roles": tables.words(text("Roles")),
            "scope": tables.words(text("Sees"), explanation=text("Warehouses and shops")),
            "email": tables.words(text("E-mail")),
            "language": tables.words(text("Language")),
            "state": tables.words(text("State")),
        },
        hide_index=True,
        placeholder=tables.NOTHING,
        alt=text("People"),
    )
    with st.expander(text("Add a person"), icon=":material/person_add:"):
        _add(admin, text)
    st.subheader(text("Change"), anchor=False)
    by_login = {one.login: one for one in everyone}
    login = st.selectbox(
        text("Person"),
        [None, *by_login],
        format_func=lambda value: people.choice_words(by_login[value], text) if value else text("Choose a person"),
        key=CHOICE,
        width=320,
        persist_state="session",
    )
    if login is not None:
        _change(by_login[login], admin, text)
        token_panel.show(by_login[login], admin, text)


def _fields(key: str, person: Person | None, text: Language) -> None:
    """What an account says and allows."""
    places = names.places()
    known = list(dict.fromkeys((*places, *(person.warehouse_ids if person else ()))))
    left, right = st.columns(2)
    left.text_input(text("Name"), value=person.name if person else "", key=f"{key}_name", max_chars=200)
    right.text_input(text("E-mail"), value=(person.email or "") if person else "", key=f"{key}_email", max_chars=200)
    left, right = st.columns(2)
    left.multiselect(
        text("Roles"),
        KNOWN_ROLES,
        default=list(person.roles) if person else ["viewer"],
        format_func=lambda role: word(text, ROLES, role),
        placeholder=text("Choose"),
        key=f"{key}_roles",
    )
    right.selectbox(
        text("Language"),
        list(LANGUAGE_NAMES),
        index=list(LANGUAGE_NAMES).index(person.language) if person else 0,
        format_func=LANGUAGE_NAMES.__getitem__,
        key=f"{key}_language",
    )
    left, right = st.columns(2)
    left.multiselect(
        text("Warehouses"),
        known,
        default=list(person.warehouse_ids) if person else [],
        format_func=lambda one: places.get(one, one),
        placeholder=text("All"),
        key=f"{key}_warehouses",
        help=text("Nothing chosen means all of them"),
    )
    right.text_input(
        text("Shops"),
        value=", ".join(person.shop_ids) if person else "",
        placeholder=text("All"),
        key=f"{key}_shops",
        help=text("Ids of shops with commas between them; nothing means all of them"),
    )


def _entered(key: str) -> dict[str, Any]:
    return {
        "name": str(st.session_state[f"{key}_name"]).strip(),
        "email": str(st.session_state[f"{key}_email"]).strip(),
        "roles": tuple(st.session_state[f"{key}_roles"]),
        "language": st.session_state[f"{key}_language"],
        "warehouse_ids": tuple(st.session_state[f"{key}_warehouses"]),
        "shop_ids": people.ids_of(str(st.session_state[f"{key}_shops"])),
    }


def _add(admin: Person, text: Language) -> None:
    key = f"{NEW}_{actions.form_number(NEW)}"

    def send() -> None:
        said = _entered(key)
        login = str(st.session_state[f"{key}_login"]).strip()
        outcome = answer.attempt(
            lambda: actions.send(
                commands.AddPerson,
                person=admin,
                wish=key,
                content={"person": commands.PersonToAdd(login=login, **{**said, "email": said["email"] or None})},
            )
        )
        if outcome is not None:
            actions.renew_form(NEW)
            answer.done(text("{name} has an account.", name=said["name"]))
            answer.secret(text("The first password of {name}", name=said["name"]), outcome)

    with st.form(key, enter_to_submit=False, border=False):
        st.text_input(
            text("Login"),
            key=f"{key}_login",
            max_chars=200,
            autocomplete="off",
            help=text("One word. It never changes and is never given twice."),
        )
        _fields(key, None, text)
        st.form_submit_button(text("Add"), type="primary", key=f"{key}_do", on_click=send)


def _change(person: Person, admin: Person, text: Language) -> None:
    number = actions.form_number(CHANGED)
    key = f"{CHANGED}_{person.login}_{number}"

    def do(command: type[Command], done: str, secret: str = "", **content: Any) -> None:
        outcome = answer.attempt(
            lambda: actions.send(command, person=admin, wish=key, content={"login": person.login, **content})
        )
        if outcome is not None:
            actions.renew_form(CHANGED)
            answer.done(done)
            if secret:
                answer.secret(secret, outcome)

    with st.form(key, enter_to_submit=False):
        _fields(key, person, text)
        st.form_submit_button(
            text("Save"),
            type="primary",
            key=f"{key}_do",
            on_click=lambda: do(commands.ChangePerson, text("{name} is changed.", name=person.name), **_entered(key)),
        )
    with st.container(horizontal=True):
        if person.is_disabled:
            st.button(
                text("Open the account again"),
                icon=":material/lock_open:",
                key=f"{key}_enable",
                on_click=lambda: do(commands.EnablePerson, text("{name} can sign in again.", name=person.name)),
            )
            return
        with st.popover(text("Reset password"), icon=":material/password:"):
            st.write(text("The old password works no longer."))
            st.button(
                text("Make a new password"),
                key=f"{key}_reset",
                on_click=lambda: do(
                    commands.ResetPassword,
                    text("{name} has a new password.", name=person.name),
                    text("The new password of {name}", name=person.name),
                ),
            )
        with st.popover(text("Close the account"), icon=":material/block:"):
            st.write(text("No sign-in, no token and no command of this person works from then on."))
            st.button(
                text("Yes, close it"),
                key=f"{key}_disable",
                on_click=lambda: do(commands.DisablePerson, text("The account of {name} is closed.", name=person.name)),
            )


show(screen.language())
