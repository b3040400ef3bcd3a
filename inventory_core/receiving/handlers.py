"""Commands about receiving: load, decide, hand back the events with their movements.

Units that arrive are taken out of what is in transit; what comes above that stands on the shipment's surplus until a
reason says where it came from. So a receipt before dispatch, after close or of a cancelled line is recorded as it is.
"""

from __future__ import annotations

from collections import Counter

from inventory_core.approvals.asking import taking_part
from inventory_core.decisions import Decided
from inventory_core.errors import Refused
from inventory_core.receiving import commands, events
from inventory_core.receiving.model import (
    WITHIN_TOLERANCE,
    ReceivingRule,
    discrepancies,
    surplus_kind,
    what_keeps_it_open,
)
from inventory_core.receiving.resolving import UnableToResolveDiscrepancy, movements_of
from inventory_core.receiving.scanning import resolve_counts
from inventory_core.receiving.totals import new_since
from inventory_core.records import digest
from inventory_core.stock_ledger.model import (
    Condition,
    Movement,
    PlaceKind,
    StockKey,
    in_transit,
    over_received,
    warehouse_bin,
)
from inventory_core.storage.ports import Reader
from inventory_core.transfer_orders.commands import ExistingOrderCommand
from inventory_core.transfer_orders.loading import Possible, find_shipment, load_order, refuse
from inventory_core.transfer_orders.model import RESERVING_STATUSES, Status, TransferOrder
from inventory_core.transfer_orders.shipment_events import ShipmentPlanned
from inventory_core.transfer_orders.shipments import Shipment, ShipmentLine, ShipmentStatus, Transport, shipment_label


class UnableToReceive(Refused):
    """The order never was approved, or the shipment is not named or never left."""


class UnableToClose(Refused):
    """Something of the order is in transit or unexplained."""


class UnableToReopen(Refused):
    """The order is not closed."""


_AFTER_DISPATCH = frozenset({Status.IN_TRANSIT, Status.RECEIVING})
_OVER = frozenset({Status.CLOSED, Status.CANCELLED})
POSSIBLE_FROM: dict[type[ExistingOrderCommand], Possible] = {
    commands.RecordReceipt: Possible(
        frozenset(RESERVING_STATUSES) | _OVER,
        UnableToReceive,
        "it was never approved: count the goods as stock of their warehouse, or approve the order first",
    ),
    commands.CompleteReceiving: Possible(_AFTER_DISPATCH, UnableToReceive, "nothing of it is on its way"),
    commands.ResolveDiscrepancy: Possible(
        frozenset(RESERVING_STATUSES), UnableToResolveDiscrepancy, "reopen it first if it is closed"
    ),
    commands.CloseTransferOrder: Possible(_AFTER_DISPATCH, UnableToClose, "only an order that was shipped is closed"),
    commands.ReopenTransferOrder: Possible(
        frozenset({Status.CLOSED}), UnableToReopen, "only a closed order is reopened"
    ),
}


def record_receipt(command: commands.RecordReceipt, store: Reader) -> Decided:
    """The receipt; with it the end of receiving where all is there, and the order's reopening where it was over."""
    order = load_order(command, POSSIBLE_FROM[type(command)], store)
    if order.status is Status.CANCELLED and not order.was_approved:
        raise UnableToReceive(
            f"{order.document_number} was cancelled before it was approved, so nothing of it can have left: "
            "count the goods as stock of their warehouse"
        )
    shipment_id = _shipment_id(command, order)
    counts = resolve_counts(command.counts, order=order, store=store, shipment_id=shipment_id)
    notes: tuple[str, ...] = ()
    if command.are_totals:
        shipment = None if shipment_id is None else order.known_shipment(shipment_id)
        counts, notes = new_since(counts, shipment, resolutions=store.resolutions())
        if not counts:
            is_end = command.is_complete and shipment is not None and shipment.is_under_way
            return Decided(*(_end_of_receiving(order, shipment, store) if is_end and shipment else ()), notes=notes)
    before: list[object] = []
    if order.status in _OVER:
        tell = taking_part(order, store, at=command.at, but=command.actor_id)
        before.append(events.TransferOrderReopened(transfer_order_id=order.transfer_order_id, tell=tell))
    if shipment_id is None:
        announced = _unannounced(command, order)
        before.append(announced)
        shipment_id = announced.shipment_id
    receipt = _receipt(command, counts, order, shipment_id, store)
    completion = _completion(command, order, receipt, store)
    shipments = {one.shipment_id: one for one in order.shipments}
    has_ended = shipment_id in shipments and shipments[shipment_id].status is ShipmentStatus.RECEIVED
    if command.is_complete and not completion and not has_ended:
        notes = (*notes, "counted, but receiving goes on: nobody has said that the shipment left")
    return Decided(*before, receipt, *completion, notes=notes)


