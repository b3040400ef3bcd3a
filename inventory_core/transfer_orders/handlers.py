"""Commands about transfer orders: load, decide, hand back the events. Nothing is written here.

Belongs here: what the company's catalog and rules allow of an order. Does not: what an order allows of itself
(`model.py`), who may send which command (`access/permissions.py`), recording (`dispatch.py`), decisions
(`approvals/handlers.py`), shipments (`shipment_handlers.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inventory_core.approvals.asking import check_free_stock, request_for, taking_part
from inventory_core.approvals.handlers import by_rule
from inventory_core.approvals.model import OrderFacts, required_steps
from inventory_core.catalog.model import CatalogLane, Company
from inventory_core.decisions import Decided
from inventory_core.errors import Refused
from inventory_core.money import Money
from inventory_core.records import digest
from inventory_core.storage.ports import Reader
from inventory_core.transfer_orders import commands, events
from inventory_core.transfer_orders.comments import TransferOrderCommented
from inventory_core.transfer_orders.loading import Possible, load_order, refuse
from inventory_core.transfer_orders.model import (
    OPEN_STATUSES,
    RESERVING_STATUSES,
    OrderLine,
    Status,
    TransferOrder,
    content_problems,
    deviation_share,
    value_of,
)
from inventory_core.transfer_orders.shipments import ShipmentUnits


class UnableToDraftTransferOrder(Refused):
    """The order contradicts itself or the catalog."""


class UnableToChangeTransferOrder(Refused):
    """The order is no draft any more, or would contradict itself or the catalog."""


class UnableToSubmitTransferOrder(Refused):
    """The order is no draft, or the catalog changed since it was drafted."""


class UnableToWithdrawTransferOrder(Refused):
    """The order is not submitted."""


class UnableToCancelTransferOrder(Refused):
    """The order is already over."""


class UnableToCommentOnTransferOrder(Refused):
    """The order is in no status that allows it; there is none such today."""


# From which status a command is possible; the screen asks the same table (`access/permissions.py`).
POSSIBLE_FROM: dict[type[commands.ExistingOrderCommand], Possible] = {
    commands.ChangeTransferOrder: Possible(
        frozenset({Status.DRAFT}),
        UnableToChangeTransferOrder,
        "only a draft can be changed: withdraw it first if it is submitted, else draft a new order",
    ),
    commands.SubmitTransferOrder: Possible(
        frozenset({Status.DRAFT}),
        UnableToSubmitTransferOrder,
        "only a draft can be submitted",
    ),
    commands.WithdrawTransferOrder: Possible(
        frozenset({Status.SUBMITTED}),
        UnableToWithdrawTransferOrder,
        "only a submitted order can be withdrawn: cancel an approved one",
    ),
    commands.CancelTransferOrder: Possible(
        frozenset({*OPEN_STATUSES, *RESERVING_STATUSES}),
        UnableToCancelTransferOrder,
        "it is already over",
    ),
    commands.CommentOnTransferOrder: Possible(
        frozenset(Status), UnableToCommentOnTransferOrder, "it cannot be commented on"
    ),
}


def draft(command: commands.DraftTransferOrder, store: Reader) -> Decided:
    """A new draft with the next document number of the company's year."""
    lines = tuple(
        OrderLine(
            line_number=number,
            sku=line.sku,
            units=line.units,
            suggestion_id=line.suggestion_id,
            suggested_units=line.suggested_units,
            suggestion_run_id=line.suggestion_run_id,
        )
        for number, line in enumerate(command.lines, start=1)
    )
    company = _company(store, refusal=UnableToDraftTransferOrder)
    year = company.year_of(command.at)
    event = events.TransferOrderDrafted(
        # From the key, so that no randomness is needed; the key is unique, so the id is.
        transfer_order_id=f"to_{digest(command.own_key)[:20]}",
        document_year=year,
        document_sequence=store.last_document_sequence(year) + 1,
        origin_id=command.origin_id,
        destination_id=command.destination_id,
        mode=command.mode,
        ship_date=command.ship_date,
        arrival_date=command.arrival_date,
        lines=lines,
    )
    refuse(UnableToDraftTransferOrder, _problems(event, event.lines, store))
    return Decided(event)


def change(command: commands.ChangeTransferOrder, store: Reader) -> Decided:
    """New dates or lines of a draft."""
    order = _load(command, store)
    changed = replace(
        order,
        ship_date=command.ship_date or order.ship_date,
        arrival_date=command.arrival_date or order.arrival_date,
        lines=order.lines if command.lines is None else _new_lines(command.lines, order),
    )
    refuse(UnableToChangeTransferOrder, _problems(changed, changed.lines, store))
    if changed == order:
        return Decided()
    return Decided(
        events.TransferOrderChanged(
            transfer_order_id=order.transfer_order_id,
            ship_date=changed.ship_date,
            arrival_date=changed.arrival_date,
            lines=changed.lines,
        )
    )


