"""Discrepancies and their resolutions, tolerances, and the records of counting. Pure.

Belongs here: what differs, and which reasons may explain it. Does not: the units themselves
(`transfer_orders/shipments.py`), the movements that a reason makes (`resolving.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from inventory_core.errors import Malformed
from inventory_core.identifiers import check_name
from inventory_core.money import check_amount
from inventory_core.quantities import check_units
from inventory_core.transfer_orders.model import TransferOrder
from inventory_core.transfer_orders.shipments import Shipment, ShipmentLine, ShipmentStatus

WITHIN_TOLERANCE = "within_tolerance"  # given by the core alone, when counting is complete
_SURPLUS = ("miscounted_at_origin", "miscounted_at_destination", "found_later", "unexplained")
# kind of discrepancy → reasons that a person may give
RESOLUTIONS: dict[str, tuple[str, ...]] = {
    "short": ("lost", "damaged", "miscounted_at_origin", "miscounted_at_destination", "claim_carrier", "claim_fba"),
    "over": _SURPLUS,
    "wrong_product": _SURPLUS,
    "damaged": ("damaged", "miscounted_at_destination", "claim_carrier", "claim_fba"),
}
CLAIMS = ("claim_carrier", "claim_fba")


@dataclass(frozen=True, kw_only=True)
class ReceivingRule:
    """How a warehouse counts: what difference per line it does not ask about, and whether counters see the plan.

    The tolerance is the larger of `tolerance_units` and `tolerance_share` (0 to 1) of the dispatched units.
    """

    warehouse_id: str
    tolerance_units: int = 0
    tolerance_share: Decimal = Decimal(0)
    is_blind: bool = False

    def __post_init__(self) -> None:
        check_name(self.warehouse_id, name="warehouse_id")
        check_units(self.tolerance_units, name=f"tolerance_units of {self.warehouse_id}", minimum=0)
        check_amount(self.tolerance_share, name=f"tolerance_share of {self.warehouse_id}")
        if not 0 <= self.tolerance_share <= 1:
            raise Malformed(f"tolerance_share of {self.warehouse_id} must be 0 to 1, not {self.tolerance_share}")

    def allows(self, units: int, *, dispatched_units: int) -> bool:
        """Whether nobody needs to explain that difference.

        >>> ReceivingRule(warehouse_id="us", tolerance_share=Decimal("0.02")).allows(2, dispatched_units=149)
        True
        """
        return units <= max(self.tolerance_units, int(self.tolerance_share * dispatched_units))


@dataclass(frozen=True, kw_only=True)
class ReceiptCount:
    """One counted line as it was recorded; the counts of one receipt share its id. `code` is what was scanned."""

    entry_sequence: int
    position: int
    receipt_id: str
    transfer_order_id: str
    shipment_id: str
    at: datetime
    counted_by: str
    code: str
    sku: str
    units: int
    condition: str
    bin_id: str
    lot: str


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """The reason for some units of a discrepancy, with the evidence for a claim."""

    entry_sequence: int
    transfer_order_id: str
    shipment_id: str
    at: datetime
    resolved_by: str
    sku: str
    kind: str
    units: int
    resolution: str
    evidence: tuple[str, ...]
    note: str


@dataclass(frozen=True, kw_only=True)
class Discrepancy:
    """What differs in one product of a shipment; `open_units` of it have no reason yet."""

    shipment_id: str
    sku: str
    kind: str
    units: int
    open_units: int


def surplus_kind(sku: str, *, ordered: Collection[str]) -> str:
    """A surplus of a product that the order never named is another product in its place, not too much of one."""
    return "over" if sku in ordered else "wrong_product"


def discrepancies(order: TransferOrder) -> list[Discrepancy]:
    """All of the order's, explained ones too. Units are short only when counting is complete: more may come before."""
    ordered = {line.sku for line in order.lines}
    return [
        Discrepancy(shipment_id=shipment.shipment_id, sku=line.sku, kind=kind, units=units, open_units=open_units)
        for shipment in order.shipments
        for line in shipment.lines
        for kind, units, open_units in _differences(shipment, line, ordered)
        if units
    ]


def _differences(shipment: Shipment, line: ShipmentLine, ordered: Collection[str]) -> list[tuple[str, int, int]]:
    missing = line.in_transit_units if shipment.status is ShipmentStatus.RECEIVED else 0
    return [
        ("short", missing + line.written_off_units, missing),
        (surplus_kind(line.sku, ordered=ordered), line.over_units, line.open_over_units),
        ("damaged", line.damaged_units, line.open_damaged_units),
    ]


def what_keeps_it_open(order: TransferOrder) -> list[str]:
    """Why the order cannot be closed, one sentence each; empty when it can."""
    problems = []
    rest = {sku: units for sku, units in order.open_units().items() if units > 0}
    if rest:
        left = ", ".join(f"{units} {sku}" for sku, units in rest.items())
        problems.append(f"{left} never left: dispatch them, or cancel the rest")
    for shipment in order.shipments:
        # One that was counted before it left cannot be cancelled; what keeps it open are its units, above and below.
        is_counted = any(line.received_units for line in shipment.lines)
        is_planned = any(line.planned_units for line in shipment.lines)
        if shipment.status is ShipmentStatus.PLANNED and is_planned and not is_counted:
            problems.append(f"shipment {shipment.shipment_number} is planned: dispatch or cancel it")
        elif shipment.is_under_way:
            problems.append(
                f"shipment {shipment.shipment_number} has {shipment.in_transit_units} units in transit: count them, "
                "or say that its receiving is complete"
            )
    problems += [
        f"{one.open_units} {one.sku} {one.kind} in shipment {order.known_shipment(one.shipment_id).shipment_number}: "
        "resolve with a reason"
        for one in discrepancies(order)
        if one.open_units
    ]
    return problems
