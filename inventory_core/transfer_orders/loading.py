"""Finding the order that a command is about, as its sender saw it and in a status that allows the command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inventory_core.errors import Refused
from inventory_core.storage.ports import Reader
from inventory_core.transfer_orders.commands import ExistingOrderCommand
from inventory_core.transfer_orders.history import what_changed_since
from inventory_core.transfer_orders.model import Status, TransferOrder, document_number
from inventory_core.transfer_orders.shipments import Shipment, shipment_label


class UnableToFindTransferOrder(Refused):
    """No order has that id or document number."""


class UnableToFindShipment(Refused):
    """The order has no such shipment, or several with that waybill."""


class UnableToOverwrite(Refused):
    """Somebody was faster; the message says what he changed."""


@dataclass(frozen=True)
class Possible:
    """From which statuses of an order a command is possible, how it is refused else, and what to do instead."""

    statuses: frozenset[Status]
    refusal: type[Refused]
    advice: str


def load_order(command: ExistingOrderCommand, possible: Possible, store: Reader) -> TransferOrder:
    """The order as the sender saw it, in a status from which the command is possible; refused in words otherwise."""
    order = store.transfer_order(command.transfer_order_id)
    if order is None:
        raise UnableToFindTransferOrder(
            f"there is no transfer order {command.transfer_order_id}: pass an id or a number such as "
            f"{document_number(2026, 1)} (`diaobo order list` shows all)"
        )
    if command.expected_version not in (None, order.version):
        entries = store.journal(transfer_order_id=order.transfer_order_id)
        raise UnableToOverwrite(what_changed_since(command.expected_version or 0, order=order, entries=entries))
    if order.status not in possible.statuses:
        raise possible.refusal(f"{order.document_number} is {order.status}: {possible.advice}")
    return order


def find_shipment(order: TransferOrder, reference: str) -> Shipment:
    """The order's shipment of that id, label or waybill.

    Raises: UnableToFindShipment.
    """
    found = [
        one
        for one in order.shipments
        if reference
        in (one.shipment_id, shipment_label(order.document_number, one.shipment_number), one.transport.waybill)
    ]
    if len(found) != 1:
        labels = [shipment_label(order.document_number, one.shipment_number) for one in order.shipments]
        why = f"{len(found)} shipments" if found else "no shipment"
        raise UnableToFindShipment(
            f"{order.document_number} has {why} {reference}: pass one of {', '.join(labels) or 'none, plan one first'}"
        )
    return found[0]


def refuse(refusal: type[Refused], problems: Sequence[str]) -> None:
    """Raise the refusal when there are problems."""
    if problems:
        raise refusal(*problems)
