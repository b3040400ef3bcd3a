"""The tables of stock, shipments and receiving; `tables.py` holds the rest and says how values are written."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from inventory_core.storage.tables import metadata

stock_movements = Table(
    "stock_movements",
    metadata,
    Column("entry_sequence", BigInteger, ForeignKey("journal.sequence"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("transfer_order_id", Text),
    Column("sku", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("units", BigInteger, nullable=False),
    Column("from_kind", Text, nullable=False),
    Column("from_id", Text, nullable=False),
    Column("from_bin_id", Text, nullable=False),
    Column("from_condition", Text, nullable=False),
    Column("to_kind", Text, nullable=False),
    Column("to_id", Text, nullable=False),
    Column("to_bin_id", Text, nullable=False),
    Column("to_condition", Text, nullable=False),
)
stock_balances = Table(
    "stock_balances",
    metadata,
    Column("place_kind", Text, primary_key=True),
    Column("place_id", Text, primary_key=True),
    Column("sku", Text, primary_key=True),
    Column("bin_id", Text, primary_key=True),
    Column("lot", Text, primary_key=True),
    Column("condition", Text, primary_key=True),
    Column("units", BigInteger, nullable=False),
)
stock_reservations = Table(
    "stock_reservations",
    metadata,
    Column("transfer_order_id", Text, ForeignKey("transfer_orders.transfer_order_id"), primary_key=True),
    Column("sku", Text, primary_key=True),
    Column("warehouse_id", Text, nullable=False),
    Column("units", BigInteger, nullable=False),
    Index("ix_stock_reservations_warehouse_id", "warehouse_id", "sku"),
)
stocked_warehouses = Table(
    "stocked_warehouses",
    metadata,
    Column("warehouse_id", Text, primary_key=True),
    Column("opened_at", Text, nullable=False),
)
shipments = Table(
    "shipments",
    metadata,
    Column("shipment_id", Text, primary_key=True),
    Column("transfer_order_id", Text, ForeignKey("transfer_orders.transfer_order_id"), nullable=False),
    Column("shipment_number", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("waybill", Text, nullable=False),
    Column("house_waybill", Text, nullable=False),
    Column("master_waybill", Text, nullable=False),
    Column("cartons", Text, nullable=False),  # JSON: few, and read and written with their shipment only
    Column("milestones", Text, nullable=False),  # JSON, likewise
    Column("planned_at", Text, nullable=False),
    Column("dispatched_at", Text),
    Column("arrived_at", Text),
    Column("received_at", Text),
    UniqueConstraint("transfer_order_id", "shipment_number", name="uq_shipments_number"),
)
shipment_lines = Table(
    "shipment_lines",
    metadata,
    Column("shipment_id", Text, ForeignKey("shipments.shipment_id"), primary_key=True),
    Column("line_number", Integer, primary_key=True, autoincrement=False),
    Column("sku", Text, nullable=False),
    Column("planned_units", BigInteger, nullable=False),
    Column("dispatched_units", BigInteger, nullable=False),
    Column("good_units", BigInteger, nullable=False),
    Column("damaged_units", BigInteger, nullable=False),
    Column("over_units", BigInteger, nullable=False),
    Column("written_off_units", BigInteger, nullable=False),
    Column("over_resolved_units", BigInteger, nullable=False),
    Column("damaged_resolved_units", BigInteger, nullable=False),
)
receiving_rules = Table(
    "receiving_rules",
    metadata,
    Column("warehouse_id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("tolerance_units", BigInteger, nullable=False),
    Column("tolerance_share", Text, nullable=False),
    Column("is_blind", Boolean, nullable=False),
)
receipt_counts = Table(
    "receipt_counts",
    metadata,
    Column("entry_sequence", BigInteger, ForeignKey("journal.sequence"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("receipt_id", Text, nullable=False),
    Column("transfer_order_id", Text, ForeignKey("transfer_orders.transfer_order_id"), nullable=False),
    Column("shipment_id", Text, ForeignKey("shipments.shipment_id"), nullable=False),
    Column("at", Text, nullable=False),
    Column("counted_by", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("units", BigInteger, nullable=False),
    Column("condition", Text, nullable=False),
    Column("bin_id", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Index("ix_receipt_counts_transfer_order_id", "transfer_order_id"),
)
discrepancy_resolutions = Table(
    "discrepancy_resolutions",
    metadata,
    Column("entry_sequence", BigInteger, ForeignKey("journal.sequence"), primary_key=True, autoincrement=False),
    Column("transfer_order_id", Text, ForeignKey("transfer_orders.transfer_order_id"), nullable=False),
    Column("shipment_id", Text, ForeignKey("shipments.shipment_id"), nullable=False),
    Column("at", Text, nullable=False),
    Column("resolved_by", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("units", BigInteger, nullable=False),
    Column("resolution", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("note", Text, nullable=False),
    Index("ix_discrepancy_resolutions_transfer_order_id", "transfer_order_id"),
)
outbox_messages = Table(
    "outbox_messages",
    metadata,
    Column("message_number", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_sequence", BigInteger, ForeignKey("journal.sequence"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("written_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", Text, nullable=False),
    Column("delivered_at", Text),
    Column("last_error", Text, nullable=False),
    Index("ix_outbox_messages_state", "state", "key", "message_number"),
)
