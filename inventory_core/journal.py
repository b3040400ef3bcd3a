"""The journal: what happened, who did it and why, each entry sealed with the hash of the one before it.

Belongs here: an entry's form, its hash, and whether a run of entries is whole. Does not: what events mean
(`projection.py`), where entries are kept (`storage/`), whether the stored state agrees (`verification.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from inventory_core.instants import instant_text
from inventory_core.records import canonical_json, digest

FIRST_PREVIOUS_HASH = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event as it was recorded. `roles` are the actor's at that time; `payload` is the event's canonical JSON.

    `token_id` is the token through which a script acted as the actor, None for people.
    """

    sequence: int
    at: datetime
    actor_id: str
    roles: tuple[str, ...]
    command: str
    idempotency_key: str
    reason: str
    event_type: str
    transfer_order_id: str | None
    payload: str
    previous_hash: str
    hash: str = ""
    token_id: str | None = None

    def computed_hash(self) -> str:
        """SHA-256 over every field but the hash itself, as a canonical JSON array in the order of the fields.

        Entries without a token have one element less: those of before there were any keep their hashes.
        """
        fields = (
            self.sequence,
            instant_text(self.at),
            self.actor_id,
            self.roles,
            self.command,
            self.idempotency_key,
            self.reason,
            self.event_type,
            self.transfer_order_id,
            self.payload,
            self.previous_hash,
            *(() if self.token_id is None else (self.token_id,)),
        )
        return digest(canonical_json(fields))


@dataclass(frozen=True)
class Break:
    """The first place at which something is wrong. `sequence` is None where no entry is at fault."""

    sequence: int | None
    message: str


def first_break(entries: Iterable[Entry]) -> Break | None:
    """The first entry that was changed, is missing or does not belong; None when the chain is whole.

    A cut tail leaves a whole chain: it shows where the stored state is compared (`verification.py`).
    """
    expected, previous_hash = 1, FIRST_PREVIOUS_HASH
    for entry in entries:
        if entry.sequence > expected:
            return Break(expected, f"entry {expected} is missing: the next one is {entry.sequence}")
        if entry.sequence < expected:
            return Break(entry.sequence, f"entry {entry.sequence} does not belong: {expected} was expected")
        if entry.computed_hash() != entry.hash:
            return Break(expected, f"entry {expected} was changed: its content does not give its hash")
        if entry.previous_hash != previous_hash:
            return Break(expected, f"entry {expected} does not follow entry {expected - 1}: the hash before it differs")
        expected, previous_hash = expected + 1, entry.hash
    return None
