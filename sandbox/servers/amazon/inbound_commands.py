"""Fulfillment Inbound 2024-03-20: the commands on a plan, each answered with an operation.

Belongs here: what a command takes from its path and body, and operations, which are IN_PROGRESS at the first look and
then done. What plans show: `inbound_plans.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.servers.amazon.account import Account
from sandbox.servers.amazon.inbound_plans import plan_of
from sandbox.servers.web import Answer, Call, House, Refused


def command(name: str, body: Callable[[Call], dict[str, Any]]) -> Callable[[Call, Account], Answer]:
    """A command on a plan that answers with its operation."""

    def handle(call: Call, account: Account) -> Answer:
        plan = plan_of(call, account)
        return Answer({"operationId": call.do(name, plan_id=plan.plan_id, **body(call))}, 202)

    return handle


def _configured(call: Call) -> dict[str, Any]:
    return {"shipment_ids": [item["shipmentId"] for item in call.json["shipmentTransportationConfigurations"]]}


def _selected(call: Call) -> dict[str, Any]:
    return {
        "selections": {
            item["shipmentId"]: item["transportationOptionId"] for item in call.json["transportationSelections"]
        }
    }


COMMANDS = {
    "cancelInboundPlan": command("cancel_plan", lambda _: {}),
    "generatePackingOptions": command("offer_packing", lambda _: {}),
    "confirmPackingOption": command("accept_packing", lambda call: {"packing_id": call.parts["packingOptionId"]}),
    "setPackingInformation": command("pack", lambda _: {}),
    "generatePlacementOptions": command("offer_placement", lambda _: {}),
    "confirmPlacementOption": command(
        "accept_placement", lambda call: {"placement_id": call.parts["placementOptionId"]}
    ),
    "generateTransportationOptions": command("offer_transport", _configured),
    "confirmTransportationOptions": command("accept_transport", _selected),
    "updateShipmentTrackingDetails": command(
        "track",
        lambda call: {"shipment_id": call.parts["shipmentId"], "tracking": call.json["trackingDetails"]},
    ),
}


class Operations:
    """How often an operation was looked at."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._looks: dict[str, int] = {}

    def get(self, call: Call, account: Account) -> Answer:
        """GET operations/{operationId}."""
        operation = call.parts["operationId"]
        what, plan_id = call.world.operations.get(operation, ("", ""))
        if not what or call.world.plans[plan_id].fba != account.fba:
            raise Refused(404, "NotFound", f"there is no operation {operation}")
        status = "SUCCESS" if self._looks.get(operation) else "IN_PROGRESS"
        self._looks[operation] = self._looks.get(operation, 0) + 1
        body = {"operation": what, "operationId": operation, "operationStatus": status, "operationProblems": []}
        return Answer(body)
