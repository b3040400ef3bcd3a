"""What every command carries, and what the core answers. The commands themselves stand in their concept's folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from inventory_core.identifiers import check_name, check_reason
from inventory_core.instants import check_utc


@dataclass(frozen=True, kw_only=True)
class Command:
    """A wish in the imperative: who, when, why, and the key under which it happens at most once.

    Whoever lets a sender in says who he is: `actor_id`, and `by_token_id` where he came with a token. The core looks up
    what both may at this very command (`access/sign_in.py`).
    """

    # Read by pydantic where commands come as JSON: nothing unknown is ignored, nothing is bent into shape.
    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "strict": True}
    reason_is_required: ClassVar[bool] = False

    actor_id: str
    at: datetime
    idempotency_key: str
    reason: str = ""
    by_token_id: str | None = None

    def __post_init__(self) -> None:
        check_name(self.actor_id, name="actor_id")
        if self.by_token_id is not None:
            check_name(self.by_token_id, name="by_token_id")
        check_utc(self.at, name="at")
        check_name(self.idempotency_key, name="idempotency_key")
        check_reason(self.reason, is_required=self.reason_is_required)

    @property
    def own_key(self) -> str:
        """The key under which the command happens at most once: nobody can use up another one's keys."""
        return f"{self.actor_id}/{self.idempotency_key}"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a command; `notes` say what the sender should know beside it.

    `secrets` (login → password, or "token" → token) are given once and stored nowhere.
    """

    command: str
    transfer_order_id: str | None = None
    document_number: str | None = None
    status: str | None = None
    version: int | None = None
    waiting_for_roles: tuple[str, ...] = ()
    shipment_id: str | None = None
    delegation_id: str | None = None
    notes: tuple[str, ...] = ()
    was_done_before: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
