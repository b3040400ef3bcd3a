"""A person's right to decide, lent to another for a time. Pure.

Belongs here: what a delegation is and when it holds. Does not: giving and revoking one (`delegating.py`), what a
delegate may decide of an order (`deciding.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from inventory_core.access.model import Person


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """From `from_at` until before `to_at`, `delegate` may decide steps of `roles` for `delegator`.

    Only roles that the delegator holds himself count: what was lent to him cannot be lent on.
    """

    delegation_id: str
    delegator: str
    delegate: str
    roles: tuple[str, ...]
    from_at: datetime
    to_at: datetime
    revoked_at: datetime | None = None

    def holds_at(self, at: datetime) -> bool:
        """Whether it has begun, not ended and was not revoked."""
        return self.from_at <= at < self.to_at and (self.revoked_at is None or at < self.revoked_at)


def delegations_in_force(
    delegations: Iterable[Delegation], *, people: Mapping[str, Person], at: datetime
) -> tuple[Delegation, ...]:
    """Those that hold at that instant, each with the roles that its delegator still has; `people` by login.

    A disabled account lends nothing, and nothing is lent to one.
    """
    found = []
    for one in delegations:
        delegator, delegate = people.get(one.delegator), people.get(one.delegate)
        if not one.holds_at(at) or delegator is None or delegate is None:
            continue
        roles = tuple(role for role in one.roles if role in delegator.roles)
        if roles and not delegator.is_disabled and not delegate.is_disabled:
            found.append(replace(one, roles=roles))
    return tuple(found)
