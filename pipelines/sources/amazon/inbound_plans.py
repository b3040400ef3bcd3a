"""FBA inbound plans (2024-03-20): from an approved order to Amazon's shipments.

Belongs here: the calls in the order that Amazon wants them, and its answers as values. Does not: who may confirm what
(the core), when (its outbox). Creating and confirming are not repeated by themselves where an answer is lost: a second
plan would be a second order, and a confirmed placement cannot be undone; look at the plan first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipelines.sources.amazon.client import SellingPartner, next_token
from pipelines.sources.errors import UnableToFetch, UnexpectedAnswer, field_of
from pipelines.sources.extracts import Answer

PATH = "/inbound/fba/2024-03-20"
POLL_SECONDS = 5
PATIENCE = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class PlanItem:
    """Units of one listing; who labels and who prepares: SELLER, AMAZON or NONE."""

    seller_sku: str
    units: int
    label_owner: str = "SELLER"
    prep_owner: str = "SELLER"


@dataclass(frozen=True)
class StartedPlan:
    """A plan and the operation that makes it."""

    plan_id: str
    operation_id: str


@dataclass(frozen=True)
class Fee:
    """A fee or discount of a placement; a discount is negative."""

    kind: str
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class PlacementOption:
    """One way to split the goods among Amazon's warehouses, with what it costs and until when it is offered."""

    option_id: str
    status: str
    shipment_ids: tuple[str, ...]
    fees: tuple[Fee, ...]
    expires_at: dt.datetime | None


@dataclass(frozen=True)
class PlannedShipment:
    """One of Amazon's shipments of a plan. `confirmation_id` (FBA...) is the one on labels and in reports."""

    shipment_id: str
    confirmation_id: str
    warehouse: str
    status: str
    units: dict[str, int]


def create_plan(
    amazon: SellingPartner, *, name: str, marketplace: str, source_address: Answer, items: Sequence[PlanItem]
) -> StartedPlan:
    """CreateInboundPlan. The name is how a lost answer is found again: make it the order's id."""
    body = {
        "name": name,
        "destinationMarketplaces": [marketplace],
        "sourceAddress": source_address,
        "items": [
            {
                "msku": item.seller_sku,
                "quantity": item.units,
                "labelOwner": item.label_owner,
                "prepOwner": item.prep_owner,
            }
            for item in items
        ],
    }
    answer = amazon.ask("createInboundPlan", f"{PATH}/inboundPlans", method="POST", body=body, is_repeatable=False)
    return StartedPlan(str(field_of(answer, "inboundPlanId")), str(field_of(answer, "operationId")))


def plans_called(amazon: SellingPartner, name: str) -> list[str]:
    """Ids of plans of a name: how one finds out whether a lost creation came through."""
    found = _pages(amazon, "listInboundPlans", f"{PATH}/inboundPlans", "inboundPlans", size=30)
    return [str(plan["inboundPlanId"]) for plan in found if plan.get("name") == name]


def finish(amazon: SellingPartner, operation_id: str) -> None:
    """Waits until an operation is done; raises UnableToFetch with Amazon's reasons when it failed."""
    deadline = amazon.clock.now() + PATIENCE
    while True:
        answer = amazon.ask("getInboundOperationStatus", f"{PATH}/operations/{operation_id}")
        status = field_of(answer, "operationStatus")
        if status == "SUCCESS":
            return
        if status == "FAILED":
            reasons = [str(problem.get("message", "")) for problem in answer.get("operationProblems") or ()]
            raise UnableToFetch(
                f"{answer.get('operation', operation_id)} failed: {'; '.join(reasons) or 'no reason given'}"
            )
        if amazon.clock.now() >= deadline:
            raise UnableToFetch(f"the operation {operation_id} is still {status}; look again later")
        amazon.clock.sleep(POLL_SECONDS)


def generate_packing_options(amazon: SellingPartner, plan_id: str) -> str:
    """generatePackingOptions; returns the operation to finish."""
    return _started(amazon, "generatePackingOptions", f"{_plan(plan_id)}/packingOptions", body=None)


def packing_options(amazon: SellingPartner, plan_id: str) -> list[Answer]:
    """Ways to pack, as Amazon says them: `packingOptionId`, `packingGroups`, `fees`, `discounts`, `status`."""
    return list(_pages(amazon, "listPackingOptions", f"{_plan(plan_id)}/packingOptions", "packingOptions", size=20))


