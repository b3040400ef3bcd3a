"""Every kind of event that changes an order, and the one function that applies any of them.

Belongs here: the list. Does not: what a single event changes (`events.py`, `shipment_events.py`,
`approvals/events.py`, `receiving/events.py`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

from inventory_core.approvals import events as approval_events
from inventory_core.journal import Entry
from inventory_core.receiving import events as receiving_events
from inventory_core.transfer_orders import events, shipment_events
from inventory_core.transfer_orders.comments import TransferOrderCommented
from inventory_core.transfer_orders.model import TransferOrder, UnableToApplyEvent

_SHIPMENT_EVENTS: tuple[type[Any], ...] = get_args(shipment_events.ShipmentEvent)
_APPROVAL_EVENTS: tuple[type[Any], ...] = get_args(approval_events.ApprovalEvent)
_RECEIVING_EVENTS: tuple[type[Any], ...] = get_args(receiving_events.ReceivingEvent)
_OWN_EVENTS: tuple[type[Any], ...] = get_args(events.TransferOrderEvent)
ORDER_EVENTS: dict[str, type[Any]] = {
    event_type.__name__: event_type
    for event_type in (
        *_OWN_EVENTS,
        *_SHIPMENT_EVENTS,
        *_APPROVAL_EVENTS,
        *_RECEIVING_EVENTS,
        TransferOrderCommented,
    )
}
# News of a carrier, comments and reminders must not make a person's decision outdated: the version does not count them.
UNCOUNTED_EVENTS = frozenset(
    event_type.__name__
    for event_type in (
        shipment_events.MilestoneRecorded,
        approval_events.ApprovalReminded,
        approval_events.ApprovalEscalated,
        TransferOrderCommented,
    )
)


def apply_to_order(order: TransferOrder | None, event: Any, entry: Entry) -> TransferOrder:
    """The order after any of its events; None before it was drafted.

    Raises: UnableToApplyEvent when the event cannot have happened to it.
    """
    if isinstance(event, _OWN_EVENTS):
        return events.apply(order, event, entry)
    if order is None:
        raise UnableToApplyEvent(f"{event.transfer_order_id} was never drafted")
    if isinstance(event, _RECEIVING_EVENTS):
        after = receiving_events.apply_to_receiving(order, event, entry)
    elif isinstance(event, _APPROVAL_EVENTS):
        after = approval_events.apply_to_approvals(order, event, entry)
    elif isinstance(event, _SHIPMENT_EVENTS):
        after = shipment_events.apply_to_shipments(order, event, entry)
    else:
        after = order  # a comment
    return after if entry.event_type in UNCOUNTED_EVENTS else replace(after, version=order.version + 1)
