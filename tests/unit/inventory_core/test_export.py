"""Rows for the warehouse have the promised columns, and the types that DuckDB takes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from inventory_core.bootstrap import Core
from inventory_core.export import EXPORT_COLUMNS
from inventory_core.receiving.commands import CountedUnits, RecordReceipt, ResolveDiscrepancy
from inventory_core.transfer_orders.commands import ApproveTransferOrder, CommentOnTransferOrder
from inventory_core.transfer_orders.shipment_commands import DispatchShipment, RecordMilestone
from inventory_core.transfer_orders.shipments import Carton
from tests.core_builders import AT, approved, draft, line, sender, stocked, submitted

PYTHON_TYPES = {
    "VARCHAR": str,
    "BIGINT": int,
    "DECIMAL(18,4)": Decimal,
    "DATE": date,
    "TIMESTAMP": datetime,
    "BOOLEAN": bool,
}


def test_rows_have_the_promised_columns_and_types(core: Core) -> None:
    order = submitted(core, lines=(line(suggestion_id="s1", suggested_units=48), line("LAMP", 2)))
    core.execute(ApproveTransferOrder(**sender("sam"), transfer_order_id=str(order.document_number), reason="fine"))
    core.execute(draft())
    stocked(core, CHAIR=100)
    number = {"transfer_order_id": approved(core)}
    cartons = (Carton(carton_id="C1", weight_kg=Decimal(3)),)
    core.execute(DispatchShipment(**sender("wim"), **number, waybill="WB", cartons=cartons))
    news = {"shipment_id": "WB", "milestone": "departed", "occurred_at": AT}
    core.execute(RecordMilestone(**sender("wim"), **number, **news))
    counts = (CountedUnits(code="CHAIR", units=38),)
    core.execute(RecordReceipt(**sender("wim"), **number, counts=counts, is_complete=True))
    reason = {"shipment_id": "WB", "sku": "CHAIR", "kind": "short", "units": 1, "resolution": "claim_fba"}
    core.execute(ResolveDiscrepancy(**sender("sam"), **number, **reason, evidence=("a", "b")))
    core.execute(CommentOnTransferOrder(**sender("vic"), **number, text="where is it?"))
    exported = core.export()
    assert set(exported) == set(EXPORT_COLUMNS)
    for table, rows in exported.items():
        assert rows
        for row in rows:
            assert list(row) == list(EXPORT_COLUMNS[table])
            for column, value in row.items():
                assert value is None or isinstance(value, PYTHON_TYPES[EXPORT_COLUMNS[table][column]]), column
                assert not isinstance(value, datetime) or value.tzinfo is UTC


def test_the_numbers_of_an_order(core: Core) -> None:
    submitted(core, lines=(line(units=3, suggestion_id="s1", suggested_units=48), line("LAMP", 2)))
    exported = core.export()
    [order] = exported["core_transfer_orders"]
    assert (order["status"], order["line_count"], order["units"], order["value_amount"], order["value_currency"]) == (
        "submitted",
        2,
        5,
        Decimal("43.24"),
        "USD",
    )
    chairs, lamps = exported["core_transfer_order_lines"]
    assert (chairs["suggestion_id"], chairs["suggested_units"], chairs["units"]) == ("s1", 48, 3)
    assert (chairs["unit_value_amount"], chairs["value_amount"]) == (Decimal("12.3456"), Decimal("37.04"))
    assert (lamps["suggestion_id"], lamps["suggested_units"]) == (None, None)
    [step] = exported["core_approvals"]
    assert (step["step"], step["role"], step["decision"]) == (1, "supervisor", None)
    assert [row["sequence"] for row in exported["core_journal"]] == list(range(1, len(exported["core_journal"]) + 1))


def test_the_numbers_of_a_shipment(core: Core) -> None:
    number = {"transfer_order_id": approved(core, lines=(line(units=40), line("LAMP", 2)))}
    sized = {"length_cm": Decimal(50), "width_cm": Decimal(40), "height_cm": Decimal(30)}
    cartons = (Carton(carton_id="C1", weight_kg=Decimal(3), **sized), Carton(carton_id="C2", **sized))
    core.execute(DispatchShipment(**sender("wim"), **number, waybill="WB", cartons=cartons))
    core.execute(RecordReceipt(**sender("wim"), **number, counts=(CountedUnits(code="CHAIR", units=39),)))
    exported = core.export()
    [shipment] = exported["core_shipments"]
    assert (shipment["carton_count"], shipment["weight_kg"], shipment["volume_cbm"]) == (2, None, Decimal("0.12"))
    assert (shipment["shipment_label"], shipment["in_transit_units"]) == ("TO-2026-00001-S1", 3)
    assert [(one["sku"], one["in_transit_units"]) for one in exported["core_shipment_lines"]] == [
        ("CHAIR", 1),
        ("LAMP", 2),
    ]
    assert sum(one["units"] for one in exported["core_stock_balances"]) == 0
    assert {one["place_id"] for one in exported["core_stock_balances"] if not one["is_kept"]} == {"cn_main", "fba_us"}


def test_an_empty_core_exports_every_table_empty(core: Core) -> None:
    exported = core.export()
    assert [exported[name] for name in EXPORT_COLUMNS if name != "core_journal"] == [[]] * (len(EXPORT_COLUMNS) - 1)