def confirm_packing(amazon: SellingPartner, plan_id: str, option_id: str) -> str:
    """confirmPackingOption; returns the operation to finish."""
    return _started(
        amazon, "confirmPackingOption", f"{_plan(plan_id)}/packingOptions/{option_id}/confirmation", body=None
    )


def set_packing_information(amazon: SellingPartner, plan_id: str, groups: Sequence[Answer]) -> str:
    """setPackingInformation: the boxes of each packing group; returns the operation to finish."""
    body = {"packageGroupings": list(groups)}
    return _started(amazon, "setPackingInformation", f"{_plan(plan_id)}/packingInformation", body=body)


def generate_placement_options(amazon: SellingPartner, plan_id: str) -> str:
    """generatePlacementOptions; returns the operation to finish."""
    return _started(amazon, "generatePlacementOptions", f"{_plan(plan_id)}/placementOptions", body={})


def placement_options(amazon: SellingPartner, plan_id: str) -> list[PlacementOption]:
    """What a person chooses from: the fees are shown before anything is confirmed."""
    found = _pages(amazon, "listPlacementOptions", f"{_plan(plan_id)}/placementOptions", "placementOptions", size=20)
    return [
        PlacementOption(
            option_id=str(field_of(option, "placementOptionId")),
            status=str(field_of(option, "status")),
            shipment_ids=tuple(field_of(option, "shipmentIds")),
            fees=(
                *(_fee(fee, sign=1) for fee in field_of(option, "fees")),
                *(_fee(discount, sign=-1) for discount in field_of(option, "discounts")),
            ),
            expires_at=dt.datetime.fromisoformat(option["expiration"]) if option.get("expiration") else None,
        )
        for option in found
    ]


def confirm_placement(amazon: SellingPartner, plan_id: str, option_id: str) -> str:
    """confirmPlacementOption, which cannot be undone; returns the operation to finish."""
    path = f"{_plan(plan_id)}/placementOptions/{option_id}/confirmation"
    return _started(amazon, "confirmPlacementOption", path, body=None, is_repeatable=False)


def planned_shipment(amazon: SellingPartner, plan_id: str, shipment_id: str) -> PlannedShipment:
    """GetShipment with its items: what one order became."""
    path = f"{_plan(plan_id)}/shipments/{shipment_id}"
    shipment = amazon.ask("getShipment", path)
    units: dict[str, int] = {}
    for item in _pages(amazon, "listShipmentItems", f"{path}/items", "items", size=1000):
        sku = str(field_of(item, "msku"))
        units[sku] = units.get(sku, 0) + int(field_of(item, "quantity"))
    return PlannedShipment(
        shipment_id=str(field_of(shipment, "shipmentId")),
        confirmation_id=str(shipment.get("shipmentConfirmationId") or ""),
        warehouse=str((shipment.get("destination") or {}).get("warehouseId") or ""),
        status=str(shipment.get("status") or ""),
        units=units,
    )


def cancel_plan(amazon: SellingPartner, plan_id: str) -> str:
    """cancelInboundPlan; returns the operation to finish."""
    answer = amazon.ask("cancelInboundPlan", f"{_plan(plan_id)}/cancellation", method="PUT")
    return str(field_of(answer, "operationId"))


def _plan(plan_id: str) -> str:
    return f"{PATH}/inboundPlans/{plan_id}"


def _started(amazon: SellingPartner, operation: str, path: str, *, body: Any, is_repeatable: bool = True) -> str:
    answer = amazon.ask(operation, path, method="POST", body=body, is_repeatable=is_repeatable)
    return str(field_of(answer, "operationId"))


def _pages(amazon: SellingPartner, operation: str, path: str, field: str, *, size: int) -> Iterator[Answer]:
    token = None
    while True:
        params: Answer = {"pageSize": size} | ({"paginationToken": token} if token else {})
        answer = amazon.ask(operation, path, params=params)
        yield from field_of(answer, field)
        following = next_token(answer)
        if following is None:
            return
        if following == token:
            raise UnexpectedAnswer(f"{operation}: Amazon hands out the same page token for ever")
        token = following


def _fee(incentive: Answer, *, sign: int) -> Fee:
    value = field_of(incentive, "value")
    amount = sign * abs(Decimal(str(field_of(value, "amount"))))
    return Fee(str(incentive.get("description") or incentive.get("type") or ""), amount, str(field_of(value, "code")))
