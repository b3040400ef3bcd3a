"""What a person can decide now, what others lent to him included.

Belongs here: asking the core's pure rules for lists of orders, without one question to the database per order. Does
not: the rules themselves (`inventory_core/approvals`), the orders as they are read (`orders.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from inventory_core.access.model import Actor, Person
from inventory_core.approvals.deciding import Signature
from inventory_core.approvals.delegations import Delegation, delegations_in_force
from inventory_core.approvals.model import APPROVING_ROLES
from inventory_core.transfer_orders.model import TransferOrder


@dataclass(frozen=True)
class Decider:
    """A person as the sender of decisions; `lent` are delegations to him in force, `lenders` their people by login."""

    actor: Actor
    lent: tuple[Delegation, ...] = ()
    lenders: Mapping[str, Person] = field(default_factory=dict)

    @property
    def can_decide(self) -> bool:
        """Whether any order could wait for him."""
        return bool(self.lent) or not set(APPROVING_ROLES).isdisjoint(self.actor.roles)

    def signatures(self, order: TransferOrder) -> tuple[Signature, ...]:
        """Steps that he can decide now, and for whom. Nobody decides, or lends, what is outside his own scope."""
        if not order.is_within(self.actor):
            return ()
        lent = [one for one in self.lent if order.is_within(self.lenders[one.delegator].actor)]
        return order.signatures_of(self.actor, delegations=lent)


def decider(person: Person, *, delegations: Iterable[Delegation], people: Iterable[Person], at: datetime) -> Decider:
    """The person with what holds at that instant."""
    by_login = {one.login: one for one in people}
    mine = [one for one in delegations if one.delegate == person.login]
    lent = delegations_in_force(mine, people=by_login, at=at)
    return Decider(person.actor, lent, {one.delegator: by_login[one.delegator] for one in lent})
