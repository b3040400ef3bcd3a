"""Shipments, receiving and stock as rows for the warehouse; `export.py` joins them to the rest.

Belongs here: names and types of those columns. Does not: what analysts make of them (`dbt_project/models`).
"""

from __future__ import annotations

from typing import Any

from inventory_core.receiving.model import discrepancies
from inventory_core.stock_ledger.model import RecordedMovement, StockKey
from inventory_core.storage.ports import Reader
from inventory_core.transfer_orders.model import TransferOrder
from inventory_core.transfer_orders.shipments import Shipment, shipment_label

_TEXT, _UNITS, _INSTANT, _DECIMAL = "VARCHAR", "BIGINT", "TIMESTAMP", "DECIMAL(18,4)"

STOCK_EXPORT_COLUMNS: dict[str, dict[str, str]] = {
    "core_shipments": {
        "shipment_id": _TEXT,
        "transfer_order_id": _TEXT,
        "shipment_number": _UNITS,
        "shipment_label": _TEXT,
        "status": _TEXT,
        "origin_id": _TEXT,
        "destination_id": _TEXT,
        "mode": _TEXT,
        "carrier": _TEXT,
        "waybill": _TEXT,
        "house_waybill": _TEXT,
        "master_waybill": _TEXT,
        "carton_count": _UNITS,
        "weight_kg": _DECIMAL,
        "volume_cbm": _DECIMAL,
        "in_transit_units": _UNITS,
        "planned_at": _INSTANT,
        "dispatched_at": _INSTANT,
        "arrived_at": _INSTANT,
        "received_at": _INSTANT,
    },
    "core_shipment_lines": {
        "shipment_id": _TEXT,
        "transfer_order_id": _TEXT,
        "sku": _TEXT,
        "planned_units": _UNITS,
        "dispatched_units": _UNITS,
        "good_units": _UNITS,
        "damaged_units": _UNITS,
        "over_units": _UNITS,
        "written_off_units": _UNITS,
        "in_transit_units": _UNITS,
    },
    "core_shipment_milestones": {
        "shipment_id": _TEXT,
        "milestone": _TEXT,
        "place": _TEXT,
        "description": _TEXT,
        "occurred_at": _INSTANT,
        "recorded_at": _INSTANT,
    },
    "core_receipt_counts": {
        "receipt_id": _TEXT,
        "entry_sequence": _UNITS,
        "position": _UNITS,
        "transfer_order_id": _TEXT,
        "shipment_id": _TEXT,
        "code": _TEXT,
        "sku": _TEXT,
        "condition": _TEXT,
        "bin_id": _TEXT,
        "lot": _TEXT,
        "counted_by": _TEXT,
        "units": _UNITS,
        "at": _INSTANT,
    },
    "core_discrepancies": {
        "transfer_order_id": _TEXT,
        "shipment_id": _TEXT,
        "sku": _TEXT,
        "kind": _TEXT,
        "units": _UNITS,
        "open_units": _UNITS,
    },
    "core_discrepancy_resolutions": {
        "entry_sequence": _UNITS,
        "transfer_order_id": _TEXT,
        "shipment_id": _TEXT,
        "sku": _TEXT,
        "kind": _TEXT,
        "resolution": _TEXT,
        "evidence": _TEXT,
        "note": _TEXT,
        "resolved_by": _TEXT,
        "units": _UNITS,
        "at": _INSTANT,
    },
    "core_stock_movements": {
        "entry_sequence": _UNITS,
        "position": _UNITS,
        "transfer_order_id": _TEXT,
        "event_type": _TEXT,
        "sku": _TEXT,
        "lot": _TEXT,
        "from_kind": _TEXT,
        "from_id": _TEXT,
        "from_bin_id": _TEXT,
        "from_condition": _TEXT,
        "to_kind": _TEXT,
        "to_id": _TEXT,
        "to_bin_id": _TEXT,
        "to_condition": _TEXT,
        "units": _UNITS,
        "at": _INSTANT,
    },
    "core_stock_balances": {
        "place_kind": _TEXT,
        "place_id": _TEXT,
        "bin_id": _TEXT,
        "sku": _TEXT,
        "lot": _TEXT,
        "condition": _TEXT,
        "is_kept": "BOOLEAN",
        "units": _UNITS,
    },
    "core_stock_reservations": {
        "transfer_order_id": _TEXT,
        "warehouse_id": _TEXT,
        "sku": _TEXT,
        "units": _UNITS,
    },
}


def stock_rows(store: Reader, orders: list[TransferOrder]) -> dict[str, list[dict[str, Any]]]:
    """Every table of STOCK_EXPORT_COLUMNS, of the orders and of the rest of the same state."""
    kept = set(store.opened_warehouses())
    shipments = [(order, shipment) for order in orders for shipment in order.shipments]
    found: dict[str, list[dict[str, Any]]] = {
        "core_shipments": [_shipment(order, shipment) for order, shipment in shipments],
        "core_shipment_lines": [
            {
                **vars(line),
                "shipment_id": shipment.shipment_id,
                "transfer_order_id": order.transfer_order_id,
                "in_transit_units": line.in_transit_units,
            }
            for order, shipment in shipments
            for line in shipment.lines
        ],
        "core_shipment_milestones": [
            {**vars(one), "shipment_id": shipment.shipment_id}
            for _, shipment in shipments
            for one in shipment.milestones
        ],
        "core_receipt_counts": [{**vars(count)} for count in store.receipt_counts()],
        "core_discrepancies": [
            {**vars(one), "transfer_order_id": order.transfer_order_id}
            for order in orders
            for one in discrepancies(order)
        ],
        "core_discrepancy_resolutions": [
            {**vars(one), "evidence": "\n".join(one.evidence)} for one in store.resolutions()
        ],
        "core_stock_movements": [_movement(one) for one in store.movements()],
        "core_stock_balances": [_balance(key, units, kept) for key, units in sorted(store.balances().items())],
        "core_stock_reservations": [{**vars(one)} for one in store.reservations()],
    }
    return {
        table: [{column: row[column] for column in columns} for row in found[table]]
        for table, columns in STOCK_EXPORT_COLUMNS.items()
    }


def _shipment(order: TransferOrder, shipment: Shipment) -> dict[str, Any]:
    """Weight and volume only where every carton's is known: half a sum is no sum."""
    weights = [carton.weight_kg for carton in shipment.cartons]
    volumes = [carton.volume_cbm for carton in shipment.cartons]
    known_weights = [weight for weight in weights if weight is not None]
    known_volumes = [volume for volume in volumes if volume is not None]
    return {
        **vars(shipment),
        **vars(shipment.transport),
        "transfer_order_id": order.transfer_order_id,
        "shipment_label": shipment_label(order.document_number, shipment.shipment_number),
        "status": shipment.status.value,
        "origin_id": order.origin_id,
        "destination_id": order.destination_id,
        "carton_count": len(shipment.cartons),
        "weight_kg": sum(known_weights) if weights and len(known_weights) == len(weights) else None,
        "volume_cbm": sum(known_volumes) if volumes and len(known_volumes) == len(volumes) else None,
        "in_transit_units": shipment.in_transit_units,
    }


def _movement(recorded: RecordedMovement) -> dict[str, Any]:
    movement = recorded.movement
    return {
        **vars(recorded),
        "sku": movement.sku,
        "lot": movement.lot,
        "units": movement.units,
        "from_kind": movement.from_place.place_kind.value,
        "from_id": movement.from_place.place_id,
        "from_bin_id": movement.from_place.bin_id,
        "from_condition": movement.from_condition.value,
        "to_kind": movement.to_place.place_kind.value,
        "to_id": movement.to_place.place_id,
        "to_bin_id": movement.to_place.bin_id,
        "to_condition": movement.to_condition.value,
    }


def _balance(key: StockKey, units: int, kept: set[str]) -> dict[str, Any]:
    """`is_kept` is false for a warehouse of which the ledger knows movements only: its feed says what is there."""
    return {
        "place_kind": key.place.place_kind.value,
        "place_id": key.place.place_id,
        "bin_id": key.place.bin_id,
        "sku": key.sku,
        "lot": key.lot,
        "condition": key.condition.value,
        "is_kept": key.place.place_kind != "warehouse" or key.place.place_id in kept,
        "units": units,
    }
