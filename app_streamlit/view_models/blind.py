"""What people who only count must not read before they have counted, where their warehouse counts blindly.

Belongs here: whether an order's plan, or a shipment's, is hidden from a person. Does not: whether a warehouse counts
blindly (the core), the page Receiving (`receiving.py`). A plan that can be read beside the count is written down as the
count, and what is missing is never found.
"""

from __future__ import annotations

from app_streamlit.view_models.deciding import Decider
from inventory_core.access.model import Actor
from inventory_core.transfer_orders.model import OPEN_STATUSES, RESERVING_STATUSES, TransferOrder
from inventory_core.transfer_orders.shipments import Shipment, ShipmentStatus


def only_counts(actor: Actor) -> bool:
    """Whether handling goods is all that his roles let him do."""
    return set(actor.roles) == {"warehouse"}


def hides_plan(order: TransferOrder, decider: Decider, *, is_blind: bool) -> bool:
    """Whether he must not read how many units the order moves; `is_blind` is its destination's rule.

    Whoever packs at the origin needs the plan until the goods have left, whoever approves needs it to decide.
    """
    actor = decider.actor
    if not (is_blind and only_counts(actor) and actor.may_see_warehouse(order.destination_id)):
        return False
    if any(one.is_under_way for one in order.shipments):
        return True
    if actor.may_see_warehouse(order.origin_id) or decider.signatures(order):
        return False
    is_counted = any(one.status is ShipmentStatus.RECEIVED for one in order.shipments) and not any(
        order.open_units().values()
    )
    return order.status in {*OPEN_STATUSES, *RESERVING_STATUSES} and not is_counted


def hides_shipment(shipment: Shipment, *, order: TransferOrder, actor: Actor, is_plan_hidden: bool) -> bool:
    """Whether that shipment's units are hidden with the order's plan: those to count, not those to pack or counted."""
    if not is_plan_hidden or shipment.status in (ShipmentStatus.RECEIVED, ShipmentStatus.CANCELLED):
        return False
    return shipment.status is not ShipmentStatus.PLANNED or not actor.may_see_warehouse(order.origin_id)
