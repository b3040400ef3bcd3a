"""Whose yes or no counts for which step of an order. Pure.

Belongs here: segregation of duties over a chain of steps. Does not: the chain itself (`model.py`), when a delegation
holds (`delegations.py`), saying yes or no (`handlers.py`).

Nobody who had a hand in an order decides about it: neither himself, nor through a delegate, nor as a delegate. Where a
role needs several signatures, no person counts twice, whether he signs himself or lends his name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from inventory_core.access.model import Actor, Person
from inventory_core.approvals.delegations import Delegation
from inventory_core.approvals.model import ApprovalStep


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A role that a person may use, and for whom: None is for himself."""

    role: str
    on_behalf_of: str | None = None


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A step that a person may decide, and by what right."""

    step: ApprovalStep
    authority: Authority


def current_steps(steps: Sequence[ApprovalStep]) -> tuple[ApprovalStep, ...]:
    """Open steps whose turn it is: those of the earliest stage that is not decided."""
    undecided = [step for step in steps if step.decision is None]
    stage = min((step.stage for step in undecided), default=0)
    return tuple(step for step in undecided if step.stage == stage)


def signatures_of(
    actor: Actor,
    *,
    steps: Sequence[ApprovalStep],
    contributors: Sequence[str],
    delegations: Iterable[Delegation] = (),
) -> tuple[Signature, ...]:
    """Steps of the chain that the actor may decide now, at most one of each role; `delegations` are those in force.

    He acts for himself where he can, else for the first person who delegated to him.
    """
    if actor.actor_id in contributors:
        return ()
    lent = [
        Authority(role=role, on_behalf_of=one.delegator)
        for one in delegations
        if one.delegate == actor.actor_id and one.delegator not in contributors
        for role in one.roles
    ]
    authorities = [*(Authority(role=role) for role in actor.roles), *lent]
    found: dict[str, Signature] = {}
    for step in current_steps(steps):
        if step.role in found:
            continue
        signed = _people_behind(one for one in steps if one.role == step.role and one.decision == "approved")
        for authority in authorities:
            hands = {actor.actor_id, authority.on_behalf_of or actor.actor_id}
            if authority.role in step.deciding_roles and signed.isdisjoint(hands):
                found[step.role] = Signature(step=step, authority=authority)
                break
    return tuple(found.values())


def _people_behind(steps: Iterable[ApprovalStep]) -> set[str]:
    return {login for step in steps for login in (step.decided_by, step.decided_for) if login}


def deciders(
    *,
    steps: Sequence[ApprovalStep],
    contributors: Sequence[str],
    people: Iterable[Person],
    delegations: Sequence[Delegation] = (),
    wanted: Collection[int] | None = None,
) -> Iterator[str]:
    """Logins of active people who may decide a step of the chain now, delegates too; of the `wanted` numbers only."""
    for person in people:
        found = signatures_of(person.actor, steps=steps, contributors=contributors, delegations=delegations)
        if not person.is_disabled and any(wanted is None or one.step.step in wanted for one in found):
            yield person.login
