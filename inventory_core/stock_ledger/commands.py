"""Commands about stock in warehouses: opening balances, counts, moves inside and out, receipts of purchases.

What travels between warehouses moves by the commands of `transfer_orders/` and `receiving/`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from inventory_core.commands import Command
from inventory_core.errors import Malformed
from inventory_core.identifiers import check_name
from inventory_core.quantities import check_units
from inventory_core.stock_ledger.model import Condition, check_condition, check_optional_name


@dataclass(frozen=True, kw_only=True)
class BinUnits:
    """Units of a product's lot in one bin and condition; bin and lot are "" where the warehouse keeps none."""

    __pydantic_config__: ClassVar[dict[str, object]] = Command.__pydantic_config__
    minimum_units: ClassVar[int] = 0

    sku: str
    units: int
    bin_id: str = ""
    lot: str = ""
    condition: str = Condition.GOOD.value

    def __post_init__(self) -> None:
        check_name(self.sku, name="sku")
        check_units(self.units, name=f"units of {self.sku}", minimum=self.minimum_units)
        check_optional_name(self.bin_id, name=f"bin_id of {self.sku}")
        check_optional_name(self.lot, name=f"lot of {self.sku}")
        check_condition(self.condition, name=f"condition of {self.sku}")


@dataclass(frozen=True, kw_only=True)
class MovedUnits(BinUnits):
    """Units that really move, so at least one; `to_bin_id` only for putting away."""

    minimum_units: ClassVar[int] = 1

    to_bin_id: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_optional_name(self.to_bin_id, name=f"to_bin_id of {self.sku}")


@dataclass(frozen=True, kw_only=True)
class WarehouseCommand(Command):
    """What all commands about one warehouse's stock share."""

    warehouse_id: str

    def __post_init__(self) -> None:
        super().__post_init__()
        check_name(self.warehouse_id, name="warehouse_id")


def _check_once(counts: tuple[BinUnits, ...]) -> None:
    keys = Counter((one.sku, one.bin_id, one.lot, one.condition) for one in counts)
    twice = [", ".join(part for part in key if part) for key, count in keys.items() if count > 1]
    if twice:
        raise Malformed(f"counts must name each product, bin, lot and condition once; named twice: {'; '.join(twice)}")


@dataclass(frozen=True, kw_only=True)
class SetOpeningStock(WarehouseCommand):
    """From now on the ledger keeps this warehouse's stock, and it is exactly this: what is not named is not there."""

    counts: tuple[BinUnits, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_once(self.counts)


@dataclass(frozen=True, kw_only=True)
class CountStock(WarehouseCommand):
    """Record what was counted; the difference to the ledger becomes a movement with the reason. 0 means none there."""

    reason_is_required = True

    counts: tuple[BinUnits, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_once(self.counts)
        if not self.counts:
            raise Malformed("counts must name at least one product")


STOCK_MOVES = ("put_away", "sale", "customer_return", "scrap", "loss", "found")


@dataclass(frozen=True, kw_only=True)
class MoveStock(WarehouseCommand):
    """Move units: between bins (put_away), out (sale, scrap, loss) or in (customer_return, found)."""

    kind: str
    moves: tuple[MovedUnits, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kind not in STOCK_MOVES:
            raise Malformed(f"kind must be one of {', '.join(STOCK_MOVES)}, not {self.kind!r}")
        if not self.moves:
            raise Malformed("moves must name at least one product")
        for move in self.moves:
            if self.kind == "put_away" and move.to_bin_id == move.bin_id:
                raise Malformed(f"to_bin_id of {move.sku} must be another bin than bin_id, not {move.bin_id!r} again")
            if self.kind != "put_away" and move.to_bin_id:
                raise Malformed(f"to_bin_id of {move.sku}: leave it out, only put_away goes to another bin")


@dataclass(frozen=True, kw_only=True)
class ReceivePurchase(WarehouseCommand):
    """Goods of a purchase order arrived from the supplier; several receipts of one order add up."""

    purchase_order_id: str
    supplier_id: str
    lines: tuple[MovedUnits, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        check_name(self.purchase_order_id, name="purchase_order_id")
        check_name(self.supplier_id, name="supplier_id")
        if not self.lines:
            raise Malformed("lines must name at least one product")
        if any(line.to_bin_id for line in self.lines):
            raise Malformed("to_bin_id: leave it out, bin_id says where the goods were put")
