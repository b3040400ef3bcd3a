"""How an event changes the stored state: the one way, taken by live commands and by `verification.py` alike.

Belongs here: which part of the state an event touches. Does not: whether it may happen (handlers), what it does to an
order and all that hangs on it (`order_projection.py`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from inventory_core.access.events import (
    PasswordChanged,
    PasswordReset,
    PersonAdded,
    PersonChanged,
    PersonDisabled,
    PersonEnabled,
    TokenIssued,
    TokenRevoked,
)
from inventory_core.access.model import Person, Token
from inventory_core.approvals.delegating import ApprovalDelegated, DelegationRevoked, known_delegation
from inventory_core.approvals.delegations import Delegation
from inventory_core.approvals.rules import ApprovalPolicySet, ApprovalRulesSet
from inventory_core.catalog.register import CatalogChanged
from inventory_core.journal import Entry
from inventory_core.order_projection import change_order
from inventory_core.outbox.commands import MessageAddressed, MessageDiscarded, MessageReleased
from inventory_core.outbox.model import Message, MessageState
from inventory_core.receiving.events import ReceivingRulesSet
from inventory_core.stock_ledger.events import PurchaseReceived, StockCounted, StockMoved, StockOpened
from inventory_core.stock_ledger.model import Movement, RecordedMovement
from inventory_core.storage.ports import Writer
from inventory_core.transfer_orders.fold import ORDER_EVENTS
from inventory_core.transfer_orders.model import UnableToApplyEvent

_ACCESS_EVENTS = (
    PersonAdded,
    PersonChanged,
    PersonDisabled,
    PersonEnabled,
    PasswordReset,
    PasswordChanged,
    TokenIssued,
    TokenRevoked,
)
EVENT_TYPES: dict[str, type[Any]] = ORDER_EVENTS | {
    event_type.__name__: event_type
    for event_type in (
        *_ACCESS_EVENTS,
        ApprovalRulesSet,
        ApprovalPolicySet,
        ApprovalDelegated,
        DelegationRevoked,
        CatalogChanged,
        StockOpened,
        StockCounted,
        StockMoved,
        PurchaseReceived,
        ReceivingRulesSet,
        MessageReleased,
        MessageDiscarded,
        MessageAddressed,
    )
}


def project(event: Any, entry: Entry, store: Writer) -> None:
    """Change the state by one recorded event.

    Raises: UnableToApplyEvent when the event has nothing to apply to.
    """
    _move_stock(event, entry, store)
    if entry.event_type in ORDER_EVENTS:
        change_order(event, entry, store)
    elif isinstance(event, _ACCESS_EVENTS):
        _change_access(event, entry, store)
    else:
        _change_settings(event, entry, store)


def _change_access(event: Any, entry: Entry, store: Writer) -> None:
    match event:
        case PersonAdded():
            store.save_person(Person(**vars(event)))
        case PersonChanged():
            is_disabled = _known_person(event.login, store).is_disabled
            store.save_person(Person(**vars(event), is_disabled=is_disabled))
        case PersonDisabled():
            store.save_person(replace(_known_person(event.login, store), is_disabled=True))
        case PersonEnabled():
            store.save_person(replace(_known_person(event.login, store), is_disabled=False))
        case PasswordReset() | PasswordChanged():
            _known_person(event.login, store)
        case TokenIssued():
            store.save_token(Token(**vars(event), issued_at=entry.at, issued_by=entry.actor_id))
        case TokenRevoked():
            store.save_token(replace(_known_token(event.token_id, store), is_revoked=True))


def _change_settings(event: Any, entry: Entry, store: Writer) -> None:
    match event:
        case StockOpened():
            store.save_opened_warehouse(event.warehouse_id, entry.at)
        case StockCounted() | StockMoved() | PurchaseReceived():
            pass  # their movements are all that they change
        case ReceivingRulesSet():
            store.replace_receiving_rules(event.rules)
        case MessageReleased():
            message = _known_message(event.message_number, store)
            store.save_message(replace(message, state=MessageState.PENDING, tries=0, next_try_at=entry.at))
        case MessageDiscarded():
            message = _known_message(event.message_number, store)
            store.save_message(replace(message, state=MessageState.DISCARDED))
        case MessageAddressed():
            message = _known_message(event.message_number, store)
            store.save_message(replace(message, state=MessageState.DELIVERED, delivered_at=entry.at, last_error=""))
            first = store.last_message_number() + 1
            store.append_messages(
                [
                    message.copy_for(channel, number=first + place, entry=entry)
                    for place, channel in enumerate(event.channels)
                ]
            )
        case ApprovalRulesSet():
            store.replace_approval_rules(event.rules)
        case ApprovalPolicySet():
            store.save_approval_policy(event.policy)
        case ApprovalDelegated():
            store.save_delegation(Delegation(**vars(event)))
        case DelegationRevoked():
            store.save_delegation(replace(_known_delegation(event.delegation_id, store), revoked_at=entry.at))
        case CatalogChanged():
            store.save_company(event.company)
            store.save_products(event.products, removed_skus=event.removed_skus)
            store.replace_warehouses(event.warehouses)
            store.replace_lanes(event.lanes)


def _move_stock(event: Any, entry: Entry, store: Writer) -> None:
    """Add the movements that the event carries to the ledger."""
    movements: tuple[Movement, ...] = getattr(event, "movements", ())
    if movements:
        store.append_movements(
            [
                RecordedMovement(
                    entry_sequence=entry.sequence,
                    position=position,
                    at=entry.at,
                    event_type=entry.event_type,
                    transfer_order_id=entry.transfer_order_id,
                    movement=movement,
                )
                for position, movement in enumerate(movements, start=1)
            ]
        )


def _known_message(message_number: int, store: Writer) -> Message:
    message = store.message(message_number)
    if message is None:
        raise UnableToApplyEvent(f"message {message_number} was never written")
    return message


def _known_delegation(delegation_id: str, store: Writer) -> Delegation:
    delegation = known_delegation(delegation_id, store)
    if delegation is None:
        raise UnableToApplyEvent(f"{delegation_id} was never given")
    return delegation


def _known_person(login: str, store: Writer) -> Person:
    person = store.person(login)
    if person is None:
        raise UnableToApplyEvent(f"{login} was never added")
    return person


def _known_token(token_id: str, store: Writer) -> Token:
    token = store.token(token_id)
    if token is None:
        raise UnableToApplyEvent(f"token {token_id} was never issued")
    return token
