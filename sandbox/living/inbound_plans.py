"""Inbound plans: what a seller wants to send to Amazon, how Amazon would split it, what it costs, what was confirmed.

Belongs here: a plan's life and its options. The placement with the fewest shipments costs a fee a unit, the one with
the most is free. What was confirmed becomes a record of `fba_inbound.py`. How Amazon words it: `sandbox/servers/`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sandbox.living.fba_inbound import CENTERS, FbaInbound, FbaShipment
from sandbox.living.world import UnableToDo
from sandbox.network import FBA_US
from sandbox.parameters import Parameters

_SPLITS = ((1, 42), (2, 17), (4, 0))  # (shipments, cents a unit)
MODES = (("GROUND_SMALL_PARCEL", "USE_YOUR_OWN_CARRIER"), ("OCEAN_LCL", "USE_YOUR_OWN_CARRIER"))


@dataclass
class PlannedShipment:
    """A part of a plan: msku -> units, for one center."""

    shipment_id: str
    center: str
    items: dict[str, int]
    record: FbaShipment | None = None
    transport_id: str = ""
    tracking: dict[str, Any] = field(default_factory=dict)
    transports: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Placement:
    """One way to split a plan, with its fee."""

    placement_id: str
    shipments: list[PlannedShipment]
    fee_cents: int
    status: str = "OFFERED"


@dataclass
class Plan:
    """A seller's plan for one account of Amazon's."""

    plan_id: str
    fba: int
    marketplace: str
    name: str
    source: dict[str, Any]
    items: dict[str, dict[str, Any]]  # msku -> the seller's own line
    created_at: int
    updated_at: int
    status: str = "ACTIVE"
    packing_id: str = ""
    packing_group_id: str = ""
    packing_status: str = ""
    placements: list[Placement] = field(default_factory=list)

    def chosen(self) -> Placement | None:
        """The placement that was confirmed."""
        return next((item for item in self.placements if item.status == "ACCEPTED"), None)


class InboundPlans(FbaInbound):
    """A world in which Amazon plans with sellers."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        self.plans: dict[str, Plan] = {}
        self.operations: dict[str, tuple[str, str]] = {}  # operation -> (what, plan)
        self.fba_listing = {
            (listing.warehouse, listing.seller_sku): listing for listing in self.catalog.listings if listing.own_stock
        }

    def _operation(self, what: str, plan: Plan) -> str:
        plan.updated_at = self.now
        operation = self.identity()
        self.operations[operation] = (what, plan.plan_id)
        return operation

    def plan_of(self, plan_id: str) -> Plan:
        """A plan by its id.

        Raises:
            UnableToDo: when there is none.
        """
        if plan_id not in self.plans:
            raise UnableToDo(f"there is no inbound plan {plan_id}")
        return self.plans[plan_id]

    def _active(self, plan_id: str) -> Plan:
        plan = self.plan_of(plan_id)
        if plan.status != "ACTIVE":
            raise UnableToDo(f"inbound plan {plan_id} is {plan.status}")
        return plan

    def create_plan(
        self, *, fba: int, marketplace: str, name: str, source: dict[str, Any], items: list[dict[str, Any]]
    ) -> tuple[Plan, str]:
        """A seller plans to send items.

        Raises:
            UnableToDo: for an MSKU that Amazon does not stock, or one that stands there twice.
        """
        lines: dict[str, dict[str, Any]] = {}
        for item in items:
            if (fba, item["msku"]) not in self.fba_listing:
                raise UnableToDo(f"ERROR: MSKU {item['msku']} is not available for inbound")
            if item["msku"] in lines:
                raise UnableToDo(f"ERROR: MSKU {item['msku']} stands there twice")
            lines[item["msku"]] = item
        plan_id = self.identity("wf")
        plan = Plan(plan_id, fba, marketplace, name or f"FBA STA {plan_id[2:10]}", source, lines, self.now, self.now)
        self.plans[plan_id] = plan
        return plan, self._operation("createInboundPlan", plan)

    def cancel_plan(self, *, plan_id: str) -> str:
        """A plan is given up, unless its goods have left.

        Raises:
            UnableToDo: when it is not active or something of it has left.
        """
        plan = self._active(plan_id)
        chosen = plan.chosen()
        records = [item.record for item in chosen.shipments if item.record] if chosen else []
        if any(record.shipments for record in records):
            raise UnableToDo(f"inbound plan {plan_id} has left already")
        for record in records:
            record.is_cancelled = True
        plan.status = "VOIDED"
        return self._operation("cancelInboundPlan", plan)

    def offer_packing(self, *, plan_id: str) -> str:
        """Amazon offers how to pack."""
        plan = self._active(plan_id)
        if not plan.packing_id:
            plan.packing_id, plan.packing_group_id = self.identity("po"), self.identity("pg")
            plan.packing_status = "OFFERED"
        return self._operation("generatePackingOptions", plan)

    def accept_packing(self, *, plan_id: str, packing_id: str) -> str:
        """The seller confirms how he packs."""
        plan = self._active(plan_id)
        if packing_id != plan.packing_id:
            raise UnableToDo(f"there is no packing option {packing_id}")
        plan.packing_status = "ACCEPTED"
        return self._operation("confirmPackingOption", plan)

    def pack(self, *, plan_id: str) -> str:
        """The seller says what is in his boxes."""
        return self._operation("setPackingInformation", self._active(plan_id))

    def offer_placement(self, *, plan_id: str) -> str:
        """Amazon offers how to split: few shipments for a fee, many for nothing."""
        plan = self._active(plan_id)
        if plan.chosen() is not None:
            raise UnableToDo(f"the placement of inbound plan {plan_id} is confirmed")
        total = sum(int(item["quantity"]) for item in plan.items.values())
        plan.placements = []
        for parts, cents in _SPLITS:
            if parts <= total:
                shipments = self._split(plan, parts)
                plan.placements.append(Placement(self.identity("pl"), shipments, cents * total))
        return self._operation("generatePlacementOptions", plan)

    def _split(self, plan: Plan, parts: int) -> list[PlannedShipment]:
        """Every item in as equal parts as whole units allow, to the centers in turn; empty shipments fall away."""
        centers = CENTERS[plan.fba]
        items: list[dict[str, int]] = [{} for _ in range(parts)]
        for offset, (msku, line) in enumerate(plan.items.items()):
            least, over = divmod(int(line["quantity"]), parts)
            for part in range(parts):
                units = least + ((part + offset) % parts < over)
                if units:
                    items[part][msku] = units
        start = int(self._chance.integers(len(centers)))
        return [
            PlannedShipment(self.identity("sh"), centers[(start + part) % len(centers)], found)
            for part, found in enumerate(items)
            if found
        ]

    def accept_placement(self, *, plan_id: str, placement_id: str) -> str:
        """The seller confirms a split; his shipments get their FBA numbers. This cannot be undone.

        Raises:
            UnableToDo: when there is no such option or another one was confirmed.
        """
        plan = self._active(plan_id)
        option = next((item for item in plan.placements if item.placement_id == placement_id), None)
        if option is None:
            raise UnableToDo(f"there is no placement option {placement_id}")
        if plan.chosen() is not None:
            raise UnableToDo(f"the placement of inbound plan {plan_id} is confirmed")
        for other in plan.placements:
            other.status = "ACCEPTED" if other is option else "EXPIRED"
        for number, shipment in enumerate(option.shipments, start=1):
            units = np.zeros(len(self.catalog.products), dtype=np.int64)
            for msku, count in shipment.items.items():
                units[self.fba_listing[plan.fba, msku].parts[0][0]] += count
            shipment.record = self.expect_at_amazon(
                fba=plan.fba, name=f"{plan.name}-{number}", units=units, center=shipment.center
            )
        return self._operation("confirmPlacementOption", plan)

    def shipments_of(self, plan: Plan) -> list[tuple[Placement, PlannedShipment]]:
        """The shipments of every option, or of the confirmed one alone."""
        chosen = plan.chosen()
        options = [chosen] if chosen else plan.placements
        return [(option, shipment) for option in options for shipment in option.shipments]

    def planned_shipment(self, plan_id: str, shipment_id: str) -> tuple[Plan, Placement, PlannedShipment]:
        """A shipment of a plan.

        Raises:
            UnableToDo: when there is none.
        """
        plan = self.plan_of(plan_id)
        for option, shipment in self.shipments_of(plan):
            if shipment.shipment_id == shipment_id:
                return plan, option, shipment
        raise UnableToDo(f"there is no shipment {shipment_id} in inbound plan {plan_id}")

    def offer_transport(self, *, plan_id: str, shipment_ids: list[str]) -> str:
        """Amazon offers ways to carry shipments."""
        plan = self._active(plan_id)
        for shipment in [self.planned_shipment(plan_id, shipment_id)[2] for shipment_id in shipment_ids]:
            shipment.transports = {self.identity("to"): mode for mode in MODES}
        return self._operation("generateTransportationOptions", plan)

    def accept_transport(self, *, plan_id: str, selections: dict[str, str]) -> str:
        """The seller confirms how his shipments travel: shipment -> option."""
        plan = self._active(plan_id)
        chosen = [(self.planned_shipment(plan_id, key)[2], option) for key, option in selections.items()]
        for shipment, transport_id in chosen:
            if shipment.record is None:
                raise UnableToDo(f"confirm a placement of inbound plan {plan_id} first")
            if transport_id not in shipment.transports:
                raise UnableToDo(f"there is no transportation option {transport_id}")
        for shipment, transport_id in chosen:
            shipment.transport_id = transport_id
        return self._operation("confirmTransportationOptions", plan)

    def track(self, *, plan_id: str, shipment_id: str, tracking: dict[str, Any]) -> str:
        """The seller tells Amazon the numbers of his parcels."""
        plan, _, shipment = self.planned_shipment(plan_id, shipment_id)
        shipment.tracking = tracking
        return self._operation("updateShipmentTrackingDetails", plan)

    def plan_currency(self, plan: Plan) -> str:
        """Fees are in the account's currency."""
        return "USD" if plan.fba == FBA_US else "EUR"
