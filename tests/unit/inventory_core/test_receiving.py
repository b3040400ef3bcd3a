"""What breaks other systems at the destination: short, over, wrong, early, late, twice, after close."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from inventory_core.bootstrap import Core
from inventory_core.commands import Outcome
from inventory_core.errors import Malformed
from inventory_core.receiving import handlers
from inventory_core.receiving.commands import (
    CloseTransferOrder,
    CompleteReceiving,
    CountedUnits,
    RecordReceipt,
    ReopenTransferOrder,
    ResolveDiscrepancy,
    SetReceivingRules,
)
from inventory_core.receiving.model import ReceivingRule, discrepancies
from inventory_core.receiving.resolving import UnableToResolveDiscrepancy
from inventory_core.receiving.scanning import UnableToReadCode
from inventory_core.stock_ledger.model import Condition, PlaceKind
from inventory_core.transfer_orders.commands import CancelTransferOrder
from inventory_core.transfer_orders.model import TransferOrder
from inventory_core.transfer_orders.shipment_commands import DispatchShipment, PlanShipment, RecordMilestone
from inventory_core.transfer_orders.shipments import Carton, ShipmentUnits
from inventory_core.verification import verify
from tests.core_builders import AT, approved, line, sender, stocked, submitted

LINES = (line("CHAIR", 40), line("LAMP", 10))


@pytest.fixture
def number(core: Core) -> str:
    """An order of 40 chairs and 10 lamps, all of it on its way in one shipment."""
    stocked(core, CHAIR=100, LAMP=50, MYSTERY=5)
    number = approved(core, lines=LINES)
    dispatch(core, number)
    return number


def dispatch(core: Core, number: str, **fields: Any) -> Outcome:
    return core.execute(DispatchShipment(**sender("wim"), transfer_order_id=number, **{"waybill": "WB-1", **fields}))


def count(code: str, units: int, **fields: Any) -> CountedUnits:
    return CountedUnits(code=code, units=units, **fields)


def receive(core: Core, number: str, *counts: CountedUnits, **fields: Any) -> Outcome:
    return core.execute(RecordReceipt(**sender("wim"), transfer_order_id=number, counts=counts, **fields))


def resolve(core: Core, number: str, sku: str, kind: str, units: int, resolution: str, **fields: Any) -> Outcome:
    content = {"shipment_id": f"{number}-S1", "sku": sku, "kind": kind, "units": units, "resolution": resolution}
    return core.execute(ResolveDiscrepancy(**sender("sam"), transfer_order_id=number, **content, **fields))


def close(core: Core, number: str) -> Outcome:
    return core.execute(CloseTransferOrder(**sender("pia"), transfer_order_id=number))


def order(core: Core, number: str) -> TransferOrder:
    return core.queries.transfer_order(number).order


def differences(core: Core, number: str) -> dict[tuple[str, str], tuple[int, int]]:
    return {(one.sku, one.kind): (one.units, one.open_units) for one in discrepancies(order(core, number))}


def units_in(core: Core, kind: PlaceKind, place_id: str | None = None) -> dict[str, int]:
    """Good units by sku, damaged ones under `sku!`."""
    found: dict[str, int] = {}
    for key, units in core.queries.balances().items():
        if key.place.place_kind is kind and place_id in (None, key.place.place_id):
            name = key.sku + ("!" if key.condition is Condition.DAMAGED else "")
            found[name] = found.get(name, 0) + units
    return {sku: units for sku, units in found.items() if units}


def at_destination(core: Core) -> dict[str, int]:
    return units_in(core, PlaceKind.WAREHOUSE, "fba_us")


class TestReceipts:
    def test_all_of_it_as_it_left(self, core: Core, number: str) -> None:
        outcome = receive(core, number, count("CHAIR", 40), count("LAMP", 10))
        assert outcome.status == "receiving"
        assert order(core, number).shipments[0].status == "received"
        assert (at_destination(core), units_in(core, PlaceKind.IN_TRANSIT)) == ({"CHAIR": 40, "LAMP": 10}, {})
        assert close(core, number).status == "closed"
        assert verify(core).is_sound

    def test_several_receipts_never_undo_each_other(self, core: Core, number: str) -> None:
        receive(core, number, count("CHAIR", 15))
        receive(core, number, count("CHAIR", 15))
        receive(core, number, count("CHAIR", 5, condition="damaged"), count("LAMP", 2))
        assert at_destination(core) == {"CHAIR": 30, "CHAIR!": 5, "LAMP": 2}
        assert units_in(core, PlaceKind.IN_TRANSIT) == {"CHAIR": 5, "LAMP": 8}
        with core.storage.reading() as store:
            counts = store.receipt_counts()
        assert [(one.sku, one.units, one.condition) for one in counts] == [
            ("CHAIR", 15, "good"),
            ("CHAIR", 15, "good"),
            ("CHAIR", 5, "damaged"),
            ("LAMP", 2, "good"),
        ]
        assert len({one.receipt_id for one in counts}) == 3

    def test_the_same_message_a_hundred_times_is_one_receipt(self, core: Core, number: str) -> None:
        fields = {**sender("wim", key="wms-4711"), "transfer_order_id": number, "counts": (count("CHAIR", 15),)}
        outcomes = [core.execute(RecordReceipt(**fields)) for _ in range(100)]
        assert [one.was_done_before for one in outcomes] == [False] + [True] * 99
        assert at_destination(core) == {"CHAIR": 15}

    def test_into_bins_and_lots(self, core: Core, number: str) -> None:
        receive(core, number, count("CHAIR", 10, bin_id="A-1"), count("CHAIR", 5, bin_id="A-2"))
        bins = {key.place.bin_id: units for key, units in core.queries.balances(warehouse_id="fba_us").items()}
        assert bins == {"A-1": 10, "A-2": 5}


class TestShort:
    def test_half_received_is_not_for_ever(self, core: Core, number: str) -> None:
        """A line never received at all, another one short: complete, resolve, close."""
        receive(core, number, count("CHAIR", 38))
        assert differences(core, number) == {}, "more may come"
        with pytest.raises(handlers.UnableToClose, match="12 units in transit: count them"):
            close(core, number)
        core.execute(CompleteReceiving(**sender("wim"), transfer_order_id=number, shipment_id="WB-1"))
        assert differences(core, number) == {("CHAIR", "short"): (2, 2), ("LAMP", "short"): (10, 10)}
        with pytest.raises(handlers.UnableToClose) as refused:
            close(core, number)
        assert refused.value.problems == (
            "2 CHAIR short in shipment 1: resolve with a reason",
            "10 LAMP short in shipment 1: resolve with a reason",
        )
        resolve(core, number, "CHAIR", "short", 2, "lost")
        resolve(core, number, "LAMP", "short", 6, "claim_carrier", evidence=("claim 77",))
        resolve(core, number, "LAMP", "short", 4, "miscounted_at_origin")
        assert units_in(core, PlaceKind.LOST) == {"CHAIR": 2, "LAMP": 6}
        assert units_in(core, PlaceKind.WAREHOUSE, "cn_main") == {"CHAIR": 60, "LAMP": 44, "MYSTERY": 5}
        assert close(core, number).status == "closed"
        assert units_in(core, PlaceKind.IN_TRANSIT) == {}
        assert verify(core).is_sound

    def test_nothing_came_at_all(self, core: Core, number: str) -> None:
        core.execute(CompleteReceiving(**sender("wim"), transfer_order_id=number, shipment_id="WB-1"))
        resolve(core, number, "CHAIR", "short", 40, "damaged")
        resolve(core, number, "LAMP", "short", 10, "claim_fba", evidence=("case 1", "photo.jpg"))
        assert units_in(core, PlaceKind.DAMAGED) == {"CHAIR": 40}
        with core.storage.reading() as store:
            assert [(one.resolution, one.evidence) for one in store.resolutions()] == [
                ("damaged", ()),
                ("claim_fba", ("case 1", "photo.jpg")),
            ]
        close(core, number)

    def test_no_more_than_is_missing_is_explained(self, core: Core, number: str) -> None:
        receive(core, number, count("CHAIR", 38), count("LAMP", 10), is_complete=True)
        with pytest.raises(UnableToResolveDiscrepancy, match="has 2 CHAIR short without a reason, not 3"):
            resolve(core, number, "CHAIR", "short", 3, "lost")

    def test_found_later(self, core: Core, number: str) -> None:
        """Lost and written off; weeks after close three of five turn up: a dated correction."""
        receive(core, number, count("CHAIR", 35), count("LAMP", 10), is_complete=True)
        resolve(core, number, "CHAIR", "short", 5, "lost")
        close(core, number)
        before = core.queries.journal()
        outcome = receive(core, number, count("CHAIR", 3))
        assert outcome.status == "receiving"
        assert core.queries.journal()[: len(before)] == before, "history is not rewritten"
        assert [entry.event_type for entry in core.queries.journal()[len(before) :]] == [
            "TransferOrderReopened",
            "ReceiptRecorded",
        ]
        with pytest.raises(UnableToResolveDiscrepancy, match="3 CHAIR over without a reason, not 6"):
            resolve(core, number, "CHAIR", "over", 6, "found_later")
        resolve(core, number, "CHAIR", "over", 3, "found_later")
        assert units_in(core, PlaceKind.LOST) == {"CHAIR": 2}
        assert at_destination(core) == {"CHAIR": 38, "LAMP": 10}
        close(core, number)
        assert verify(core).is_sound

    def test_what_was_never_lost_is_not_found(self, core: Core, number: str) -> None:
        receive(core, number, count("CHAIR", 43), count("LAMP", 10))
        with pytest.raises(UnableToResolveDiscrepancy, match="only 0 CHAIR of this shipment were lost"):
            resolve(core, number, "CHAIR", "over", 3, "found_later")


class TestOverAndWrong:
    def test_over_receipt_is_recorded_not_refused(self, core: Core, number: str) -> None:
        receive(core, number, count("CHAIR", 43), count("LAMP", 10))
        assert at_destination(core) == {"CHAIR": 43, "LAMP": 10}
        assert units_in(core, PlaceKind.IN_TRANSIT) == {}
        assert units_in(core, PlaceKind.OVER_RECEIVED) == {"CHAIR": -3}
        with pytest.raises(handlers.UnableToClose, match="3 CHAIR over"):
            close(core, number)
        resolve(core, number, "CHAIR", "over", 2, "miscounted_at_origin")
        resolve(core, number, "CHAIR", "over", 1, "miscounted_at_destination")
        assert units_in(core, PlaceKind.WAREHOUSE, "cn_main")["CHAIR"] == 58
        assert at_destination(core)["CHAIR"] == 42
        close(core, number)
        assert verify(core).is_sound

    def test_wrong_product_with_an_equal_total_is_not_right(self, core: Core, number: str) -> None:
        """10 lamps left, 10 others came: net zero, gross wrong."""
        receive(core, number, count("CHAIR", 40), count("MYSTERY", 10), is_complete=True)
        assert differences(core, number) == {("LAMP", "short"): (10, 10), ("MYSTERY", "wrong_product"): (10, 10)}
        with pytest.raises(UnableToResolveDiscrepancy, match="cn_main has 5 good MYSTERY, not 10"):
            resolve(core, number, "MYSTERY", "wrong_product", 10, "miscounted_at_origin")
        resolve(core, number, "MYSTERY", "wrong_product", 5, "miscounted_at_origin")
        resolve(core, number, "MYSTERY", "wrong_product", 5, "unexplained")
        resolve(core, number, "LAMP", "short", 10, "miscounted_at_origin")
        close(core, number)
        assert verify(core).is_sound

    def test_damage_wants_a_reason_too(self, core: Core, number: str) -> None:
        receive(core, number, count("CHAIR", 36), count("CHAIR", 4, condition="damaged"), count("LAMP", 10))
        with pytest.raises(handlers.UnableToClose, match="4 CHAIR damaged"):
            close(core, number)
        resolve(core, number, "CHAIR", "damaged", 1, "miscounted_at_destination")
        resolve(core, number, "CHAIR", "damaged", 3, "claim_carrier", evidence=("photo",))
        assert at_destination(core) == {"CHAIR": 37, "CHAIR!": 3, "LAMP": 10}
        close(core, number)
        assert verify(core).is_sound

    @pytest.mark.parametrize(
        ("kind", "resolution", "evidence"),
        [
            ("lost", "lost", ()),
            ("short", "unexplained", ()),
            ("short", "found_later", ()),
            ("over", "lost", ()),
            ("short", "within_tolerance", ()),
            ("short", "claim_carrier", ()),
            ("damaged", "claim_fba", ("",)),
        ],
    )
    def test_reasons_that_do_not_fit_are_malformed(self, kind: str, resolution: str, evidence: tuple[str]) -> None:
        with pytest.raises(Malformed):
            ResolveDiscrepancy(
                **sender("sam"),
                transfer_order_id="x",
                shipment_id="x",
                sku="x",
                kind=kind,
                units=1,
                resolution=resolution,
                evidence=evidence,
            )


class TestOutOfOrder:
    def test_receipt_before_dispatch(self, core: Core) -> None:
        """The destination's message was faster than the origin's."""
        stocked(core, CHAIR=100)
        number = approved(core)
        assert receive(core, number, count("CHAIR", 30)).status == "picking"
        assert at_destination(core) == {"CHAIR": 30}
        assert differences(core, number) == {("CHAIR", "over"): (30, 30)}
        dispatch(core, number)
        [shipment] = order(core, number).shipments
        assert (shipment.in_transit_units, differences(core, number)) == (10, {})
        assert units_in(core, PlaceKind.OVER_RECEIVED) == {}
        receive(core, number, count("CHAIR", 10))
        close(core, number)
        assert verify(core).is_sound

    def test_receipt_of_a_planned_shipment_and_of_more_than_leaves_then(self, core: Core) -> None:
        stocked(core, CHAIR=100)
        number = approved(core)
        receive(core, number, count("CHAIR", 30))
        dispatch(core, number, lines=(ShipmentUnits(sku="CHAIR", units=25),), shipment_id=f"{number}-S1")
        assert differences(core, number) == {("CHAIR", "over"): (5, 5)}
        assert verify(core).is_sound

    def test_receipt_of_a_cancelled_order(self, core: Core) -> None:
        stocked(core, CHAIR=100)
        number = approved(core)
        core.execute(CancelTransferOrder(**sender("pia"), transfer_order_id=number, reason="sold out"))
        assert receive(core, number, count("CHAIR", 7)).status == "receiving"
        assert order(core, number).open_units() == {"CHAIR": 0}, "what was cancelled stays cancelled"
        resolve(core, number, "CHAIR", "over", 7, "miscounted_at_origin")
        assert close(core, number).status == "closed"
        assert units_in(core, PlaceKind.WAREHOUSE, "cn_main") == {"CHAIR": 93}
        assert verify(core).is_sound

    def test_receipt_of_a_cancelled_line(self, core: Core) -> None:
        stocked(core, CHAIR=100, LAMP=10)
        number = approved(core, lines=LINES)
        dispatch(core, number, lines=(ShipmentUnits(sku="CHAIR", units=40),))
        core.execute(CancelTransferOrder(**sender("pia"), transfer_order_id=number, reason="no lamps"))
        receive(core, number, count("CHAIR", 40), count("LAMP", 2))
        assert differences(core, number) == {("LAMP", "over"): (2, 2)}

    def test_receipt_of_an_order_that_was_never_approved(self, core: Core) -> None:
        number = str(submitted(core).document_number)
        with pytest.raises(handlers.UnableToReceive, match="never approved: count the goods as stock"):
            receive(core, number, count("CHAIR", 1))

    def test_cancelling_what_was_counted_before_it_left_keeps_it_to_be_explained(self, core: Core) -> None:
        number = approved(core)
        receive(core, number, count("CHAIR", 3))
        core.execute(CancelTransferOrder(**sender("pia"), transfer_order_id=number, reason="no"))
        found = order(core, number)
        assert (found.status, found.shipments[0].status) == ("receiving", "cancelled")
        resolve(core, number, "CHAIR", "over", 3, "unexplained")
        close(core, number)
        assert verify(core).is_sound

    def test_a_counted_plan_whose_units_left_in_another_shipment_does_not_keep_the_order_open(self, core: Core) -> None:
        """It can be neither dispatched nor cancelled any more; its surplus is to be explained, and that is all."""
        number = approved(core)
        receive(core, number, count("CHAIR", 3))
        core.execute(PlanShipment(**sender("wim"), transfer_order_id=number))
        receive(core, number, count("CHAIR", 2), shipment_id=f"{number}-S2")
        dispatch(core, number)
        receive(core, number, count("CHAIR", 37), shipment_id=f"{number}-S1")
        with pytest.raises(handlers.UnableToClose, match="2 CHAIR over in shipment 2"):
            close(core, number)
        content = {"sku": "CHAIR", "kind": "over", "units": 2, "resolution": "unexplained"}
        reason = ResolveDiscrepancy(**sender("sam"), transfer_order_id=number, shipment_id=f"{number}-S2", **content)
        core.execute(reason)
        assert close(core, number).status == "closed"
        assert verify(core).is_sound

    def test_reopening_is_a_dated_entry(self, core: Core, number: str) -> None:
        receive(core, number, count("CHAIR", 40), count("LAMP", 10))
        close(core, number)
        with pytest.raises(UnableToResolveDiscrepancy, match="reopen it first"):
            resolve(core, number, "CHAIR", "short", 1, "lost")
        core.execute(ReopenTransferOrder(**sender("sam"), transfer_order_id=number, reason="claim paid"))
        with pytest.raises(handlers.UnableToReopen, match="is receiving"):
            core.execute(ReopenTransferOrder(**sender("sam"), transfer_order_id=number, reason="again"))
        close(core, number)

    def test_an_order_with_a_rest_is_not_closed(self, core: Core) -> None:
        number = approved(core)
        dispatch(core, number, lines=(ShipmentUnits(sku="CHAIR", units=30),))
        receive(core, number, count("CHAIR", 30))
        with pytest.raises(handlers.UnableToClose, match="10 CHAIR never left: dispatch them, or cancel the rest"):
            close(core, number)


class TestScanning:
    def test_sku_ean_fnsku_and_carton_label_mean_products(self, core: Core) -> None:
        number = approved(core, lines=LINES)
        contents = (ShipmentUnits(sku="CHAIR", units=4), ShipmentUnits(sku="LAMP", units=2))
        dispatch(core, number, cartons=(Carton(carton_id="BOX-7", contents=contents),))
        receive(
            core,
            number,
            count("CHAIR", 1),
            count("6901234567892", 2),
            count("X001CHAIR", 3),
            count("BOX-7", 1, bin_id="A"),
        )
        assert at_destination(core) == {"CHAIR": 10, "LAMP": 2}

    def test_every_unreadable_code_is_named(self, core: Core) -> None:
        number = approved(core)
        dispatch(core, number, cartons=(Carton(carton_id="BOX-7"),))
        with pytest.raises(UnableToReadCode) as refused:
            receive(core, number, count("123", 1), count("BOX-7", 1), count("CHAIR", 1))
        assert [problem.split(":")[0] for problem in refused.value.problems] == [
            "code 123 stands for no product",
            "nobody noted what is in carton BOX-7",
        ]
        assert at_destination(core) == {}

    def test_several_shipments_want_to_be_named(self, core: Core) -> None:
        number = approved(core)
        for waybill in ("WB-1", "WB-2"):
            dispatch(core, number, waybill=waybill, lines=(ShipmentUnits(sku="CHAIR", units=20),))
        with pytest.raises(handlers.UnableToReceive, match="pass shipment_id, TO-2026-00001-S1 or TO-2026-00001-S2"):
            receive(core, number, count("CHAIR", 1))
        receive(core, number, count("CHAIR", 20), shipment_id="WB-2")
        assert [one.status for one in order(core, number).shipments] == ["dispatched", "received"]


class TestTolerance:
    @pytest.fixture(autouse=True)
    def rules(self, core: Core) -> None:
        rule = ReceivingRule(warehouse_id="fba_us", tolerance_units=1, tolerance_share=Decimal("0.05"), is_blind=True)
        for _ in range(2):
            core.execute(SetReceivingRules(**sender("operator"), rules=(rule,)))
        assert [entry.event_type for entry in core.queries.journal()].count("ReceivingRulesSet") == 1

    def test_small_differences_are_explained_at_the_end_of_counting(self, core: Core, number: str) -> None:
        """5 % of 40 chairs are 2, and one lamp of 10 is always forgiven."""
        receive(core, number, count("CHAIR", 38), count("LAMP", 11), is_complete=True)
        assert differences(core, number) == {("CHAIR", "short"): (2, 0), ("LAMP", "over"): (1, 0)}
        assert units_in(core, PlaceKind.LOST) == {"CHAIR": 2}
        with core.storage.reading() as store:
            assert {one.resolution for one in store.resolutions()} == {"within_tolerance"}
        close(core, number)
        assert verify(core).is_sound

    def test_larger_ones_are_not(self, core: Core, number: str) -> None:
        receive(core, number, count("CHAIR", 37), count("LAMP", 12), is_complete=True)
        assert differences(core, number) == {("CHAIR", "short"): (3, 3), ("LAMP", "over"): (2, 2)}

    def test_a_blind_count_hides_the_plan_until_it_is_over(self, core: Core, number: str) -> None:
        expected = core.queries.receiving_list(number, "WB-1")
        assert [(one.sku, one.expected_units, one.counted_units) for one in expected] == [
            ("CHAIR", None, 0),
            ("LAMP", None, 0),
        ]
        assert expected[0].codes == ("6901234567892", "X001CHAIR")
        receive(core, number, count("CHAIR", 40), count("LAMP", 10))
        assert [one.expected_units for one in core.queries.receiving_list(number, "WB-1")] == [40, 10]


def test_a_visible_count_shows_the_plan(core: Core, number: str) -> None:
    assert [one.expected_units for one in core.queries.receiving_list(number, "WB-1")] == [40, 10]


def test_carton_labels_begin_anew_in_each_shipment(core: Core) -> None:
    stocked(core, CHAIR=40, LAMP=40)
    number = approved(core, lines=(line("CHAIR", 40), line("LAMP", 40)))
    for waybill, sku in (("W1", "CHAIR"), ("W2", "LAMP")):
        contents = (ShipmentUnits(sku=sku, units=40),)
        dispatch(core, number, waybill=waybill, lines=contents, cartons=(Carton(carton_id="1", contents=contents),))
    receive(core, number, count("1", 1), shipment_id="W1")
    assert {key.sku: units for key, units in core.queries.balances(warehouse_id="fba_us").items()} == {"CHAIR": 40}


def test_a_product_named_twice_in_a_carton_counts_with_all_its_units(core: Core) -> None:
    number = approved(core)
    halves = (ShipmentUnits(sku="CHAIR", units=25), ShipmentUnits(sku="CHAIR", units=15))
    dispatch(core, number, cartons=(Carton(carton_id="C", contents=halves),))
    receive(core, number, count("C", 1))
    assert order(core, number).shipments[0].line("CHAIR").good_units == 40


def test_an_order_that_was_cancelled_before_its_approval_receives_nothing(core: Core) -> None:
    number = str(submitted(core).document_number)
    core.execute(CancelTransferOrder(**sender("pia"), transfer_order_id=number, reason="no"))
    with pytest.raises(handlers.UnableToReceive, match="cancelled before it was approved"):
        receive(core, number, count("CHAIR", 40))


def test_a_complete_count_of_goods_that_nobody_dispatched_is_recorded_with_a_note(core: Core) -> None:
    number = approved(core)
    core.execute(PlanShipment(**sender("wim"), transfer_order_id=number))
    outcome = receive(core, number, count("CHAIR", 40), is_complete=True)
    assert outcome.notes == ("counted, but receiving goes on: nobody has said that the shipment left",)
    assert order(core, number).shipments[0].line("CHAIR").good_units == 40


def test_news_of_the_delivery_before_the_dispatch_makes_the_shipment_arrive_when_it_left(core: Core) -> None:
    number = approved(core)
    core.execute(PlanShipment(**sender("wim"), transfer_order_id=number, waybill="W"))
    news = {"shipment_id": "W", "milestone": "delivered", "occurred_at": AT}
    core.execute(RecordMilestone(**sender("wim"), transfer_order_id=number, **news))
    dispatch(core, number, shipment_id="W")
    [shipment] = order(core, number).shipments
    assert (shipment.status, shipment.arrived_at) == ("arrived", AT)
    assert verify(core).is_sound