def complete_receiving(command: commands.CompleteReceiving, store: Reader) -> Decided:
    """The shipment received; differences within the warehouse's tolerance are resolved at once."""
    order = load_order(command, POSSIBLE_FROM[type(command)], store)
    shipment = find_shipment(order, command.shipment_id)
    _require_under_way(order, shipment)
    return Decided(*_end_of_receiving(order, shipment, store))


def _end_of_receiving(order: TransferOrder, shipment: Shipment, store: Reader) -> list[object]:
    received = events.ShipmentReceived(transfer_order_id=order.transfer_order_id, shipment_id=shipment.shipment_id)
    return [received, *_tolerated(order, shipment.shipment_id, shipment.lines, (), store)]


def resolve_discrepancy(command: commands.ResolveDiscrepancy, store: Reader) -> Decided:
    """The reason for some or all units of a discrepancy."""
    order = load_order(command, POSSIBLE_FROM[type(command)], store)
    shipment_id = find_shipment(order, command.shipment_id).shipment_id
    wanted = (shipment_id, command.sku, command.kind)
    left = sum(one.open_units for one in discrepancies(order) if (one.shipment_id, one.sku, one.kind) == wanted)
    if command.units > left:
        raise UnableToResolveDiscrepancy(
            f"{order.document_number} has {left} {command.sku} {command.kind} without a reason, not {command.units}"
        )
    return Decided(
        events.DiscrepancyResolved(
            transfer_order_id=order.transfer_order_id,
            shipment_id=shipment_id,
            sku=command.sku,
            kind=command.kind,
            units=command.units,
            resolution=command.resolution,
            evidence=command.evidence,
            movements=movements_of(
                kind=command.kind,
                resolution=command.resolution,
                shipment_id=shipment_id,
                sku=command.sku,
                units=command.units,
                order=order,
                store=store,
            ),
        )
    )


def close(command: commands.CloseTransferOrder, store: Reader) -> Decided:
    """The order closed, or everything that keeps it open."""
    order = load_order(command, POSSIBLE_FROM[type(command)], store)
    refuse(UnableToClose, what_keeps_it_open(order))
    return Decided(events.TransferOrderClosed(transfer_order_id=order.transfer_order_id))


def reopen(command: commands.ReopenTransferOrder, store: Reader) -> Decided:
    """The order open again; nothing of what happened before changes."""
    order = load_order(command, POSSIBLE_FROM[type(command)], store)
    tell = taking_part(order, store, at=command.at, but=command.actor_id)
    return Decided(events.TransferOrderReopened(transfer_order_id=order.transfer_order_id, tell=tell))


def set_receiving_rules(command: commands.SetReceivingRules, store: Reader) -> Decided:
    """Nothing happens when the rules are already those."""
    if tuple(store.receiving_rules()) == command.rules:
        return Decided()
    return Decided(events.ReceivingRulesSet(rules=command.rules))


def _shipment_id(command: commands.RecordReceipt, order: TransferOrder) -> str | None:
    """The shipment that arrived; None where the order has none."""
    if command.shipment_id is not None:
        return find_shipment(order, command.shipment_id).shipment_id
    if len(order.shipments) > 1:
        labels = [shipment_label(order.document_number, one.shipment_number) for one in order.shipments]
        raise UnableToReceive(f"{order.document_number} has several shipments: pass shipment_id, {' or '.join(labels)}")
    return order.shipments[0].shipment_id if order.shipments else None


def _unannounced(command: commands.RecordReceipt, order: TransferOrder) -> ShipmentPlanned:
    return ShipmentPlanned(
        transfer_order_id=order.transfer_order_id,
        shipment_id=f"sh_{digest(command.own_key)[:20]}",
        shipment_number=1,
        transport=Transport(mode=order.mode),
        lines=(),
    )


