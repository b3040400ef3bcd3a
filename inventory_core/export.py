"""The core's state and journal as rows for the warehouse, where dbt treats them like any other source.

Belongs here: names and types of those columns. Does not: what analysts make of them (`dbt_project/models`).
"""

from __future__ import annotations

from typing import Any

from inventory_core.journal import Entry
from inventory_core.stock_export import STOCK_EXPORT_COLUMNS, stock_rows
from inventory_core.storage.ports import Storage
from inventory_core.transfer_orders.comments import OrderComment
from inventory_core.transfer_orders.model import TransferOrder

Rows = list[dict[str, Any]]

# Column → type in DuckDB, so that a table exists with the right columns even when it is empty.
EXPORT_COLUMNS: dict[str, dict[str, str]] = {
    "core_transfer_orders": {
        "transfer_order_id": "VARCHAR",
        "document_number": "VARCHAR",
        "status": "VARCHAR",
        "origin_id": "VARCHAR",
        "destination_id": "VARCHAR",
        "mode": "VARCHAR",
        "drafted_by": "VARCHAR",
        "submitted_by": "VARCHAR",
        "decided_by": "VARCHAR",
        "decision_reason": "VARCHAR",
        "version": "BIGINT",
        "line_count": "BIGINT",
        "units": "BIGINT",
        "value_amount": "DECIMAL(18,4)",
        "value_currency": "VARCHAR",
        "source": "VARCHAR",
        "margin_at_risk_amount": "DECIMAL(18,4)",
        "margin_at_risk_currency": "VARCHAR",
        "ship_date": "DATE",
        "arrival_date": "DATE",
        "drafted_at": "TIMESTAMP",
        "submitted_at": "TIMESTAMP",
        "decided_at": "TIMESTAMP",
    },
    "core_transfer_order_lines": {
        "transfer_order_id": "VARCHAR",
        "line_number": "BIGINT",
        "sku": "VARCHAR",
        "suggestion_id": "VARCHAR",
        "suggestion_run_id": "VARCHAR",
        "suggested_units": "BIGINT",
        "units": "BIGINT",
        "cancelled_units": "BIGINT",
        "unit_value_amount": "DECIMAL(18,4)",
        "value_amount": "DECIMAL(18,4)",
        "value_currency": "VARCHAR",
    },
    "core_approvals": {
        "transfer_order_id": "VARCHAR",
        "step": "BIGINT",
        "stage": "BIGINT",
        "role": "VARCHAR",
        "decision": "VARCHAR",
        "decided_by": "VARCHAR",
        "decided_for": "VARCHAR",
        "decided_as": "VARCHAR",
        "reason": "VARCHAR",
        "asked_at": "TIMESTAMP",
        "escalated_at": "TIMESTAMP",
        "decided_at": "TIMESTAMP",
    },
    "core_order_comments": {
        "entry_sequence": "BIGINT",
        "transfer_order_id": "VARCHAR",
        "commented_by": "VARCHAR",
        "text": "VARCHAR",
        "at": "TIMESTAMP",
    },
    "core_journal": {
        "sequence": "BIGINT",
        "transfer_order_id": "VARCHAR",
        "idempotency_key": "VARCHAR",
        "actor_id": "VARCHAR",
        "token_id": "VARCHAR",
        "roles": "VARCHAR",
        "command": "VARCHAR",
        "event_type": "VARCHAR",
        "reason": "VARCHAR",
        "payload": "VARCHAR",
        "at": "TIMESTAMP",
        "previous_hash": "VARCHAR",
        "hash": "VARCHAR",
    },
    **STOCK_EXPORT_COLUMNS,
}


def export_rows(storage: Storage) -> dict[str, Rows]:
    """Every table of EXPORT_COLUMNS from one consistent state, as str, int, Decimal, date, UTC datetime or None."""
    with storage.reading() as store:
        orders, entries, comments = store.transfer_orders(), store.journal(), store.comments()
        stock = stock_rows(store, orders)
    return {
        "core_transfer_orders": [_order(order) for order in orders],
        "core_transfer_order_lines": [line for order in orders for line in _lines(order)],
        "core_approvals": [step for order in orders for step in _steps(order)],
        "core_order_comments": [_comment(comment) for comment in comments],
        "core_journal": [_entry(entry) for entry in entries],
        **stock,
    }


def _order(order: TransferOrder) -> dict[str, Any]:
    margin = order.margin_at_risk
    return {
        "transfer_order_id": order.transfer_order_id,
        "document_number": order.document_number,
        "status": order.status.value,
        "origin_id": order.origin_id,
        "destination_id": order.destination_id,
        "mode": order.mode,
        "drafted_by": order.drafted_by,
        "submitted_by": order.submitted_by,
        "decided_by": order.decided_by,
        "decision_reason": order.decision_reason,
        "version": order.version,
        "line_count": len(order.lines),
        "units": order.units,
        "value_amount": order.value.amount if order.value else None,
        "value_currency": order.value.currency if order.value else None,
        "source": order.source,
        "margin_at_risk_amount": margin.amount if margin else None,
        "margin_at_risk_currency": margin.currency if margin else None,
        "ship_date": order.ship_date,
        "arrival_date": order.arrival_date,
        "drafted_at": order.drafted_at,
        "submitted_at": order.submitted_at,
        "decided_at": order.decided_at,
    }


def _lines(order: TransferOrder) -> Rows:
    return [
        {
            "transfer_order_id": order.transfer_order_id,
            "line_number": line.line_number,
            "sku": line.sku,
            "suggestion_id": line.suggestion_id,
            "suggestion_run_id": line.suggestion_run_id,
            "suggested_units": line.suggested_units,
            "units": line.units,
            "cancelled_units": line.cancelled_units,
            "unit_value_amount": line.unit_value.amount if line.unit_value else None,
            "value_amount": line.value.amount if line.value else None,
            "value_currency": line.unit_value.currency if line.unit_value else None,
        }
        for line in order.lines
    ]


def _steps(order: TransferOrder) -> Rows:
    return [
        {
            "transfer_order_id": order.transfer_order_id,
            "step": step.step,
            "stage": step.stage,
            "role": step.role,
            "decision": step.decision,
            "decided_by": step.decided_by,
            "decided_for": step.decided_for,
            "decided_as": step.decided_as,
            "reason": step.reason,
            "asked_at": step.asked_at,
            "escalated_at": step.escalated_at,
            "decided_at": step.decided_at,
        }
        for step in order.steps
    ]


def _comment(comment: OrderComment) -> dict[str, Any]:
    return {
        "entry_sequence": comment.entry_sequence,
        "transfer_order_id": comment.transfer_order_id,
        "commented_by": comment.commented_by,
        "text": comment.text,
        "at": comment.at,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "sequence": entry.sequence,
        "transfer_order_id": entry.transfer_order_id,
        "idempotency_key": entry.idempotency_key,
        "actor_id": entry.actor_id,
        "token_id": entry.token_id,
        "roles": ",".join(entry.roles),
        "command": entry.command,
        "event_type": entry.event_type,
        "reason": entry.reason,
        "payload": entry.payload,
        "at": entry.at,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }
