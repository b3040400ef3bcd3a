"""A company for benchmarks of the core: its catalog and people, and whole lives of its orders as commands.

Belongs here: what is sent. Does not: what is measured of it (`core_commands.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from inventory_core.approvals.model import ApprovalRule
from inventory_core.approvals.rules import SetApprovalRules
from inventory_core.bootstrap import Core
from inventory_core.catalog.model import CatalogProduct
from inventory_core.commands import Command
from inventory_core.receiving.commands import (
    CloseTransferOrder,
    CompleteReceiving,
    CountedUnits,
    RecordReceipt,
    ResolveDiscrepancy,
)
from inventory_core.stock_ledger.commands import BinUnits, SetOpeningStock
from inventory_core.transfer_orders.commands import ApproveTransferOrder, LineToOrder, SubmitTransferOrder
from inventory_core.transfer_orders.shipment_commands import DispatchShipment, PlanShipment, RecordMilestone
from tests.core_builders import AT, catalog, cheap_passwords, draft, people, sender

PRODUCTS = 500
LINES_PER_ORDER = 8


def sku_of(number: int) -> str:
    """A product's sku."""
    return f"SKU-{number:05d}"


def set_up(core: Core, *, products: int = PRODUCTS) -> None:
    """Catalog, people, one approval rule, and stock that no benchmark uses up."""
    known = tuple(
        CatalogProduct(sku=sku_of(number), unit_value=Decimal("12.50"), codes=(f"69{number:011d}",))
        for number in range(products)
    )
    rules = (ApprovalRule(rule_id="all", role="supervisor"),)
    counts = tuple(BinUnits(sku=product.sku, units=1_000_000) for product in known)
    commands = (
        catalog(products=known),
        people(),
        SetApprovalRules(**sender("operator"), rules=rules),
        SetOpeningStock(**sender("operator"), warehouse_id="cn_main", counts=counts),
    )
    with cheap_passwords():
        for number, command in enumerate(commands):
            # the same keys and so the same hashes in every database
            core.execute(replace(command, idempotency_key=f"set-up-{number}"))


def lives(orders: int, *, first: int = 0) -> Iterator[Command]:
    """Orders one after the other, each from draft to closed in 12 commands: two come short, one arrives damaged."""
    for number in range(first, first + orders):
        yield from _life(number)


def _life(number: int) -> Iterator[Command]:
    turn = 0
    reference: dict[str, Any] = {"transfer_order_id": f"TO-2026-{number + 1:05d}"}
    shipment = {**reference, "shipment_id": f"{reference['transfer_order_id']}-S1"}
    skus = [sku_of((number * 7 + line) % PRODUCTS) for line in range(LINES_PER_ORDER)]

    def by(actor_id: str) -> dict[str, Any]:
        nonlocal turn
        turn += 1
        at = AT + timedelta(minutes=number, seconds=turn)
        return {**sender(actor_id, key=f"life-{number}-{turn}", at=at), "reason": "as agreed"}

    def count(sku: str, units: int, condition: str = "good") -> CountedUnits:
        return CountedUnits(code=sku, units=units, condition=condition, bin_id="A-01")

    first_by = by("pia")
    yield draft(
        "pia",
        key=first_by["idempotency_key"],
        at=first_by["at"],
        lines=tuple(
            LineToOrder(sku=sku, units=40, suggestion_id=f"sg-{number}-{sku}", suggested_units=40) for sku in skus
        ),
    )
    yield SubmitTransferOrder(**by("pia"), **reference)
    yield ApproveTransferOrder(**by("sam"), **reference)
    yield PlanShipment(**by("wim"), **reference)
    yield DispatchShipment(**by("wim"), **shipment, waybill=f"WB-{number}", carrier="COSCO")
    for day, milestone in ((1, "departed"), (30, "delivered")):
        occurred_at = AT + timedelta(days=day)
        yield RecordMilestone(**by("wim"), **shipment, milestone=milestone, occurred_at=occurred_at, place="Yantian")
    half = LINES_PER_ORDER // 2
    yield RecordReceipt(**by("wim"), **shipment, counts=tuple(count(sku, 40) for sku in skus[:half]))
    rest = [count(sku, 40) for sku in skus[half + 2 :]]
    yield RecordReceipt(
        **by("wim"), **shipment, counts=(count(skus[half], 38), count(skus[half + 1], 40, "damaged"), *rest)
    )
    yield CompleteReceiving(**by("wim"), **shipment)
    short = {"sku": skus[half], "kind": "short", "units": 2, "resolution": "claim_carrier", "evidence": ("claim 7",)}
    damaged = {"sku": skus[half + 1], "kind": "damaged", "units": 40, "resolution": "damaged"}
    yield ResolveDiscrepancy(**by("sam"), **shipment, **short)
    yield ResolveDiscrepancy(**by("sam"), **shipment, **damaged)
    yield CloseTransferOrder(**by("pia"), **reference)
