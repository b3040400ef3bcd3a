"""From approval to arrival: reservations, shipments in parts, milestones, cancelling the rest."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from inventory_core.approvals import handlers as approval_handlers
from inventory_core.bootstrap import Core
from inventory_core.commands import Outcome
from inventory_core.errors import Malformed
from inventory_core.stock_ledger.commands import MovedUnits, ReceivePurchase
from inventory_core.stock_ledger.model import PlaceKind
from inventory_core.transfer_orders import handlers, loading
from inventory_core.transfer_orders import shipment_handlers as shipping
from inventory_core.transfer_orders.commands import ApproveTransferOrder, CancelTransferOrder, SubmitTransferOrder
from inventory_core.transfer_orders.model import TransferOrder
from inventory_core.transfer_orders.shipment_commands import (
    CancelShipment,
    DispatchShipment,
    PlanShipment,
    RecordMilestone,
)
from inventory_core.transfer_orders.shipments import Carton, ShipmentUnits
from inventory_core.verification import verify
from tests.core_builders import AT, approved, draft, later, line, sender, stocked, submitted

CHAIRS_AND_LAMPS = (line("CHAIR", 40), line("LAMP", 10))


def dispatch(core: Core, number: str, *units: ShipmentUnits, **fields: Any) -> Outcome:
    content: dict[str, Any] = {"waybill": "WB-1", "lines": units or None, **fields}
    return core.execute(DispatchShipment(**sender("wim"), transfer_order_id=number, **content))


def plan(core: Core, number: str, *units: ShipmentUnits, **fields: Any) -> str:
    content: dict[str, Any] = {"lines": units or None, **fields}
    return str(core.execute(PlanShipment(**sender("wim"), transfer_order_id=number, **content)).shipment_id)


def of(sku: str, units: int) -> ShipmentUnits:
    return ShipmentUnits(sku=sku, units=units)


def order(core: Core, number: str) -> TransferOrder:
    return core.queries.transfer_order(number).order


def on_hand(core: Core, warehouse_id: str = "cn_main") -> dict[str, int]:
    found: dict[str, int] = {}
    for key, units in core.queries.balances(warehouse_id=warehouse_id).items():
        found[key.sku] = found.get(key.sku, 0) + units
    return found


def in_transit(core: Core) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, units in core.queries.balances().items():
        if key.place.place_kind is PlaceKind.IN_TRANSIT:
            found[key.sku] = found.get(key.sku, 0) + units
    return found


def free(core: Core, sku: str = "CHAIR") -> int:
    found = core.queries.free_stock("cn_main", skus=[sku])
    assert found is not None
    return found[sku].free_units


class TestApprovalReserves:
    def test_units_are_promised_until_the_order_is_given_up(self, core: Core) -> None:
        stocked(core, CHAIR=100)
        number = approved(core)
        assert (free(core), on_hand(core)) == (60, {"CHAIR": 100})
        core.execute(CancelTransferOrder(**sender("pia"), transfer_order_id=number, reason="sold out"))
        assert free(core) == 100

    def test_free_stock_is_checked_again(self, core: Core) -> None:
        """Two orders of 40 were submitted while 70 were free: the second one cannot be approved."""
        stocked(core, CHAIR=70)
        first, second = (str(submitted(core).document_number) for _ in range(2))
        core.execute(ApproveTransferOrder(**sender("sam"), transfer_order_id=first))
        with pytest.raises(
            approval_handlers.UnableToApproveTransferOrder,
            match=r"40 CHAIR ordered, but 30 free at cn_main \(70 on hand, 40 reserved\)",
        ):
            core.execute(ApproveTransferOrder(**sender("sam"), transfer_order_id=second))
        assert free(core) == 30

    def test_exactly_enough_is_enough(self, core: Core) -> None:
        stocked(core, CHAIR=40)
        approved(core)
        assert free(core) == 0

    def test_where_the_ledger_keeps_no_stock_the_outcome_says_so(self, core: Core) -> None:
        number = str(submitted(core).document_number)
        outcome = core.execute(ApproveTransferOrder(**sender("sam"), transfer_order_id=number))
        assert outcome.notes == ("stock was not checked: the ledger does not keep cn_main",)
        stocked(core, CHAIR=100)
        assert free(core) == 60, "what was approved before the warehouse was opened is promised too"


class TestDispatch:
    def test_on_hand_falls_and_in_transit_rises_by_the_same_units(self, core: Core) -> None:
        stocked(core, CHAIR=100, LAMP=10)
        number = approved(core, lines=CHAIRS_AND_LAMPS)
        outcome = dispatch(core, number, of("CHAIR", 25))
        assert (outcome.status, outcome.notes) == ("in_transit", ())
        assert on_hand(core) == {"CHAIR": 75, "LAMP": 10}
        assert in_transit(core) == {"CHAIR": 25}
        assert free(core) == 60, "15 of the order are still promised"
        assert verify(core).is_sound

    def test_in_parts_by_plan(self, core: Core) -> None:
        stocked(core, CHAIR=100, LAMP=10)
        number = approved(core, lines=CHAIRS_AND_LAMPS)
        cartons = (Carton(carton_id="C1", weight_kg=Decimal("12.5"), contents=(of("CHAIR", 30),)),)
        first = plan(core, number, of("CHAIR", 30), carrier="Sea Line", waybill="WB-1", cartons=cartons)
        assert order(core, number).status == "picking"
        second = plan(core, number, mode="air")
        assert [one.planned_units for one in order(core, number).shipments[1].lines] == [10, 10]
        dispatch(core, number, of("CHAIR", 28), shipment_id=first, waybill="", master_waybill="MBL-9")
        dispatch(core, number, shipment_id=f"{number}-S2", waybill="WB-2")
        one, two = order(core, number).shipments
        assert (one.shipment_id, two.shipment_id) == (first, second)
        assert (one.transport.carrier, one.transport.waybill, one.transport.master_waybill, one.transport.mode) == (
            "Sea Line",
            "WB-1",
            "MBL-9",
            "sea",
        )
        assert (one.cartons, two.transport.mode, two.status) == (cartons, "air", "dispatched")
        assert (one.lines[0].planned_units, one.lines[0].dispatched_units) == (30, 28)
        assert order(core, number).open_units() == {"CHAIR": 2, "LAMP": 0}
        assert in_transit(core) == {"CHAIR": 38, "LAMP": 10}

    def test_the_earliest_lot_leaves_first_unless_somebody_picked_another(self, core: Core) -> None:
        stocked(core)
        for lot in ("2026-10", "2026-09"):
            lines = (MovedUnits(sku="CHAIR", units=30, lot=lot, bin_id="IN"),)
            core.execute(
                ReceivePurchase(
                    **sender("wim"), warehouse_id="cn_main", purchase_order_id="P", supplier_id="S", lines=lines
                )
            )
        number = approved(core)
        dispatch(core, number, of("CHAIR", 31))
        left = {key.lot: units for key, units in core.queries.balances(warehouse_id="cn_main").items()}
        assert left == {"2026-10": 29}
        dispatch(
            core,
            number,
            of("CHAIR", 9),
            picks=(MovedUnits(sku="CHAIR", units=9, lot="2026-10", bin_id="IN"),),
            waybill="WB-2",
        )
        with pytest.raises(shipping.UnableToDispatchShipment, match="1 CHAIR wanted, but TO-2026-00001 has 0 left"):
            dispatch(core, number, of("CHAIR", 1), waybill="WB-3")

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"waybill": ""}, "leaves with a waybill"),
            ({"lines": (of("CHAIR", 41),)}, "41 CHAIR wanted, but TO-2026-00001 has 40 left to ship"),
            ({"lines": (of("MYSTERY", 1),)}, "1 MYSTERY wanted, but TO-2026-00001 has no line of it"),
            ({"lines": (of("CHAIR", 0),)}, "would ship nothing"),
            ({"lines": (of("LAMP", 10),)}, "7 of 10 LAMP are not on hand at cn_main"),
            ({"picks": (MovedUnits(sku="CHAIR", units=39),), "lines": (of("CHAIR", 40),)}, "picks add up to 39 CHAIR"),
            (
                {"picks": (MovedUnits(sku="CHAIR", units=40, bin_id="Z"),), "lines": (of("CHAIR", 40),)},
                "40 picked of good CHAIR in warehouse cn_main Z, where the ledger has 0",
            ),
            ({"shipment_id": "S9"}, "has no shipment S9"),
        ],
    )
    def test_what_cannot_leave_is_refused_in_words(self, core: Core, fields: dict[str, Any], words: str) -> None:
        stocked(core, CHAIR=100, LAMP=10)
        number = approved(core, lines=CHAIRS_AND_LAMPS)
        stock_moves(core, "LAMP", 7)
        entries = core.queries.journal()
        with pytest.raises((shipping.UnableToDispatchShipment, loading.UnableToFindShipment), match=words):
            dispatch(core, number, **fields)
        assert core.queries.journal() == entries

    def test_a_shipment_leaves_once(self, core: Core) -> None:
        number = approved(core)
        shipment_id = plan(core, number, of("CHAIR", 10))
        dispatch(core, number, shipment_id=shipment_id)
        with pytest.raises(shipping.UnableToDispatchShipment, match="TO-2026-00001-S1 is dispatched"):
            dispatch(core, number, shipment_id=shipment_id)

    def test_units_are_planned_once(self, core: Core) -> None:
        number = approved(core)
        first = plan(core, number, of("CHAIR", 30))
        with pytest.raises(shipping.UnableToPlanShipment, match="11 CHAIR wanted, but TO-2026-00001 has 10 left"):
            plan(core, number, of("CHAIR", 11))
        core.execute(CancelShipment(**sender("wim"), transfer_order_id=number, shipment_id=first, reason="truck broke"))
        plan(core, number, of("CHAIR", 40))
        with pytest.raises(shipping.UnableToCancelShipment, match="S1 is cancelled"):
            core.execute(CancelShipment(**sender("wim"), transfer_order_id=number, shipment_id=first, reason="again"))

    def test_only_an_approved_order_is_shipped(self, core: Core) -> None:
        number = str(submitted(core).document_number)
        with pytest.raises(shipping.UnableToDispatchShipment, match="is submitted: only an approved order"):
            dispatch(core, number)

    @pytest.mark.parametrize(
        "fields",
        [
            {"mode": "teleport"},
            {"lines": (of("CHAIR", 1), of("CHAIR", 2))},
            {"cartons": (Carton(carton_id="A"), Carton(carton_id="A"))},
            {"picks": (MovedUnits(sku="CHAIR", units=1, condition="damaged"),)},
            {"waybill": " x"},
        ],
    )
    def test_malformed(self, fields: dict[str, Any]) -> None:
        with pytest.raises(Malformed):
            DispatchShipment(**sender("wim"), transfer_order_id="x", **fields)

    def test_cartons_have_positive_exact_sizes(self) -> None:
        sized = Carton(carton_id="A", length_cm=Decimal(50), width_cm=Decimal(40), height_cm=Decimal("30.5"))
        assert sized.volume_cbm == Decimal("0.061")
        assert Carton(carton_id="A", length_cm=Decimal(50)).volume_cbm is None
        with pytest.raises(Malformed, match="above zero"):
            Carton(carton_id="A", weight_kg=Decimal(0))


class TestCancelTheRest:
    def test_what_is_on_its_way_goes_on(self, core: Core) -> None:
        stocked(core, CHAIR=100, LAMP=10)
        number = approved(core, lines=CHAIRS_AND_LAMPS)
        dispatch(core, number, of("CHAIR", 25))
        plan(core, number, of("LAMP", 4))
        core.execute(CancelTransferOrder(**sender("pia"), transfer_order_id=number, reason="too many"))
        found = order(core, number)
        assert (found.status, [one.cancelled_units for one in found.lines]) == ("in_transit", [15, 10])
        assert [one.status for one in found.shipments] == ["dispatched", "cancelled"]
        assert (free(core), free(core, "LAMP"), in_transit(core)) == (75, 10, {"CHAIR": 25})
        with pytest.raises(handlers.UnableToCancelTransferOrder, match="no rest to cancel"):
            core.execute(CancelTransferOrder(**sender("pia"), transfer_order_id=number, reason="again"))
        with pytest.raises(shipping.UnableToDispatchShipment, match="0 left to ship"):
            dispatch(core, number, of("LAMP", 1))
        assert verify(core).is_sound

    def test_nothing_left_yet_so_all_of_it_is_cancelled(self, core: Core) -> None:
        number = approved(core)
        plan(core, number)
        outcome = core.execute(CancelTransferOrder(**sender("pia"), transfer_order_id=number, reason="no"))
        assert outcome.status == "cancelled"
        assert [one.status for one in order(core, number).shipments] == ["cancelled"]


class TestMilestones:
    def news(self, core: Core, number: str, milestone: str, day: int, **fields: Any) -> Outcome:
        return core.execute(
            RecordMilestone(
                **sender("wim", at=later(1)),
                transfer_order_id=number,
                shipment_id="WB-1",
                milestone=milestone,
                occurred_at=AT + timedelta(days=day),
                **fields,
            )
        )

    def test_late_repeated_and_out_of_order_news_are_normal(self, core: Core) -> None:
        number = approved(core)
        dispatch(core, number)
        version = order(core, number).version
        self.news(core, number, "arrived_in_port", 20, place="Long Beach")
        self.news(core, number, "departed", 3)
        entries = len(core.queries.journal())
        for _ in range(3):
            self.news(core, number, "departed", 3)
        [shipment] = order(core, number).shipments
        assert len(core.queries.journal()) == entries
        assert [one.milestone for one in shipment.milestones] == ["departed", "arrived_in_port"]
        assert (shipment.status, order(core, number).version) == ("dispatched", version)

    def test_news_do_not_make_a_persons_decision_outdated(self, core: Core) -> None:
        number = approved(core)
        dispatch(core, number, of("CHAIR", 10))
        seen = order(core, number).version
        self.news(core, number, "departed", 3)
        fields = {"transfer_order_id": number, "reason": "enough"}
        with pytest.raises(loading.UnableToOverwrite, match="shipment TO-2026-00001-S1 planned"):
            core.execute(CancelTransferOrder(**sender("pia"), **fields, expected_version=seen - 2))
        core.execute(CancelTransferOrder(**sender("pia"), **fields, expected_version=seen))

    def test_delivered_makes_it_arrive_once(self, core: Core) -> None:
        number = approved(core)
        dispatch(core, number)
        self.news(core, number, "delivered", 25)
        self.news(core, number, "delivered", 26)
        [shipment] = order(core, number).shipments
        assert (shipment.status, shipment.arrived_at) == ("arrived", AT + timedelta(days=25))
        assert in_transit(core) == {"CHAIR": 40}, "at the door is not counted"

    def test_unknown_news_are_malformed(self, core: Core) -> None:
        with pytest.raises(Malformed, match="milestone must be one of"):
            self.news(core, "x", "vanished", 1)


def stock_moves(core: Core, sku: str, units: int) -> None:
    """Sells behind the order's back."""
    from inventory_core.stock_ledger.commands import MoveStock

    moves = (MovedUnits(sku=sku, units=units),)
    core.execute(MoveStock(**sender("wim"), warehouse_id="cn_main", kind="sale", moves=moves))


def test_a_draft_reserves_nothing(core: Core) -> None:
    stocked(core, CHAIR=100)
    number = str(core.execute(draft()).document_number)
    core.execute(SubmitTransferOrder(**sender("pia"), transfer_order_id=number))
    assert free(core) == 100


def test_units_on_order_are_those_that_have_not_left(core: Core) -> None:
    core.execute(draft())
    number = approved(core, lines=CHAIRS_AND_LAMPS)
    dispatch(core, number, of("CHAIR", 25), of("LAMP", 10))
    assert [(one.sku, one.status, one.units) for one in core.queries.units_on_order()] == [
        ("CHAIR", "draft", 40),
        ("CHAIR", "in_transit", 15),
    ]
