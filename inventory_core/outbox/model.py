"""Messages, which events cause them, and how long a failed one waits. Pure.

Belongs here: what is told to whom. Does not: how it gets there (senders are passed in from outside, `delivery.py`).

Messages of one key are told in their order: while the first waits, is tried or is parked, the others wait too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from inventory_core.approvals.events import ApprovalEscalated, ApprovalReminded, TransferOrderApprovedByRule
from inventory_core.approvals.model import ApprovalRequest
from inventory_core.journal import Entry
from inventory_core.outbox.requests import request_details, tell
from inventory_core.receiving.events import TransferOrderClosed, TransferOrderReopened
from inventory_core.records import plain
from inventory_core.transfer_orders import events
from inventory_core.transfer_orders.comments import TransferOrderCommented
from inventory_core.transfer_orders.model import RESERVING_STATUSES, TransferOrder
from inventory_core.transfer_orders.shipment_events import ShipmentDispatched

# Who is told. A company has a sender for each channel that it uses.
PEOPLE, ORIGIN, DESTINATION, SHOPS = "people", "origin", "destination", "shops"
CHANNELS = (PEOPLE, ORIGIN, DESTINATION, SHOPS)

# 1, 4, 16, 64 minutes ... up to 6 hours: about a day and a half until a message is parked.
FIRST_WAIT, LONGEST_WAIT, TRIES_BEFORE_PARKING = timedelta(minutes=1), timedelta(hours=6), 10


class MessageState(StrEnum):
    """Where a message stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    PARKED = "parked"
    DISCARDED = "discarded"


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something to tell. `message_id` is the key under which the receiver may apply it once; `payload` is JSON."""

    message_number: int
    entry_sequence: int
    channel: str
    kind: str
    key: str
    payload: str
    written_at: datetime
    state: MessageState = MessageState.PENDING
    tries: int = 0
    next_try_at: datetime
    delivered_at: datetime | None = None
    last_error: str = ""

    @property
    def message_id(self) -> str:
        """What the receiver knows the message by, the same at every try."""
        # The number alone would come again after a backup was restored, and a receiver would take it for known.
        return f"outbox-{self.message_number}-{self.written_at:%Y%m%dT%H%M%S%f}"

    def copy_for(self, channel: str, *, number: int, entry: Entry) -> Message:
        """The same to tell by a channel below this one's, with an order of its own among that channel's messages."""
        return replace(
            self,
            message_number=number,
            entry_sequence=entry.sequence,
            channel=channel,
            key=channel + self.key.removeprefix(self.channel),
            state=MessageState.PENDING,
            tries=0,
            written_at=entry.at,
            next_try_at=entry.at,
            delivered_at=None,
            last_error="",
        )


def wait_after(tries: int) -> timedelta:
    """How long a message waits after that many failed tries.

    >>> [str(wait_after(tries)) for tries in (1, 2, 3, 9)]
    ['0:01:00', '0:04:00', '0:16:00', '6:00:00']
    """
    factor: int = 4 ** min(tries - 1, 10)
    return min(FIRST_WAIT * factor, LONGEST_WAIT)


def messages_of(
    event: Any, *, before: TransferOrder | None, after: TransferOrder
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Channel, kind and content of everything that must be told because of the event."""
    yield from _while_waiting(event, before, after)
    match event:
        case events.TransferOrderApproved() | TransferOrderApprovedByRule():
            yield PEOPLE, "approved", _decision(after)
            yield ORIGIN, "outbound_order", {**_route(after), "lines": _open_lines(after)}
        case events.TransferOrderRejected():
            yield PEOPLE, "rejected", _decision(after)
        case events.TransferOrderWithdrawn():
            yield PEOPLE, "withdrawn", _route(after) | tell(event.tell)
        case events.TransferOrderCancelled() | events.TransferOrderRestCancelled():
            yield PEOPLE, "cancelled", _route(after) | tell(event.tell)
            if before is not None and before.status in RESERVING_STATUSES:
                yield ORIGIN, "outbound_order_cancelled", {**_route(after), "lines": _open_lines(before)}
        case ShipmentDispatched():
            yield DESTINATION, "inbound_announced", _announcement(event, after)
        case TransferOrderClosed():
            yield SHOPS, "stock_arrived", {**_route(after), "skus": sorted({line.sku for line in after.lines})}
        case TransferOrderReopened():
            yield PEOPLE, "reopened", _route(after) | tell(event.tell)
        case TransferOrderCommented():
            yield PEOPLE, "commented", _comment(event, after)


def _while_waiting(
    event: Any, before: TransferOrder | None, after: TransferOrder
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What those are told who are to decide."""
    match event:
        case events.TransferOrderSubmitted():
            if not event.is_approved_by_rule:
                yield PEOPLE, "approval_requested", _request(after, event.request)
        case events.TransferOrderStepApproved():
            if _stage(before) < _stage(after):
                yield PEOPLE, "approval_requested", _request(after, event.request)  # the next stage's turn
        case ApprovalReminded():
            yield PEOPLE, "approval_reminder", _request(after, event.request, only=event.steps)
        case ApprovalEscalated():
            yield PEOPLE, "approval_escalated", _request(after, event.request, only=event.steps)


def _stage(order: TransferOrder | None) -> int:
    """The stage of approval that the order waits for; 0 when it waits for none."""
    return min((step.stage for step in order.current_steps), default=0) if order else 0


def _route(order: TransferOrder) -> dict[str, Any]:
    return {
        "transfer_order_id": order.transfer_order_id,
        "document_number": order.document_number,
        "origin_id": order.origin_id,
        "destination_id": order.destination_id,
        "mode": order.mode,
        "ship_date": plain(order.ship_date),
        "arrival_date": plain(order.arrival_date),
    }


def _request(
    order: TransferOrder, request: ApprovalRequest | None, *, only: Collection[int] | None = None
) -> dict[str, Any]:
    """What an approver needs to decide; `only` some of the steps whose turn it is.

    `request` is None in older journals: their messages stay as they were written.
    """
    content = {
        **_route(order),
        "roles": list(order.waiting_for_roles),
        "submitted_by": order.submitted_by,
        "units": order.units,
        "value": plain(order.value),
        "lines": [{"sku": one.sku, "units": one.units, "suggested_units": one.suggested_units} for one in order.lines],
    }
    if request is None:
        return content
    return content | request_details(order, request, only=only)


def _comment(event: TransferOrderCommented, order: TransferOrder) -> dict[str, Any]:
    return {
        **_route(order),
        **tell(event.tell),
        "status": order.status.value,
        "commented_by": event.commented_by,
        "text": event.text,
    }


def _decision(order: TransferOrder) -> dict[str, Any]:
    return {
        **_route(order),
        "decided_by": order.decided_by,
        "reason": order.decision_reason,
        "tell": list(order.contributors),
    }


def _open_lines(order: TransferOrder) -> list[dict[str, Any]]:
    return [{"sku": sku, "units": units} for sku, units in order.open_units().items() if units > 0]


def _announcement(event: ShipmentDispatched, order: TransferOrder) -> dict[str, Any]:
    shipment = order.known_shipment(event.shipment_id)
    return {
        **_route(order),
        "shipment_id": shipment.shipment_id,
        "transport": plain(shipment.transport),
        "cartons": plain(shipment.cartons),
        "lines": [{"sku": line.sku, "units": line.units} for line in event.lines],
    }