def submit(command: commands.SubmitTransferOrder, store: Reader) -> Decided:
    """The draft with its value and its frozen chain of steps; approved at once where the rule may do that."""
    order = _load(command, store)
    refuse(UnableToSubmitTransferOrder, _problems(order, order.lines, store))
    lines = _valued_lines(order, store)
    value = value_of(lines, currency=_company(store, refusal=UnableToSubmitTransferOrder).base_currency)
    facts = OrderFacts(
        value=value,
        margin_at_risk=replace(order, lines=lines).margin_at_risk,
        deviation_share=deviation_share(lines),
        mode=order.mode,
        origin_id=order.origin_id,
        destination_id=order.destination_id,
        destination_kind=store.warehouses()[order.destination_id].warehouse_kind,
    )
    steps = required_steps(store.approval_rules(), facts)
    asked = replace(
        order,
        status=Status.SUBMITTED,
        lines=lines,
        value=value,
        steps=steps,
        submitted_by=command.actor_id,
        contributors=(*order.contributors, command.actor_id),
    )
    submitted = events.TransferOrderSubmitted(
        transfer_order_id=order.transfer_order_id, lines=lines, value=value, steps=steps
    )
    approval = by_rule(asked, store)
    if approval is None:
        return Decided(replace(submitted, request=request_for(asked, store, at=command.at)))
    notes = check_free_stock(asked, store, refusal=UnableToSubmitTransferOrder, advice="change it, or count the stock")
    return Decided(replace(submitted, is_approved_by_rule=True), approval, notes=(approval.explanation, *notes))


def withdraw(command: commands.WithdrawTransferOrder, store: Reader) -> Decided:
    """The order as a draft again."""
    order = _load(command, store)
    tell = taking_part(order, store, at=command.at, but=command.actor_id)
    return Decided(events.TransferOrderWithdrawn(transfer_order_id=order.transfer_order_id, tell=tell))


def cancel(command: commands.CancelTransferOrder, store: Reader) -> Decided:
    """The order given up, or what of it has not left yet."""
    order = _load(command, store)
    tell = taking_part(order, store, at=command.at, but=command.actor_id)
    if not order.has_moved():
        return Decided(events.TransferOrderCancelled(transfer_order_id=order.transfer_order_id, tell=tell))
    rest = tuple(ShipmentUnits(sku=sku, units=units) for sku, units in order.open_units().items() if units > 0)
    if not rest:
        raise UnableToCancelTransferOrder(f"{order.document_number} has left completely: there is no rest to cancel")
    return Decided(events.TransferOrderRestCancelled(transfer_order_id=order.transfer_order_id, lines=rest, tell=tell))


def comment(command: commands.CommentOnTransferOrder, store: Reader) -> Decided:
    """The comment, and who took part before: they are told."""
    order = _load(command, store)
    return Decided(
        TransferOrderCommented(
            transfer_order_id=order.transfer_order_id,
            text=command.text,
            commented_by=command.actor_id,
            tell=taking_part(order, store, at=command.at, but=command.actor_id),
        )
    )


def _load(command: commands.ExistingOrderCommand, store: Reader) -> TransferOrder:
    return load_order(command, POSSIBLE_FROM[type(command)], store)


def _new_lines(wanted: Sequence[commands.LineToOrder], order: TransferOrder) -> tuple[OrderLine, ...]:
    earlier = {line.sku: line for line in order.lines}
    lines = []
    for number, line in enumerate(wanted, start=1):
        advice = earlier.get(line.sku) if line.suggestion_id is None else line
        lines.append(
            OrderLine(
                line_number=number,
                sku=line.sku,
                units=line.units,
                suggestion_id=advice.suggestion_id if advice else None,
                suggested_units=advice.suggested_units if advice else None,
                suggestion_run_id=advice.suggestion_run_id if advice else None,
            )
        )
    return tuple(lines)


def _valued_lines(order: TransferOrder, store: Reader) -> tuple[OrderLine, ...]:
    """The lines with the catalog's values and margins of now."""
    currency = _company(store, refusal=UnableToSubmitTransferOrder).base_currency
    products = store.products(line.sku for line in order.lines)
    return tuple(
        replace(
            line,
            unit_value=None if product.unit_value is None else Money(product.unit_value, currency),
            unit_margin=None if product.unit_margin is None else Money(product.unit_margin, currency),
        )
        for line in order.lines
        for product in (products[line.sku],)
    )


def _problems(
    order: TransferOrder | events.TransferOrderDrafted, lines: Sequence[OrderLine], store: Reader
) -> list[str]:
    """What the order contradicts, itself or the catalog, one sentence each."""
    skus = [line.sku for line in lines]
    problems = content_problems(
        origin_id=order.origin_id,
        destination_id=order.destination_id,
        ship_date=order.ship_date,
        arrival_date=order.arrival_date,
        skus=skus,
    )
    warehouses = store.warehouses()
    unknown = [one for one in (order.origin_id, order.destination_id) if one not in warehouses]
    problems += [f"warehouse {one} is not in the catalog: add it to the master data" for one in dict.fromkeys(unknown)]
    lane = CatalogLane(origin_id=order.origin_id, destination_id=order.destination_id, mode=order.mode)
    if not unknown and order.origin_id != order.destination_id and lane not in store.lanes():
        problems.append(f"there is no lane {lane}: add it to the master data or choose another")
    products = store.products(skus)
    problems += [
        f"product {sku} is not in the catalog: add it to the master data"
        for sku in dict.fromkeys(skus)
        if sku not in products
    ]
    return problems


def _company(store: Reader, *, refusal: type[Refused]) -> Company:
    company = store.company()
    if company is None:
        raise refusal("the core has no catalog yet: run the daily job first (`diaobo run`)")
    return company
