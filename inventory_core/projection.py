"""How an event changes the stored state: the one way, taken by live commands and by `verification.py` alike.

Belongs here: which part of the state an event touches. Does not: whether it may happen (handlers), what it does to an
order (`transfer_orders/fold.py`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from inventory_core.access.events import PasswordReset, PersonAdded, PersonDisabled, TokenIssued, TokenRevoked
from inventory_core.access.model import Person, Token
from inventory_core.approvals.rules import ApprovalRulesSet
from inventory_core.catalog.register import CatalogChanged
from inventory_core.journal import Entry
from inventory_core.receiving.events import DiscrepancyResolved, ReceiptRecorded, ReceivingRulesSet
from inventory_core.receiving.model import ReceiptCount, Resolution
from inventory_core.stock_ledger.events import PurchaseReceived, StockCounted, StockMoved, StockOpened
from inventory_core.stock_ledger.model import Movement, RecordedMovement, Reservation
from inventory_core.storage.ports import Writer
from inventory_core.transfer_orders.fold import ORDER_EVENTS, apply_to_order
from inventory_core.transfer_orders.model import UnableToApplyEvent

EVENT_TYPES: dict[str, type[Any]] = ORDER_EVENTS | {
    event_type.__name__: event_type
    for event_type in (
        PersonAdded,
        PersonDisabled,
        PasswordReset,
        TokenIssued,
        TokenRevoked,
        ApprovalRulesSet,
        CatalogChanged,
        StockOpened,
        StockCounted,
        StockMoved,
        PurchaseReceived,
        ReceivingRulesSet,
    )
}


def project(event: Any, entry: Entry, store: Writer) -> None:
    """Change the state by one recorded event.

    Raises: UnableToApplyEvent when the event has nothing to apply to.
    """
    _move_stock(event, entry, store)
    match event:
        case StockOpened():
            store.save_opened_warehouse(event.warehouse_id, entry.at)
        case StockCounted() | StockMoved() | PurchaseReceived():
            pass  # their movements are all that they change
        case ReceivingRulesSet():
            store.replace_receiving_rules(event.rules)
        case PersonAdded():
            person = Person(
                login=event.login, name=event.name, email=event.email, roles=event.roles, language=event.language
            )
            store.save_person(person)
        case PersonDisabled():
            store.save_person(replace(_known_person(event.login, store), is_disabled=True))
        case PasswordReset():
            _known_person(event.login, store)
        case TokenIssued():
            token = Token(token_id=event.token_id, login=event.login, label=event.label, issued_at=entry.at)
            store.save_token(token)
        case TokenRevoked():
            store.save_token(replace(_known_token(event.token_id, store), is_revoked=True))
        case ApprovalRulesSet():
            store.replace_approval_rules(event.rules)
        case CatalogChanged():
            store.save_company(event.company)
            store.save_products(event.products, removed_skus=event.removed_skus)
            store.replace_warehouses(event.warehouses)
            store.replace_lanes(event.lanes)
        case _:
            _change_order(event, entry, store)


def _change_order(event: Any, entry: Entry, store: Writer) -> None:
    """The order after its event, with what it has reserved at its origin."""
    before = store.transfer_order(event.transfer_order_id)
    after = apply_to_order(before, event, entry)
    store.save_transfer_order(after, before=before)
    if isinstance(event, ReceiptRecorded):
        store.append_receipt_counts(_counts(event, entry))
    if isinstance(event, DiscrepancyResolved):
        store.append_resolution(_resolution(event, entry))
    wanted = after.open_units()
    if wanted != (before.open_units() if before else {}):
        store.replace_reservations(
            after.transfer_order_id,
            [
                Reservation(
                    transfer_order_id=after.transfer_order_id, warehouse_id=after.origin_id, sku=sku, units=units
                )
                for sku, units in wanted.items()
                if units > 0
            ],
        )


def _counts(event: ReceiptRecorded, entry: Entry) -> list[ReceiptCount]:
    return [
        ReceiptCount(
            entry_sequence=entry.sequence,
            position=position,
            receipt_id=event.receipt_id,
            transfer_order_id=event.transfer_order_id,
            shipment_id=event.shipment_id,
            at=entry.at,
            counted_by=entry.actor_id,
            **vars(count),
        )
        for position, count in enumerate(event.counts, start=1)
    ]


def _resolution(event: DiscrepancyResolved, entry: Entry) -> Resolution:
    return Resolution(
        entry_sequence=entry.sequence,
        transfer_order_id=event.transfer_order_id,
        shipment_id=event.shipment_id,
        at=entry.at,
        resolved_by=entry.actor_id,
        sku=event.sku,
        kind=event.kind,
        units=event.units,
        resolution=event.resolution,
        evidence=event.evidence,
        note=entry.reason,
    )


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


def _known_person(login: str, store: Writer) -> Person:
    person = store.person(login)
    if person is None:
        raise UnableToApplyEvent(f"{login} was never added")
    return person


def _known_token(token_id: str, store: Writer) -> Token:
    token = next((token for token in store.tokens() if token.token_id == token_id), None)
    if token is None:
        raise UnableToApplyEvent(f"token {token_id} was never issued")
    return token
