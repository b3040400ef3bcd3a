"""What people may wish of a transfer order. Field by field checks here; what the company allows in `handlers.py`.

`transfer_order_id` accepts the document number too. `expected_version` is the version that the sender had before his
eyes: when somebody was faster, the command is refused with what changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from inventory_core.catalog.model import MODES
from inventory_core.commands import Command
from inventory_core.errors import Malformed
from inventory_core.identifiers import check_name, check_text
from inventory_core.quantities import check_units


@dataclass(frozen=True, kw_only=True)
class LineToOrder:
    """Wanted units of one product, with the suggestion that they follow or deviate from, and the run that made it."""

    __pydantic_config__: ClassVar[dict[str, object]] = Command.__pydantic_config__

    sku: str
    units: int
    suggestion_id: str | None = None
    suggested_units: int | None = None
    suggestion_run_id: str | None = None

    def __post_init__(self) -> None:
        check_name(self.sku, name="sku")
        check_units(self.units, name=f"units of {self.sku}", minimum=1)
        if (self.suggestion_id is None) != (self.suggested_units is None):
            raise Malformed(f"line {self.sku}: pass suggestion_id and suggested_units together, or neither")
        if self.suggestion_id is not None:
            check_name(self.suggestion_id, name=f"suggestion_id of {self.sku}")
            check_units(self.suggested_units, name=f"suggested_units of {self.sku}", minimum=0)
        if self.suggestion_run_id is not None:
            check_name(self.suggestion_run_id, name=f"suggestion_run_id of {self.sku}")
            if self.suggestion_id is None:
                raise Malformed(f"line {self.sku}: pass suggestion_run_id only beside the suggestion_id that it made")


def _check_date(value: object, *, name: str) -> None:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Malformed(f"{name} must be a date such as 2026-11-05, not {value!r}")


@dataclass(frozen=True, kw_only=True)
class DraftTransferOrder(Command):
    """Write down an order; it gets its document number."""

    origin_id: str
    destination_id: str
    mode: str
    ship_date: date
    arrival_date: date
    lines: tuple[LineToOrder, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("origin_id", "destination_id"):
            check_name(getattr(self, name), name=name)
        if self.mode not in MODES:
            raise Malformed(f"mode must be one of {', '.join(MODES)}, not {self.mode!r}")
        _check_date(self.ship_date, name="ship_date")
        _check_date(self.arrival_date, name="arrival_date")


@dataclass(frozen=True, kw_only=True)
class ExistingOrderCommand(Command):
    """What all commands about an existing order share."""

    transfer_order_id: str
    expected_version: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_name(self.transfer_order_id, name="transfer_order_id")


@dataclass(frozen=True, kw_only=True)
class ChangeTransferOrder(ExistingOrderCommand):
    """Change a draft. None leaves as it is; `lines` replaces all lines.

    A line that names no suggestion keeps the one that its product's line had, so that the deviation stays on record.
    """

    expected_version: int
    ship_date: date | None = None
    arrival_date: date | None = None
    lines: tuple[LineToOrder, ...] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("ship_date", "arrival_date"):
            if getattr(self, name) is not None:
                _check_date(getattr(self, name), name=name)
        if self.ship_date is None and self.arrival_date is None and self.lines is None:
            raise Malformed("pass at least one of ship_date, arrival_date and lines: there is nothing to change")


@dataclass(frozen=True, kw_only=True)
class SubmitTransferOrder(ExistingOrderCommand):
    """Ask for approval: the order is valued and its chain of approvers is frozen."""


@dataclass(frozen=True, kw_only=True)
class ApproveTransferOrder(ExistingOrderCommand):
    """Say yes for every open step whose role the actor holds; the last yes approves the order."""


@dataclass(frozen=True, kw_only=True)
class RejectTransferOrder(ExistingOrderCommand):
    """Say no, with the reason; one no rejects the order."""

    reason_is_required = True


@dataclass(frozen=True, kw_only=True)
class WithdrawTransferOrder(ExistingOrderCommand):
    """Take a submitted order back into draft, with the reason; what was approved so far is void."""

    reason_is_required = True


@dataclass(frozen=True, kw_only=True)
class CancelTransferOrder(ExistingOrderCommand):
    """Give an order up for good, with the reason."""

    reason_is_required = True


@dataclass(frozen=True, kw_only=True)
class CommentOnTransferOrder(ExistingOrderCommand):
    """Say something about an order, whatever its status; those who took part are told."""

    text: str

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text(self.text, name="text", is_required=True)
