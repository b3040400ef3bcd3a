"""What the company's people, delegations and stock say about an order that waits for a decision.

Belongs here: questions to the store that submitting, deciding and reminding share. Does not: whose yes counts
(`deciding.py`), changing anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from inventory_core.access.model import Actor, Person
from inventory_core.approvals.deciding import deciders
from inventory_core.approvals.delegations import Delegation, delegations_in_force
from inventory_core.approvals.model import ApprovalRequest, FreeUnits
from inventory_core.errors import Refused
from inventory_core.stock_ledger.free_stock import free_stock
from inventory_core.storage.ports import Reader
from inventory_core.transfer_orders.loading import refuse
from inventory_core.transfer_orders.model import TransferOrder


def delegations_to(
    actor: Actor, store: Reader, *, at: datetime, order: TransferOrder | None = None
) -> tuple[Delegation, ...]:
    """What others have lent to that person and what holds at that instant, about that order where one is given.

    Nobody lends what is outside his own scope. A token that is narrower than its person uses nothing that was lent.
    """
    lent = [] if actor.is_narrowed else [one for one in store.delegations() if one.delegate == actor.actor_id]
    return delegations_in_force(lent, people=_people_of(order, store), at=at) if lent else ()


def _people_of(order: TransferOrder | None, store: Reader) -> dict[str, Person]:
    """By login: everybody, or those whose scope reaches the order."""
    return {one.login: one for one in store.people() if order is None or order.is_within(one.actor)}


def request_for(
    order: TransferOrder, store: Reader, *, at: datetime, steps: Collection[int] | None = None
) -> ApprovalRequest:
    """Whom to ask for the steps whose turn it is (or for those numbers of them), and what is free at the origin."""
    stock = free_stock(store, warehouse_id=order.origin_id, skus=[line.sku for line in order.lines])
    return ApprovalRequest(
        tell=tuple(_deciders(order, store, at=at, wanted=steps)),
        free_units=None
        if stock is None
        else tuple(FreeUnits(sku=line.sku, units=stock[line.sku].free_units) for line in order.lines),
    )


def _deciders(
    order: TransferOrder, store: Reader, *, at: datetime, wanted: Collection[int] | None = None
) -> Iterator[str]:
    people = _people_of(order, store)
    delegations = delegations_in_force(store.delegations(), people=people, at=at)
    return deciders(
        steps=order.steps,
        contributors=order.contributors,
        people=people.values(),
        delegations=delegations,
        wanted=wanted,
    )


def taking_part(order: TransferOrder, store: Reader, *, at: datetime, but: str) -> tuple[str, ...]:
    """Logins of active people with a hand in the order, who decided, were asked now or commented; without `but`."""
    decided = [login for step in order.steps for login in (step.decided_by, step.decided_for) if login]
    asked = _deciders(order, store, at=at) if order.waiting_for_roles else ()
    said = [one.commented_by for one in store.comments(transfer_order_id=order.transfer_order_id)]
    active = {person.login for person in store.people() if not person.is_disabled} - {but}
    return tuple(login for login in dict.fromkeys((*order.contributors, *decided, *asked, *said)) if login in active)


def check_free_stock(order: TransferOrder, store: Reader, *, refusal: type[Refused], advice: str) -> tuple[str, ...]:
    """Notes for the sender; refused when another order or a count left less than this one needs."""
    stock = free_stock(store, warehouse_id=order.origin_id, skus=[line.sku for line in order.lines])
    if stock is None:
        return (f"stock was not checked: the ledger does not keep {order.origin_id}",)
    problems = [
        f"{line.units} {line.sku} ordered, but {max(found.free_units, 0)} free at {order.origin_id} "
        f"({found.on_hand_units} on hand, {found.reserved_units} reserved): {advice}"
        for line in order.lines
        for found in (stock[line.sku],)
        if line.units > found.free_units
    ]
    refuse(refusal, problems)
    return ()
