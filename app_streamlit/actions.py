"""What people do: commands to the core, and the core's live answers.

Belongs here: opening the core once, building commands with actor, time and idempotency key. Does not: whether they are
allowed (the core), what is shown of the answers (`view_models/orders.py`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import streamlit as st

from app_streamlit import screen
from app_streamlit.view_models import blind, deciding
from app_streamlit.view_models.deciding import Decider
from app_streamlit.view_models.order_drafts import OrderToBe
from inventory_core.access.model import Person
from inventory_core.bootstrap import Core, database_url, open_core
from inventory_core.commands import Command, Outcome
from inventory_core.errors import Malformed, Refused
from inventory_core.queries import Queries, TransferOrderHistory
from inventory_core.receiving import commands as receiving_commands
from inventory_core.records import canonical_json, digest
from inventory_core.transfer_orders import commands
from inventory_core.transfer_orders.commands import ExistingOrderCommand, LineToOrder
from inventory_core.transfer_orders.model import OPEN_STATUSES, RESERVING_STATUSES, Status, TransferOrder

NONCE = "submission_nonce"
FORM = "form_number_"
DECISIONS: dict[str, type[ExistingOrderCommand]] = {
    "SubmitTransferOrder": commands.SubmitTransferOrder,
    "ApproveTransferOrder": commands.ApproveTransferOrder,
    "RejectTransferOrder": commands.RejectTransferOrder,
    "WithdrawTransferOrder": commands.WithdrawTransferOrder,
    "CancelTransferOrder": commands.CancelTransferOrder,
    "CloseTransferOrder": receiving_commands.CloseTransferOrder,
    "ReopenTransferOrder": receiving_commands.ReopenTransferOrder,
}


@dataclass(frozen=True)
class Answer:
    """What became of one order to be: its number, or the problem in the core's words."""

    order: OrderToBe
    document_number: str = ""
    problem: str = ""
    is_approved: bool = False  # by rule, at once


@st.cache_resource(show_spinner=False)
def _core_at(url: str) -> Core:
    return open_core(url)


def core() -> Core:
    """The company's system of record, opened once per process; raises UnableToOpenCore before the first run."""
    return _core_at(database_url(screen.company().folder, os.environ))


def sign_in(*, login: str, password: str, at: datetime) -> Person:
    """The person whose login and password these are; raises the core's refusal in words."""
    return core().sign_in(login=login, password=password, at=at)


def person(login: str) -> Person | None:
    """The person of that login as he is now."""
    return core().queries.person(login)


def names_of_people() -> dict[str, str]:
    """Names by the id that orders and the journal carry."""
    return {one.person_id: one.name for one in core().queries.people()}


def transfer_orders(person: Person | None = None) -> list[TransferOrder]:
    """Transfer orders as they are now: all, or those in the person's scope."""
    return core().queries.transfer_orders(actor=None if person is None else person.actor)


def permissions(person: Person, *, order: TransferOrder | None = None) -> frozenset[str]:
    """Names of the commands that the core would accept from the person now, what was lent to him included."""
    return core().permissions(person.actor, order=order, at=datetime.now(UTC))


def decider(person: Person) -> Decider:
    """The person with what others lent to him now."""
    asked = core().queries
    return deciding.decider(person, delegations=asked.delegations(), people=asked.people(), at=datetime.now(UTC))


def blind_orders(orders: Collection[TransferOrder], *, person: Person) -> frozenset[str]:
    """Ids of the orders whose plan the person must not read before he has counted."""
    if not blind.only_counts(person.actor):
        return frozenset()
    mine = decider(person)
    destinations = {order.destination_id for order in orders}
    rules = {one: core().queries.receiving_rule(one).is_blind for one in destinations}
    return frozenset(
        order.transfer_order_id
        for order in orders
        if blind.hides_plan(order, mine, is_blind=rules[order.destination_id])
    )


def order_history(reference: str) -> TransferOrderHistory:
    """One order by id or number, with what happened to it; raises UnableToFindTransferOrder."""
    return core().queries.transfer_order(reference)


def open_orders_by_suggestion() -> dict[str, str]:
    """suggestion_id -> number of the open order that carries it, also when some of it left already."""
    return {
        line.suggestion_id: order.document_number
        for order in transfer_orders()
        if order.status in {*OPEN_STATUSES, *RESERVING_STATUSES}
        for line in order.lines
        if line.suggestion_id
    }


def needs_reason(command: str) -> bool:
    """Whether the core asks for a reason."""
    return DECISIONS[command].reason_is_required


