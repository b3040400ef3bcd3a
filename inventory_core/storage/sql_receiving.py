"""Receiving rules, counts and reasons of discrepancies as SQL; `sql_store.py` inherits them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, select

from inventory_core.instants import instant_from_text
from inventory_core.receiving.model import ReceiptCount, ReceivingRule, Resolution
from inventory_core.records import canonical_json, plain
from inventory_core.storage import stock_tables
from inventory_core.storage.sql_statements import SqlStatements


class SqlReceiving(SqlStatements):
    """Receiving's part of a `Writer`."""

    def receiving_rules(self) -> list[ReceivingRule]:
        """See `LedgerReader`."""
        table = stock_tables.receiving_rules
        found = self._rows(select(table).order_by(table.c.position))
        return [
            ReceivingRule(
                warehouse_id=row["warehouse_id"],
                tolerance_units=row["tolerance_units"],
                tolerance_share=Decimal(row["tolerance_share"]),
                is_blind=row["is_blind"],
            )
            for row in found
        ]

    def replace_receiving_rules(self, rules: Sequence[ReceivingRule]) -> None:
        """See `LedgerWriter`."""
        new_rows = [{**plain(rule), "position": position} for position, rule in enumerate(rules, start=1)]
        self._replace_all(stock_tables.receiving_rules, new_rows)

    def receipt_counts(self, *, transfer_order_id: str | None = None) -> list[ReceiptCount]:
        """See `LedgerReader`."""
        table = stock_tables.receipt_counts
        found = self._of_order(table, transfer_order_id, table.c.entry_sequence, table.c.position)
        return [ReceiptCount(**{**row, "at": instant_from_text(row["at"])}) for row in found]

    def append_receipt_counts(self, counts: Sequence[ReceiptCount]) -> None:
        """See `LedgerWriter`."""
        self._insert(stock_tables.receipt_counts, [plain(count) for count in counts])

    def resolutions(self, *, transfer_order_id: str | None = None) -> list[Resolution]:
        """See `LedgerReader`."""
        table = stock_tables.discrepancy_resolutions
        return [
            Resolution(**{**row, "at": instant_from_text(row["at"]), "evidence": tuple(json.loads(row["evidence"]))})
            for row in self._of_order(table, transfer_order_id, table.c.entry_sequence)
        ]

    def append_resolution(self, resolution: Resolution) -> None:
        """See `LedgerWriter`."""
        row = {**plain(resolution), "evidence": canonical_json(resolution.evidence)}
        self._insert(stock_tables.discrepancy_resolutions, [row])

    def _of_order(self, table: Table, transfer_order_id: str | None, *order_by: Any) -> list[dict[str, Any]]:
        statement = select(table).order_by(*order_by)
        if transfer_order_id is not None:
            statement = statement.where(table.c.transfer_order_id == transfer_order_id)
        return self._rows(statement)
