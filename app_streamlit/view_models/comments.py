"""What people said about an order, as it is read. Saying it is a command of the core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app_streamlit.i18n import Language
from app_streamlit.i18n.words import who
from inventory_core.transfer_orders.comments import OrderComment

LIMIT = 100


@dataclass(frozen=True)
class ShownComment:
    """One comment: who, when on the company's clocks, what."""

    name: str
    at: str
    text: str


def newest(
    comments: Iterable[OrderComment], *, people: Mapping[str, str], text: Language, time_zone: str
) -> list[ShownComment]:
    """The newest `LIMIT`, in the order in which they were said."""
    found = sorted(comments, key=lambda one: one.entry_sequence)[-LIMIT:]
    return [
        ShownComment(who(one.commented_by, people, text), text.instant(one.at, time_zone=time_zone), one.text)
        for one in found
    ]
