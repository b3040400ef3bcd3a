"""What the destination tells of an order's shipments, and what people decide about the differences."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from inventory_core.commands import Command
from inventory_core.errors import Malformed
from inventory_core.identifiers import check_name
from inventory_core.quantities import check_units
from inventory_core.receiving.model import CLAIMS, RESOLUTIONS, ReceivingRule
from inventory_core.stock_ledger.model import Condition, check_condition, check_optional_name
from inventory_core.transfer_orders.commands import ExistingOrderCommand


@dataclass(frozen=True, kw_only=True)
class CountedUnits:
    """Units of what was scanned: a SKU, another code of a product (EAN, FNSKU), or a carton's label.

    A carton counts `units` times what was noted to be in it.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = Command.__pydantic_config__

    code: str
    units: int
    condition: str = Condition.GOOD.value
    bin_id: str = ""
    lot: str = ""

    def __post_init__(self) -> None:
        check_name(self.code, name="code")
        check_units(self.units, name=f"units of {self.code}", minimum=1)
        check_condition(self.condition, name=f"condition of {self.code}")
        check_optional_name(self.bin_id, name=f"bin_id of {self.code}")
        check_optional_name(self.lot, name=f"lot of {self.code}")


@dataclass(frozen=True, kw_only=True)
class RecordReceipt(ExistingOrderCommand):
    """Something arrived and was counted; receipts add up. More than was in transit is recorded, not refused.

    `shipment_id` may be left out where the order has one shipment, or none because nobody announced it. `are_totals`:
    the counts say how much of the shipment came so far, as FBA and many warehouses tell it; only what is new counts.
    """

    counts: tuple[CountedUnits, ...]
    shipment_id: str | None = None
    is_complete: bool = False
    are_totals: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shipment_id is not None:
            check_name(self.shipment_id, name="shipment_id")
        if not self.counts:
            raise Malformed("counts must name at least one product: send CompleteReceiving where nothing came")


@dataclass(frozen=True, kw_only=True)
class CompleteReceiving(ExistingOrderCommand):
    """Everything that came of the shipment was counted: what is still in transit is short."""

    shipment_id: str

    def __post_init__(self) -> None:
        super().__post_init__()
        check_name(self.shipment_id, name="shipment_id")


@dataclass(frozen=True, kw_only=True)
class ResolveDiscrepancy(ExistingOrderCommand):
    """Give units of a discrepancy their reason; a claim needs evidence (photos, claim numbers, addresses of files)."""

    shipment_id: str
    sku: str
    kind: str
    units: int
    resolution: str
    evidence: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        check_name(self.shipment_id, name="shipment_id")
        check_name(self.sku, name="sku")
        check_units(self.units, name="units", minimum=1)
        if self.kind not in RESOLUTIONS:
            raise Malformed(f"kind must be one of {', '.join(RESOLUTIONS)}, not {self.kind!r}")
        if self.resolution not in RESOLUTIONS[self.kind]:
            found = ": record a receipt of them" if (self.kind, self.resolution) == ("short", "found_later") else ""
            raise Malformed(
                f"resolution of {self.kind} must be one of {', '.join(RESOLUTIONS[self.kind])}, "
                f"not {self.resolution!r}{found}"
            )
        for one in self.evidence:
            check_name(one, name="evidence")
        if self.resolution in CLAIMS and not self.evidence:
            raise Malformed(f"evidence: {self.resolution} needs some, such as the claim's number or a photo's address")


@dataclass(frozen=True, kw_only=True)
class CloseTransferOrder(ExistingOrderCommand):
    """End an order of which nothing is in transit and every discrepancy has a reason."""


@dataclass(frozen=True, kw_only=True)
class ReopenTransferOrder(ExistingOrderCommand):
    """Take a closed order up again for a correction, dated now, with the reason."""

    reason_is_required = True


@dataclass(frozen=True, kw_only=True)
class SetReceivingRules(Command):
    """Replace all receiving rules; a warehouse without one has no tolerance and shows counters the plan."""

    rules: tuple[ReceivingRule, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        counted = Counter(rule.warehouse_id for rule in self.rules)
        twice = [warehouse_id for warehouse_id, count in counted.items() if count > 1]
        if twice:
            raise Malformed(f"rules must name each warehouse once; named twice: {', '.join(twice)}")
