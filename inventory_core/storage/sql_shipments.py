"""Shipments of orders as SQL; `sql_store.py` inherits it and reads and writes them with their order."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from inventory_core.storage import shipment_rows, stock_tables
from inventory_core.storage.sql_statements import Rows, SqlStatements
from inventory_core.transfer_orders.model import TransferOrder
from inventory_core.transfer_orders.shipments import Shipment


def shipment_statements(wanted: Select[Any]) -> tuple[Select[Any], Select[Any]]:
    """Shipments of the wanted orders, and their lines."""
    shipments, lines = stock_tables.shipments, stock_tables.shipment_lines
    chosen = shipments.c.transfer_order_id.in_(wanted)
    ids = select(shipments.c.shipment_id).where(chosen)
    return (
        select(shipments).where(chosen).order_by(shipments.c.shipment_number),
        select(lines).where(lines.c.shipment_id.in_(ids)).order_by(lines.c.line_number),
    )


class SqlShipments(SqlStatements):
    """The shipments' part of a `Writer`."""

    def _shipments_of(self, rows: Rows, line_rows: Rows) -> dict[str, list[Shipment]]:
        """By transfer_order_id, each order's by number."""
        lines_of: dict[str, Rows] = {}
        for row in line_rows:
            lines_of.setdefault(row["shipment_id"], []).append(row)
        found: dict[str, list[Shipment]] = {}
        for row in rows:
            shipment = shipment_rows.shipment_of(row, lines=lines_of.get(row["shipment_id"], []))
            found.setdefault(row["transfer_order_id"], []).append(shipment)
        return found

    def _save_shipments(self, order: TransferOrder, *, before: TransferOrder | None) -> None:
        """Write what changed; a shipment is never removed."""
        known = {shipment.shipment_id: shipment for shipment in before.shipments} if before else {}
        for shipment in order.shipments:
            earlier = known.get(shipment.shipment_id)
            if shipment == earlier:
                continue
            self._put(
                stock_tables.shipments, shipment_rows.shipment_row(shipment, transfer_order_id=order.transfer_order_id)
            )
            if earlier is None or earlier.lines != shipment.lines:
                self._put_changed(
                    stock_tables.shipment_lines,
                    before=shipment_rows.shipment_line_rows(earlier) if earlier else (),
                    after=shipment_rows.shipment_line_rows(shipment),
                )
