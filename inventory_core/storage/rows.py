"""Rows ↔ values: the one place that knows which column holds which field. Texts of rows are those of `records.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from inventory_core.access.model import Credentials, Person, Token
from inventory_core.approvals.model import ApprovalRule, ApprovalStep, AskingRule
from inventory_core.catalog.model import CatalogProduct
from inventory_core.instants import instant_from_text
from inventory_core.journal import Entry
from inventory_core.money import Money
from inventory_core.records import canonical_json, plain
from inventory_core.storage.ports import UnableToReadRow
from inventory_core.transfer_orders.model import OrderLine, Status, TransferOrder
from inventory_core.transfer_orders.shipments import Shipment

Row = Mapping[str, Any]


def _instant(text: str | None) -> datetime | None:
    return None if text is None else instant_from_text(text)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _money(row: Row, name: str) -> Money | None:
    amount = row[f"{name}_amount"]
    return None if amount is None else Money(Decimal(amount), row[f"{name}_currency"])


def _money_columns(name: str, money: Money | None) -> dict[str, str | None]:
    return {
        f"{name}_amount": plain(money.amount) if money else None,
        f"{name}_currency": money.currency if money else None,
    }


def order_row(order: TransferOrder) -> dict[str, Any]:
    """One row of `transfer_orders`."""
    row: dict[str, Any] = plain(replace(order, lines=(), steps=(), shipments=()))
    del row["lines"], row["steps"], row["shipments"], row["value"]
    return {
        **row,
        "document_number": order.document_number,
        "contributors": canonical_json(order.contributors),
        **_money_columns("value", order.value),
    }


def line_rows(order: TransferOrder) -> list[dict[str, Any]]:
    """The order's rows of `transfer_order_lines`."""
    return [
        {
            "transfer_order_id": order.transfer_order_id,
            "line_number": line.line_number,
            "sku": line.sku,
            "units": line.units,
            "suggestion_id": line.suggestion_id,
            "suggested_units": line.suggested_units,
            "suggestion_run_id": line.suggestion_run_id,
            "cancelled_units": line.cancelled_units,
            **_money_columns("unit_value", line.unit_value),
            **_money_columns("unit_margin", line.unit_margin),
        }
        for line in order.lines
    ]


def step_rows(order: TransferOrder) -> list[dict[str, Any]]:
    """The order's rows of `approval_steps`."""
    return [
        {
            **plain(step),
            "transfer_order_id": order.transfer_order_id,
            "rule_ids": canonical_json(step.rule_ids),
            "asked_by": canonical_json(step.asked_by),
        }
        for step in order.steps
    ]


def order_of(row: Row, *, lines: Sequence[Row], steps: Sequence[Row], shipments: Sequence[Shipment]) -> TransferOrder:
    """The order of its rows; lines, steps and shipments come in their order.

    Raises: UnableToReadRow.
    """
    try:
        return _order_of(row, lines, steps, shipments)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise UnableToReadRow(f"order {row['transfer_order_id']} cannot be read: {error}") from error


def _order_of(row: Row, lines: Sequence[Row], steps: Sequence[Row], shipments: Sequence[Shipment]) -> TransferOrder:
    return TransferOrder(
        transfer_order_id=row["transfer_order_id"],
        document_year=row["document_year"],
        document_sequence=row["document_sequence"],
        version=row["version"],
        status=Status(row["status"]),
        origin_id=row["origin_id"],
        destination_id=row["destination_id"],
        mode=row["mode"],
        ship_date=date.fromisoformat(row["ship_date"]),
        arrival_date=date.fromisoformat(row["arrival_date"]),
        lines=tuple(_line_of(line) for line in lines),
        contributors=tuple(json.loads(row["contributors"])),
        drafted_by=row["drafted_by"],
        drafted_at=instant_from_text(row["drafted_at"]),
        submitted_by=row["submitted_by"],
        submitted_at=_instant(row["submitted_at"]),
        value=_money(row, "value"),
        steps=tuple(step_of(step) for step in steps),
        decided_by=row["decided_by"],
        decided_at=_instant(row["decided_at"]),
        decision_reason=row["decision_reason"],
        shipments=tuple(shipments),
    )


def _line_of(row: Row) -> OrderLine:
    return OrderLine(
        line_number=row["line_number"],
        sku=row["sku"],
        units=row["units"],
        suggestion_id=row["suggestion_id"],
        suggested_units=row["suggested_units"],
        suggestion_run_id=row["suggestion_run_id"],
        unit_value=_money(row, "unit_value"),
        unit_margin=_money(row, "unit_margin"),
        cancelled_units=row["cancelled_units"],
    )


