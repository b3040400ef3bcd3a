"""Receiving rules, counts and reasons of discrepancies as SQL; `sql_store.py` inherits them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, bindparam, select

from inventory_core.instants import instant_from_text
from inventory_core.receiving.model import ReceiptCount, ReceivingRule, Resolution
from inventory_core.records import canonical_json, plain
from inventory_core.storage import stock_tables
from inventory_core.storage.sql_statements import Rows, SqlStatements

_RULES = select(stock_tables.receiving_rules).order_by(stock_tables.receiving_rules.c.position)
_counted, _explained = stock_tables.receipt_counts, stock_tables.discrepancy_resolutions
_COUNTS = select(_counted).order_by(_counted.c.entry_sequence, _counted.c.position)
_COUNTS_OF_ORDER = _COUNTS.where(_counted.c.transfer_order_id == bindparam("wanted"))
_REASONS = select(_explained).order_by(_explained.c.entry_sequence)
_REASONS_OF_ORDER = _REASONS.where(_explained.c.transfer_order_id == bindparam("wanted"))


class SqlReceiving(SqlStatements):
    """Receiving's part of a `Writer`."""

    def receiving_rules(self) -> list[ReceivingRule]:
        """See `LedgerReader`."""
        found = self.known.answer("receiving rules", lambda: self._rows(_RULES))
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
        found = self._of_order(_COUNTS, _COUNTS_OF_ORDER, transfer_order_id)
        return [ReceiptCount(**{**row, "at": instant_from_text(row["at"])}) for row in found]

    def append_receipt_counts(self, counts: Sequence[ReceiptCount]) -> None:
        """See `LedgerWriter`."""
        self._insert(stock_tables.receipt_counts, [plain(count) for count in counts])

    def resolutions(self, *, transfer_order_id: str | None = None) -> list[Resolution]:
        """See `LedgerReader`."""
        return [
            Resolution(**{**row, "at": instant_from_text(row["at"]), "evidence": tuple(json.loads(row["evidence"]))})
            for row in self._of_order(_REASONS, _REASONS_OF_ORDER, transfer_order_id)
        ]

    def append_resolution(self, resolution: Resolution) -> None:
        """See `LedgerWriter`."""
        row = {**plain(resolution), "evidence": canonical_json(resolution.evidence)}
        self._insert(stock_tables.discrepancy_resolutions, [row])

    def _of_order(self, every: Select[Any], of_order: Select[Any], transfer_order_id: str | None) -> Rows:
        return self._rows(every) if transfer_order_id is None else self._rows(of_order, wanted=transfer_order_id)