def _receipt(
    command: commands.RecordReceipt,
    counts: tuple[events.ResolvedCount, ...],
    order: TransferOrder,
    shipment_id: str,
    store: Reader,
) -> events.ReceiptRecorded:
    skus = {count.sku for count in counts}
    left = store.balances(place_kind=PlaceKind.IN_TRANSIT, place_id=shipment_id, skus=skus)
    by_sku: dict[str, dict[str, int]] = {}
    for key in sorted(left):
        by_sku.setdefault(key.sku, {})[key.lot] = left[key]
    movements: list[Movement] = []
    good, damaged, over = Counter[str](), Counter[str](), Counter[str]()
    for count in counts:
        (good if count.condition == Condition.GOOD else damaged)[count.sku] += count.units
        arrived = _out_of_transit(count, by_sku.get(count.sku, {}))
        surplus = count.units - sum(arrived.values())
        over[count.sku] += surplus
        sources = [(StockKey(place=in_transit(shipment_id), sku=count.sku, lot=lot), n) for lot, n in arrived.items()]
        if surplus:
            sources.append((StockKey(place=over_received(shipment_id), sku=count.sku, lot=count.lot), surplus))
        movements += [
            Movement(
                sku=count.sku,
                units=units,
                from_place=source.place,
                to_place=warehouse_bin(order.destination_id, count.bin_id),
                lot=source.lot,
                to_condition=Condition(count.condition),
            )
            for source, units in sources
        ]
    return events.ReceiptRecorded(
        transfer_order_id=order.transfer_order_id,
        shipment_id=shipment_id,
        receipt_id=f"rc_{digest(command.own_key)[:20]}",
        counts=counts,
        lines=tuple(
            events.ReceivedUnits(sku=sku, good_units=good[sku], damaged_units=damaged[sku], over_units=over[sku])
            for sku in dict.fromkeys(count.sku for count in counts)
        ),
        movements=tuple(movements),
    )


def _out_of_transit(count: events.ResolvedCount, left: dict[str, int]) -> dict[str, int]:
    """Units by lot that the count takes out of `left`: the lot that was read first, then the others in order."""
    taken = {}
    wanted = count.units
    for lot in sorted(left, key=lambda one: (one != count.lot, one)):
        units = min(wanted, left[lot])
        if units > 0:
            taken[lot] = units
            left[lot] -= units
            wanted -= units
    return taken


def _completion(
    command: commands.RecordReceipt, order: TransferOrder, receipt: events.ReceiptRecorded, store: Reader
) -> list[object]:
    """The end of receiving: because the counter said so, or because nothing is in transit any more."""
    shipment = next((one for one in order.shipments if one.shipment_id == receipt.shipment_id), None)
    if shipment is None or not shipment.is_under_way:
        return []
    arrived = {line.sku: line.good_units + line.damaged_units - line.over_units for line in receipt.lines}
    left = shipment.in_transit_units - sum(arrived.values())
    if left and not command.is_complete:
        return []
    after = events.apply_counts(shipment, receipt)
    received = events.ShipmentReceived(transfer_order_id=order.transfer_order_id, shipment_id=shipment.shipment_id)
    return [received, *_tolerated(order, shipment.shipment_id, after.lines, receipt.movements, store)]


def _require_under_way(order: TransferOrder, shipment: Shipment) -> None:
    if not shipment.is_under_way:
        label = shipment_label(order.document_number, shipment.shipment_number)
        raise UnableToReceive(f"{label} is {shipment.status}: only a dispatched shipment can be counted to its end")


def _tolerated(
    order: TransferOrder,
    shipment_id: str,
    lines: tuple[ShipmentLine, ...],
    just_moved: tuple[Movement, ...],
    store: Reader,
) -> list[events.DiscrepancyResolved]:
    """Resolutions of what the destination's rule does not ask about. `just_moved` is not in the ledger yet."""
    rules = {rule.warehouse_id: rule for rule in store.receiving_rules()}
    rule = rules.get(order.destination_id, ReceivingRule(warehouse_id=order.destination_id))
    ordered = {line.sku for line in order.lines}
    found = []
    for line in lines:
        for kind, units in (
            ("short", line.in_transit_units),
            (surplus_kind(line.sku, ordered=ordered), line.open_over_units),
        ):
            if not units or not rule.allows(units, dispatched_units=line.dispatched_units):
                continue
            found.append(
                events.DiscrepancyResolved(
                    transfer_order_id=order.transfer_order_id,
                    shipment_id=shipment_id,
                    sku=line.sku,
                    kind=kind,
                    units=units,
                    resolution=WITHIN_TOLERANCE,
                    evidence=(),
                    movements=movements_of(
                        kind=kind,
                        resolution=WITHIN_TOLERANCE,
                        shipment_id=shipment_id,
                        sku=line.sku,
                        units=units,
                        order=order,
                        store=store,
                        just_moved=just_moved,
                    ),
                )
            )
    return found
