"""What an approver reads before he decides: advice, value, margin, stock, and why he is asked. Pure.

Belongs here: the content of requests, reminders and escalations beside the order's route (`model.py`). Keys are only
ever added: senders outside read them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from inventory_core.approvals.model import ApprovalRequest, ApprovalStep
from inventory_core.records import plain
from inventory_core.transfer_orders.model import OrderLine, TransferOrder, deviation_share


def tell(logins: Sequence[str] | None) -> dict[str, Any]:
    """Whom to tell; nothing where an older journal does not say it, so that its messages stay as they were written."""
    return {} if logins is None else {"tell": list(logins)}


def request_details(order: TransferOrder, request: ApprovalRequest, *, only: Collection[int] | None) -> dict[str, Any]:
    """Whom to tell and what they need to know; `only` some of the steps whose turn it is.

    `free_units` of a line are what the origin has left for it, None where the ledger does not keep the origin.
    """
    free = None if request.free_units is None else {one.sku: one.units for one in request.free_units}
    return {
        **tell(request.tell),
        "source": order.source,
        "submitted_at": plain(order.submitted_at),
        "margin_at_risk": plain(order.margin_at_risk),
        "deviation_share": _share(deviation_share(order.lines)),
        "steps": [_step(step) for step in order.current_steps if only is None or step.step in only],
        "lines": [_line(line, free) for line in order.lines],
    }


def _line(line: OrderLine, free: Mapping[str, int] | None) -> dict[str, Any]:
    """Units and advice, how far they are apart, what is at stake, what the origin has free."""
    return {
        "sku": line.sku,
        "units": line.units,
        "suggested_units": line.suggested_units,
        "deviation_units": None if line.suggested_units is None else line.units - line.suggested_units,
        "value": plain(line.value),
        "margin_at_risk": plain(line.margin_at_risk),
        "free_units": None if free is None else free[line.sku],
    }


def _step(step: ApprovalStep) -> dict[str, Any]:
    """Which roles may decide, since when they are asked, and which rules ask because of which conditions."""
    return {
        "step": step.step,
        "role": step.role,
        "deciding_roles": list(step.deciding_roles),
        "asked_at": plain(step.asked_at),
        "rules": [{"rule_id": rule.rule_id, "conditions": dict(rule.conditions)} for rule in step.asked_by],
    }


def _share(share: Decimal | None) -> str | None:
    return None if share is None else format(share.quantize(Decimal("0.0001")), "f")