def submit_orders(orders: Sequence[OrderToBe], *, person: Person) -> list[Answer]:
    """Drafts and submits each order. A second click with the same content in one session changes nothing.

    The idempotency keys come from the content and from a nonce of the session, which is renewed once everything was
    answered: a click while the first one is still at work repeats its keys, the same wish tomorrow is a new one.
    """
    nonce = st.session_state.setdefault(NONCE, uuid4().hex)
    answers = [_submit(order, person=person, nonce=nonce) for order in orders]
    del st.session_state[NONCE]
    return answers


def _submit(order: OrderToBe, *, person: Person, nonce: str) -> Answer:
    key = idempotency_key(order, nonce=nonce, actor_id=person.person_id)
    now = datetime.now(UTC)
    try:
        drafted = core().execute(
            commands.DraftTransferOrder(
                actor_id=person.person_id,
                at=now,
                idempotency_key=f"{key}-draft",
                origin_id=order.origin_id,
                destination_id=order.destination_id,
                mode=order.mode,
                ship_date=order.ship_date,
                arrival_date=order.arrival_date,
                lines=tuple(
                    LineToOrder(
                        sku=line.sku,
                        units=line.units,
                        suggestion_id=line.suggestion_id,
                        suggested_units=line.suggested_units,
                        suggestion_run_id=line.suggestion_run_id,
                    )
                    for line in order.lines
                ),
            )
        )
        if drafted.transfer_order_id is None:
            raise TypeError("the core drafted an order without an id")
        submitted = core().execute(
            commands.SubmitTransferOrder(
                actor_id=person.person_id,
                at=now,
                idempotency_key=f"{key}-submit",
                transfer_order_id=drafted.transfer_order_id,
            )
        )
    except (Refused, Malformed) as refusal:
        return Answer(order, problem=str(refusal))
    return Answer(
        order, document_number=submitted.document_number or "", is_approved=submitted.status == Status.APPROVED.value
    )


def idempotency_key(order: OrderToBe, *, nonce: str, actor_id: str) -> str:
    """The same for the same content, person and nonce; different otherwise."""
    content = [
        nonce,
        actor_id,
        order.origin_id,
        order.destination_id,
        order.mode,
        order.ship_date.isoformat(),
        order.arrival_date.isoformat(),
        [[line.suggestion_id, line.suggestion_run_id, line.sku, line.units] for line in order.lines],
    ]
    return "app-" + hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def decide(command: str, *, order: TransferOrder, person: Person, reason: str) -> Outcome:
    """Sends one of `DECISIONS` about the order as the person saw it; raises the core's refusal in words."""
    return core().execute(
        DECISIONS[command](
            actor_id=person.person_id,
            at=datetime.now(UTC),
            # One wish per order, version and command: a double click is the same wish.
            idempotency_key=f"app-{command}-{order.transfer_order_id}-{order.version}-{person.person_id}",
            transfer_order_id=order.transfer_order_id,
            expected_version=order.version,
            reason=reason,
        )
    )


def queries() -> Queries:
    """The core's live answers, for pages about goods."""
    return core().queries


def send(
    command: type[Command], *, person: Person, wish: str, content: Mapping[str, Any] | None = None, **fields: Any
) -> Outcome:
    """Sends any other command; raises the core's refusal in words. Its fields come by name or, all together, `content`.

    The key comes from the wish and the content: what stood on the screen once is done once, however often it is
    clicked. A wish about an order names the order's version (`send_about`), any other a number of its form
    (`form_number`).
    """
    wanted = {**(content or {}), **fields}
    said = canonical_json({"command": command.__name__, "actor": person.person_id, "wish": wish, "content": wanted})
    return core().execute(
        command(
            actor_id=person.person_id,
            at=datetime.now(UTC),
            idempotency_key=f"app-{command.__name__}-{digest(said)[:32]}",
            **wanted,
        )
    )


def send_about(order: TransferOrder, command: type[ExistingOrderCommand], *, person: Person, **content: Any) -> Outcome:
    """Sends a command about an order as the person saw it, so that the core can say what changed since."""
    return send(
        command,
        person=person,
        wish=f"{order.transfer_order_id}-{order.version}",
        transfer_order_id=order.transfer_order_id,
        expected_version=order.version,
        **content,
    )


def form_number(form: str) -> str:
    """The number of a form that is about no order, which is part of the keys of its widgets.

    Once it was answered, a second click hits a form that is gone, and the next one is empty.
    """
    number: str = st.session_state.setdefault(f"{FORM}{form}", uuid4().hex[:12])
    return number


def renew_form(form: str) -> None:
    """The form was answered: the next one is another wish."""
    st.session_state.pop(f"{FORM}{form}", None)


def warehouse_ids() -> list[str]:
    """Warehouses that the core accepts."""
    return list(core().queries.warehouses())
