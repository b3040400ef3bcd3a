"""What happened to stock in warehouses. Each event carries its movements, so the ledger is the fold of the journal."""

from __future__ import annotations

from dataclasses import dataclass

from inventory_core.stock_ledger.commands import BinUnits
from inventory_core.stock_ledger.model import Movement


@dataclass(frozen=True, kw_only=True)
class StockOpened:
    """The ledger keeps this warehouse's stock from now on."""

    warehouse_id: str
    movements: tuple[Movement, ...]


@dataclass(frozen=True, kw_only=True)
class StockCounted:
    """Somebody asserted these units; the movements are what that changes."""

    warehouse_id: str
    counts: tuple[BinUnits, ...]
    movements: tuple[Movement, ...]


@dataclass(frozen=True, kw_only=True)
class StockMoved:
    """Units moved inside a warehouse, out of it or back in."""

    warehouse_id: str
    kind: str
    movements: tuple[Movement, ...]


@dataclass(frozen=True, kw_only=True)
class PurchaseReceived:
    """Units of a purchase order came in from the supplier."""

    purchase_order_id: str
    supplier_id: str
    warehouse_id: str
    movements: tuple[Movement, ...]
