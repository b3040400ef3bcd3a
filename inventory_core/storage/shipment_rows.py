"""Rows ↔ shipments: which column holds which field of a shipment and its lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from inventory_core.instants import instant_from_text
from inventory_core.records import canonical_json, plain
from inventory_core.storage.ports import UnableToReadRow
from inventory_core.transfer_orders.shipments import (
    Carton,
    Milestone,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
    ShipmentUnits,
    Transport,
)

Row = Mapping[str, Any]
_SIZES = ("weight_kg", "length_cm", "width_cm", "height_cm")


def shipment_row(shipment: Shipment, *, transfer_order_id: str) -> dict[str, Any]:
    """One row of `shipments`."""
    row: dict[str, Any] = plain(replace(shipment, lines=(), cartons=(), milestones=()))
    del row["lines"]
    transport = row.pop("transport")
    return {
        **row,
        **transport,
        "transfer_order_id": transfer_order_id,
        "cartons": canonical_json(shipment.cartons),
        "milestones": canonical_json(shipment.milestones),
    }


def shipment_line_rows(shipment: Shipment) -> list[dict[str, Any]]:
    """The shipment's rows of `shipment_lines`."""
    return [
        {**vars(line), "shipment_id": shipment.shipment_id, "line_number": number}
        for number, line in enumerate(shipment.lines, start=1)
    ]


def shipment_of(row: Row, *, lines: Sequence[Row]) -> Shipment:
    """The shipment of its rows; lines come in their order.

    Raises: UnableToReadRow.
    """
    try:
        return _shipment_of(row, lines)
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise UnableToReadRow(f"shipment {row['shipment_id']} cannot be read: {error}") from error


def _shipment_of(row: Row, lines: Sequence[Row]) -> Shipment:
    return Shipment(
        shipment_id=row["shipment_id"],
        shipment_number=row["shipment_number"],
        status=ShipmentStatus(row["status"]),
        transport=Transport(
            **{name: row[name] for name in ("mode", "carrier", "waybill", "house_waybill", "master_waybill")}
        ),
        lines=tuple(
            ShipmentLine(**{name: value for name, value in line.items() if name not in ("shipment_id", "line_number")})
            for line in lines
        ),
        cartons=tuple(_carton_of(carton) for carton in json.loads(row["cartons"])),
        milestones=tuple(_milestone_of(milestone) for milestone in json.loads(row["milestones"])),
        planned_at=instant_from_text(row["planned_at"]),
        **{
            name: None if row[name] is None else instant_from_text(row[name])
            for name in ("dispatched_at", "arrived_at", "received_at")
        },
    )


def _carton_of(content: Row) -> Carton:
    return Carton(
        carton_id=content["carton_id"],
        contents=tuple(ShipmentUnits(**units) for units in content["contents"]),
        **{name: None if content[name] is None else Decimal(content[name]) for name in _SIZES},
    )


def _milestone_of(content: Row) -> Milestone:
    return Milestone(
        **{
            **content,
            "occurred_at": instant_from_text(content["occurred_at"]),
            "recorded_at": instant_from_text(content["recorded_at"]),
        }
    )
