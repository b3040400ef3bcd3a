"""What the core knows of products, warehouses and lanes: enough to refuse the unknown and to value an order.

Does not belong here: titles, weights, costs of lanes (marts); currency conversion (the pipeline, before it registers).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from inventory_core.errors import Malformed
from inventory_core.identifiers import check_name
from inventory_core.money import check_amount, check_currency

WAREHOUSE_KINDS = ("domestic", "fba", "third_party", "awd")
MODES = ("sea", "air", "rail", "express", "truck")


@dataclass(frozen=True, kw_only=True)
class Company:
    """The currency in which orders are valued, and the zone whose year is in document numbers."""

    base_currency: str
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        check_currency(self.base_currency, name="base_currency")
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError):  # unknown names, names that are paths, names that are folders
            raise Malformed(f"time_zone must be an IANA name such as Asia/Shanghai, not {self.time_zone!r}") from None

    def year_of(self, at: datetime) -> int:
        """The calendar year that the company's people are in at that instant."""
        return at.astimezone(ZoneInfo(self.time_zone)).year


@dataclass(frozen=True, kw_only=True)
class CatalogProduct:
    """A product; `unit_value` (its cost) and `unit_margin` in base currency, None where the company does not know it.

    The margin is selling price less purchase cost; it is below zero where the company sells at a loss.
    `codes` are what else scanners read on it: EANs, FNSKUs. A code may stand for several products.
    """

    sku: str
    unit_value: Decimal | None = None
    unit_margin: Decimal | None = None
    codes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_name(self.sku, name="sku")
        for code in self.codes:
            check_name(code, name=f"code of {self.sku}")
        if len(set(self.codes)) != len(self.codes):
            raise Malformed(f"codes of {self.sku} must be named once each, not {', '.join(self.codes)}")
        if self.unit_value is not None:
            check_amount(self.unit_value, name=f"unit_value of {self.sku}")
            if self.unit_value < 0:
                raise Malformed(f"unit_value of {self.sku} must not be negative, not {self.unit_value}")
        if self.unit_margin is not None:
            check_amount(self.unit_margin, name=f"unit_margin of {self.sku}")


@dataclass(frozen=True, kw_only=True)
class CatalogWarehouse:
    """A warehouse and its kind."""

    warehouse_id: str
    warehouse_kind: str

    def __post_init__(self) -> None:
        check_name(self.warehouse_id, name="warehouse_id")
        if self.warehouse_kind not in WAREHOUSE_KINDS:
            raise Malformed(
                f"warehouse_kind of {self.warehouse_id} must be one of {', '.join(WAREHOUSE_KINDS)}, "
                f"not {self.warehouse_kind!r}"
            )


@dataclass(frozen=True, kw_only=True, order=True)
class CatalogLane:
    """A way from one warehouse to another."""

    origin_id: str
    destination_id: str
    mode: str

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise Malformed(f"mode of lane {self} must be one of {', '.join(MODES)}")

    def __str__(self) -> str:
        return f"{self.origin_id} → {self.destination_id} by {self.mode}"
