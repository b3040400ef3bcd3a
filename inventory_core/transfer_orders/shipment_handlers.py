"""Commands about an order's shipments until they arrive: load, decide, hand back the events with their movements.

Belongs here: what may leave, and from which bins. Does not: what was counted at the other end (`receiving/`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from inventory_core.decisions import Decided
from inventory_core.errors import Refused
from inventory_core.records import digest
from inventory_core.stock_ledger.free_stock import picks
from inventory_core.stock_ledger.model import Movement, PlaceKind, StockKey, in_transit, over_received, warehouse_bin
from inventory_core.storage.ports import Reader
from inventory_core.transfer_orders import shipment_commands as commands
from inventory_core.transfer_orders import shipment_events as events
from inventory_core.transfer_orders.commands import ExistingOrderCommand
from inventory_core.transfer_orders.loading import Possible, find_shipment, load_order, refuse
from inventory_core.transfer_orders.model import RESERVING_STATUSES, Status, TransferOrder
from inventory_core.transfer_orders.shipments import (
    Milestone,
    Shipment,
    ShipmentStatus,
    ShipmentUnits,
    Transport,
    shipment_label,
)


class UnableToPlanShipment(Refused):
    """The order has not got these units left to plan."""


class UnableToDispatchShipment(Refused):
    """The shipment left before, the order has not got these units left, or the origin has not got them."""


class UnableToCancelShipment(Refused):
    """The shipment is not planned any more."""


class UnableToRecordMilestone(Refused):
    """The order cannot have news."""


_HANDLED = frozenset(RESERVING_STATUSES)
POSSIBLE_FROM: dict[type[ExistingOrderCommand], Possible] = {
    commands.PlanShipment: Possible(_HANDLED, UnableToPlanShipment, "only an approved order is shipped"),
    commands.DispatchShipment: Possible(_HANDLED, UnableToDispatchShipment, "only an approved order is shipped"),
    commands.CancelShipment: Possible(_HANDLED, UnableToCancelShipment, "it has no planned shipment"),
    commands.RecordMilestone: Possible(
        _HANDLED | {Status.CLOSED, Status.CANCELLED}, UnableToRecordMilestone, "it has no shipment yet"
    ),
}


def plan(command: commands.PlanShipment, store: Reader) -> Decided:
    """A planned shipment of units that no other shipment has planned yet."""
    order = load_order(command, POSSIBLE_FROM[type(command)], store)
    return Decided(_planned(command, order, refusal=UnableToPlanShipment))


def dispatch(command: commands.DispatchShipment, store: Reader) -> Decided:
    """The shipment with what really left, after its plan where nobody planned it."""
    order = load_order(command, POSSIBLE_FROM[type(command)], store)
    before: tuple[events.ShipmentPlanned, ...] = ()
    early = _counted_before_it_left(order)
    if command.shipment_id is None and early is not None:
        shipment = early
    elif command.shipment_id is None:
        planned = _planned(command, order, refusal=UnableToDispatchShipment)
        shipment, before = events.planned_shipment(planned, planned_at=command.at), (planned,)
    else:
        shipment = find_shipment(order, str(command.shipment_id))
    wanted = _wanted(command, order, shipment)
    taken = _taken(command, order, wanted, store)
    early_units = {line.sku: line.open_over_units for line in shipment.lines}
    lines = tuple(
        # what the destination had counted before is settled by what leaves
        events.DispatchedUnits(sku=sku, units=units, settled_units=min(units, early_units.get(sku, 0)))
        for sku, units in wanted.items()
    )
    dispatched = events.ShipmentDispatched(
        transfer_order_id=order.transfer_order_id,
        shipment_id=shipment.shipment_id,
        transport=_transport(command, order, shipment.transport),
        lines=lines,
        cartons=command.cartons or shipment.cartons,
        movements=_movements(shipment.shipment_id, taken, lines),
    )
    unchecked = f"stock was not checked: the ledger does not keep {order.origin_id}"
    notes = () if order.origin_id in store.opened_warehouses() else (unchecked,)
    return Decided(*before, dispatched, *_arrival_known(order, shipment), notes=notes)


def _arrival_known(order: TransferOrder, shipment: Shipment) -> list[events.ShipmentArrived]:
    """The arrival, where the carrier told of the delivery before the origin told of the dispatch."""
    delivered = [news.occurred_at for news in shipment.milestones if news.milestone == "delivered"][:1]
    return [
        events.ShipmentArrived(
            transfer_order_id=order.transfer_order_id, shipment_id=shipment.shipment_id, arrived_at=at
        )
        for at in delivered
    ]


def cancel_shipment(command: commands.CancelShipment, store: Reader) -> Decided:
    """The planned shipment given up; its units are open again for another one."""
    order = load_order(command, POSSIBLE_FROM[type(command)], store)
    shipment = find_shipment(order, command.shipment_id)
    _require_planned(order, shipment, refusal=UnableToCancelShipment)
    if any(line.received_units for line in shipment.lines):
        raise UnableToCancelShipment(f"{_label(order, shipment)} was counted at its destination: dispatch it")
    return Decided(
        events.ShipmentCancelled(transfer_order_id=order.transfer_order_id, shipment_id=shipment.shipment_id)
    )


def record_milestone(command: commands.RecordMilestone, store: Reader) -> Decided:
    """The news, unless it is known; `delivered` makes a dispatched shipment arrive."""
    order = load_order(command, POSSIBLE_FROM[type(command)], store)
    shipment = find_shipment(order, command.shipment_id)
    news = Milestone(
        milestone=command.milestone, occurred_at=command.occurred_at, recorded_at=command.at, place=command.place
    )
    if any(news.is_same_news(known) for known in shipment.milestones):
        return Decided()
    recorded = events.MilestoneRecorded(
        transfer_order_id=order.transfer_order_id,
        shipment_id=shipment.shipment_id,
        milestone=command.milestone,
        occurred_at=command.occurred_at,
        place=command.place,
        description=command.description,
    )
    if command.milestone != "delivered" or shipment.status is not ShipmentStatus.DISPATCHED:
        return Decided(recorded)
    arrived = events.ShipmentArrived(
        transfer_order_id=order.transfer_order_id, shipment_id=shipment.shipment_id, arrived_at=command.occurred_at
    )
    return Decided(recorded, arrived)


def _planned(
    command: commands.PlanShipment | commands.DispatchShipment, order: TransferOrder, *, refusal: type[Refused]
) -> events.ShipmentPlanned:
    planned = Counter[str]()
    for shipment in order.shipments:
        if shipment.status is ShipmentStatus.PLANNED:
            planned.update({line.sku: line.planned_units for line in shipment.lines})
    left = {sku: units - planned[sku] for sku, units in order.open_units().items()}
    if command.lines is None:
        lines = tuple(ShipmentUnits(sku=sku, units=units) for sku, units in left.items() if units > 0)
    else:
        lines = tuple(line for line in command.lines if line.units)
    _require_open(order, {line.sku: line.units for line in lines}, left, refusal=refusal)
    return events.ShipmentPlanned(
        transfer_order_id=order.transfer_order_id,
        shipment_id=f"sh_{digest(command.own_key)[:20]}",
        shipment_number=len(order.shipments) + 1,
        transport=_transport(command, order, Transport(mode=order.mode)),
        lines=lines,
        cartons=command.cartons,
    )


def _counted_before_it_left(order: TransferOrder) -> Shipment | None:
    """A shipment that the destination told of first: whoever dispatches without naming one means it."""
    waiting = [one for one in order.shipments if one.status is ShipmentStatus.PLANNED]
    return next((one for one in waiting if not any(line.planned_units for line in one.lines)), None)


def _transport(
    command: commands.PlanShipment | commands.DispatchShipment, order: TransferOrder, known: Transport
) -> Transport:
    return Transport(
        mode=command.mode or known.mode or order.mode,
        carrier=command.carrier or known.carrier,
        waybill=command.waybill or known.waybill,
        house_waybill=command.house_waybill or known.house_waybill,
        master_waybill=command.master_waybill or known.master_waybill,
    )


def _wanted(command: commands.DispatchShipment, order: TransferOrder, shipment: Shipment) -> dict[str, int]:
    """Units that leave, by sku; refused where the order has not got them left."""
    _require_planned(order, shipment, refusal=UnableToDispatchShipment)
    if not (command.waybill or shipment.transport.waybill):
        raise UnableToDispatchShipment(f"{_label(order, shipment)} leaves with a waybill: pass waybill")
    if command.lines is None:
        wanted = {line.sku: line.planned_units for line in shipment.lines if line.planned_units}
        wanted = wanted or {sku: units for sku, units in order.open_units().items() if units > 0}
    else:
        wanted = {line.sku: line.units for line in command.lines if line.units}
    _require_open(order, wanted, order.open_units(), refusal=UnableToDispatchShipment)
    return wanted


def _require_planned(order: TransferOrder, shipment: Shipment, *, refusal: type[Refused]) -> None:
    if shipment.status is not ShipmentStatus.PLANNED:
        raise refusal(f"{_label(order, shipment)} is {shipment.status}: only a planned shipment can do that")


def _require_open(
    order: TransferOrder, wanted: Mapping[str, int], left: Mapping[str, int], *, refusal: type[Refused]
) -> None:
    if not wanted:
        raise refusal(f"{order.document_number} would ship nothing: name lines with units")
    refuse(
        refusal,
        [
            f"{units} {sku} wanted, but {order.document_number} has "
            + (f"{left[sku]} left to ship" if sku in left else "no line of it")
            for sku, units in wanted.items()
            if units > left.get(sku, 0)
        ],
    )


def _taken(
    command: commands.DispatchShipment, order: TransferOrder, wanted: Mapping[str, int], store: Reader
) -> dict[StockKey, int]:
    """The balances that the units come from: as picked, else the earliest lots first."""
    if not command.picks:
        taken, missing = picks(store, warehouse_id=order.origin_id, wanted=wanted)
        problems = [
            f"{units} of {wanted[sku]} {sku} are not on hand at {order.origin_id}: dispatch fewer, or count the stock"
            for sku, units in missing.items()
        ]
        refuse(UnableToDispatchShipment, problems)
        return taken
    picked: Counter[StockKey] = Counter()
    for pick in command.picks:
        place = warehouse_bin(order.origin_id, pick.bin_id)
        picked[StockKey(place=place, sku=pick.sku, lot=pick.lot)] += pick.units
    sums = Counter[str]()
    for key, units in picked.items():
        sums[key.sku] += units
    if dict(sums) != dict(wanted):
        raise UnableToDispatchShipment(f"picks add up to {_units(sums)}, but {_units(wanted)} leave: correct one")
    if order.origin_id in store.opened_warehouses():
        known = store.balances(place_kind=PlaceKind.WAREHOUSE, place_id=order.origin_id, skus=list(wanted))
        problems = [
            f"{units} picked of {key}, where the ledger has {known.get(key, 0)}: count the stock first"
            for key, units in picked.items()
            if units > known.get(key, 0)
        ]
        refuse(UnableToDispatchShipment, problems)
    return dict(picked)


def _movements(
    shipment_id: str, taken: Mapping[StockKey, int], lines: tuple[events.DispatchedUnits, ...]
) -> tuple[Movement, ...]:
    """Out of the bins into the shipment, and on to where the destination had them from, when it was faster."""
    way, surplus = in_transit(shipment_id), over_received(shipment_id)
    out, settling = [], []
    early = {line.sku: line.settled_units for line in lines}
    for key, units in taken.items():
        out.append(Movement(sku=key.sku, units=units, from_place=key.place, to_place=way, lot=key.lot))
        settled = min(units, early[key.sku])
        if settled:
            early[key.sku] -= settled
            settling.append(Movement(sku=key.sku, units=settled, from_place=way, to_place=surplus, lot=key.lot))
    return (*out, *settling)


def _label(order: TransferOrder, shipment: Shipment) -> str:
    return shipment_label(order.document_number, shipment.shipment_number)


def _units(units: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {sku}" for sku, count in sorted(units.items())) or "nothing"
