"""What a handler hands back: events to record, and secrets to hand out once. It changes nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inventory_core.access.model import Credentials


class Decided:
    """The events of one accepted command, none when the state is already as wished.

    `credentials` and `token_hashes` (token_id → hash) go to storage but not into the journal; `secrets` go to the
    sender only; `notes` tell him what he should know beside the answer.
    """

    def __init__(
        self,
        *events: Any,
        secrets: Mapping[str, str] | None = None,
        credentials: tuple[Credentials, ...] = (),
        token_hashes: Mapping[str, str] | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        """Events in the order in which they happened."""
        self.events = events
        self.notes = notes
        self.secrets = dict(secrets or {})
        self.credentials = credentials
        self.token_hashes = dict(token_hashes or {})