def step_of(row: Row) -> ApprovalStep:
    """The step of its row."""
    return ApprovalStep(
        step=row["step"],
        role=row["role"],
        stage=row["stage"],
        rule_ids=tuple(json.loads(row["rule_ids"])),
        asked_by=tuple(_asking_rule_of(rule) for rule in json.loads(row["asked_by"])),
        remind_after_hours=row["remind_after_hours"],
        escalate_after_hours=row["escalate_after_hours"],
        escalation_role=row["escalation_role"],
        asked_at=_instant(row["asked_at"]),
        reminded_at=_instant(row["reminded_at"]),
        escalated_at=_instant(row["escalated_at"]),
        decision=row["decision"],
        decided_by=row["decided_by"],
        decided_for=row["decided_for"],
        decided_as=row["decided_as"],
        decided_at=_instant(row["decided_at"]),
        reason=row["reason"],
    )


def _asking_rule_of(content: Row) -> AskingRule:
    return AskingRule(
        rule_id=content["rule_id"], conditions=tuple((name, value) for name, value in content["conditions"])
    )


def product_row(product: CatalogProduct) -> dict[str, Any]:
    """One row of `catalog_products`."""
    return {
        "sku": product.sku,
        "unit_value_amount": plain(product.unit_value),
        "unit_margin_amount": plain(product.unit_margin),
    }


def code_rows(product: CatalogProduct) -> list[dict[str, Any]]:
    """The product's rows of `catalog_product_codes`."""
    return [
        {"sku": product.sku, "position": position, "code": code} for position, code in enumerate(product.codes, start=1)
    ]


def product_of(row: Row, *, codes: Sequence[str]) -> CatalogProduct:
    """The product of its rows; codes come in their order."""
    return CatalogProduct(
        sku=row["sku"],
        unit_value=_decimal(row["unit_value_amount"]),
        unit_margin=_decimal(row["unit_margin_amount"]),
        codes=tuple(codes),
    )


def rule_row(rule: ApprovalRule, *, position: int) -> dict[str, Any]:
    """One row of `approval_rules`."""
    row: dict[str, Any] = plain(rule)
    for name in ("minimum_value", "minimum_margin_at_risk"):
        row[f"{name}_amount"] = row.pop(name)
    return {**row, "position": position}


def rule_of(row: Row) -> ApprovalRule:
    """The rule of its row."""
    return ApprovalRule(
        rule_id=row["rule_id"],
        role=row["role"],
        stage=row["stage"],
        signatures=row["signatures"],
        minimum_value=_decimal(row["minimum_value_amount"]),
        minimum_deviation_share=_decimal(row["minimum_deviation_share"]),
        minimum_margin_at_risk=_decimal(row["minimum_margin_at_risk_amount"]),
        mode=row["mode"],
        origin_id=row["origin_id"],
        destination_id=row["destination_id"],
        destination_kind=row["destination_kind"],
        remind_after_hours=row["remind_after_hours"],
        escalate_after_hours=row["escalate_after_hours"],
        escalation_role=row["escalation_role"],
    )


_PERSON_LISTS = ("roles", "warehouse_ids", "shop_ids")
_TOKEN_LISTS = ("roles", "warehouse_ids", "commands")


def _texts(value: object, names: Sequence[str]) -> dict[str, str]:
    return {name: canonical_json(getattr(value, name)) for name in names}


def _lists(row: Row, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(json.loads(row[name])) for name in names}


def person_row(person: Person) -> dict[str, Any]:
    """One row of `people`."""
    return {**plain(person), **_texts(person, _PERSON_LISTS)}


def person_of(row: Row) -> Person:
    """The person of his row."""
    return Person(**{**row, **_lists(row, _PERSON_LISTS)})


def credentials_of(row: Row) -> Credentials:
    """The credentials of their row."""
    return Credentials(**{**row, "locked_until": _instant(row["locked_until"])})


def token_row(token: Token) -> dict[str, Any]:
    """One row of `tokens`, without the hash."""
    return {**plain(token), **_texts(token, _TOKEN_LISTS)}


def token_of(row: Row) -> Token:
    """The token of its row; the hash stays behind."""
    return Token(
        token_id=row["token_id"],
        login=row["login"],
        label=row["label"],
        issued_at=instant_from_text(row["issued_at"]),
        is_revoked=row["is_revoked"],
        issued_by=row["issued_by"],
        expires_at=_instant(row["expires_at"]),
        **_lists(row, _TOKEN_LISTS),
    )


def entry_row(entry: Entry) -> dict[str, Any]:
    """One row of `journal`."""
    return {**plain(entry), "roles": canonical_json(entry.roles)}


def entry_of(row: Row) -> Entry:
    """The entry of its row.

    Raises: UnableToReadRow.
    """
    try:
        return Entry(**{**row, "at": instant_from_text(row["at"]), "roles": tuple(json.loads(row["roles"]))})
    except (ValueError, TypeError) as error:
        raise UnableToReadRow(f"entry {row['sequence']} cannot be read: {error}", sequence=row["sequence"]) from error
