"""Shipments, history, discrepancies and live transit: rows of what the core holds, bounded and in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from app_streamlit.i18n import Language
from app_streamlit.i18n.words import (
    CHANNELS,
    DISCREPANCY_KINDS,
    MESSAGE_STATES,
    MILESTONES,
    ORDER_EVENTS,
    ORDER_STATUSES,
    RESOLUTIONS,
    SHIPMENT_STATUSES,
)
from app_streamlit.view_models import discrepancies, history, home, live_transit, messages, orders, shipments
from app_streamlit.view_models.rows import rows_of
from inventory_core.access.model import Person
from inventory_core.bootstrap import Core
from inventory_core.errors import Malformed
from inventory_core.outbox.model import CHANNELS as KNOWN_CHANNELS
from inventory_core.outbox.model import MessageState
from inventory_core.receiving.commands import CountedUnits, RecordReceipt, ResolveDiscrepancy
from inventory_core.receiving.model import RESOLUTIONS as KNOWN_RESOLUTIONS
from inventory_core.receiving.model import WITHIN_TOLERANCE
from inventory_core.transfer_orders.fold import ORDER_EVENTS as KNOWN_EVENTS
from inventory_core.transfer_orders.model import OrderLine, Status, TransferOrder
from inventory_core.transfer_orders.shipment_commands import DispatchShipment, PlanShipment, RecordMilestone
from inventory_core.transfer_orders.shipments import MILESTONES as KNOWN_MILESTONES
from inventory_core.transfer_orders.shipments import ShipmentLine, ShipmentStatus, ShipmentUnits
from tests.core_builders import ARRIVAL_DATE, AT, approved, later, memory_core, sender

ENGLISH, CHINESE = Language("en"), Language("zh")


def order_of(core: Core, number: str) -> TransferOrder:
    """The order as it is now."""
    return core.queries.transfer_order(number).order


def dispatched(core: Core) -> str:
    """An order of 40 chairs, 30 of them on their way."""
    number = approved(core)
    core.execute(
        DispatchShipment(
            **sender("wim"),
            transfer_order_id=number,
            waybill="WB-1",
            carrier="COSCO",
            lines=(ShipmentUnits(sku="CHAIR", units=30),),
        )
    )
    return number


def received(core: Core) -> str:
    """The same, 28 counted, 1 of them damaged."""
    number = dispatched(core)
    core.execute(
        RecordReceipt(
            **sender("wim"),
            transfer_order_id=number,
            counts=(
                CountedUnits(code="CHAIR", units=27),
                CountedUnits(code="CHAIR", units=1, condition="damaged"),
            ),
            is_complete=True,
        )
    )
    return number


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (ORDER_STATUSES, [status.value for status in Status]),
        (SHIPMENT_STATUSES, [status.value for status in ShipmentStatus]),
        (ORDER_EVENTS, KNOWN_EVENTS),
        (MILESTONES, KNOWN_MILESTONES),
        (DISCREPANCY_KINDS, KNOWN_RESOLUTIONS),
        (RESOLUTIONS, [WITHIN_TOLERANCE, *(one for kind in KNOWN_RESOLUTIONS.values() for one in kind)]),
        (MESSAGE_STATES, [state.value for state in MessageState]),
        (CHANNELS, KNOWN_CHANNELS),
    ],
)
def test_every_code_of_the_core_has_a_word_in_both_languages(words: dict[str, str], codes: list[str]) -> None:
    assert set(codes) <= set(words)
    assert all(CHINESE(words[code]) != words[code] for code in codes)


def test_history_says_what_happened_and_shows_no_class_names() -> None:
    core = memory_core()
    number = received(core)
    core.execute(
        RecordMilestone(
            **sender("pia", at=later(5)),
            transfer_order_id=number,
            shipment_id=f"{number}-S1",
            milestone="departed",
            occurred_at=AT,
            place="Yantian",
        )
    )
    core.execute(
        ResolveDiscrepancy(
            **sender("sam"),
            transfer_order_id=number,
            shipment_id=f"{number}-S1",
            sku="CHAIR",
            kind="short",
            units=2,
            resolution="claim_carrier",
            evidence=("C-9",),
        )
    )
    found = core.queries.transfer_order(number)
    rows = history.history_rows(
        found.entries, order=found.order, people={"sam": "Sam"}, text=ENGLISH, time_zone="Asia/Shanghai"
    )
    told = dict(zip(rows["event"], rows["details"], strict=True))
    assert not set(rows["event"]) & set(KNOWN_EVENTS)
    assert told["Drafted"] == "40 CHAIR"
    assert told["Shipment dispatched"] == "S1 · WB-1 · 30 CHAIR"
    assert told["Receipt recorded"] == "S1 · CHAIR: 27 Good, 1 Damaged"
    assert told["Milestone recorded"].startswith("S1 · Departed · ")
    assert told["Milestone recorded"].endswith("(Asia/Shanghai) · Yantian")
    assert told["Discrepancy resolved"] == "S1 · CHAIR: 2 Short received → Claim against the carrier · C-9"
    assert rows["actor"].iloc[0] == "Sam"


def test_history_names_a_few_of_many_lines_and_keeps_to_its_limit() -> None:
    core = memory_core()
    found = core.queries.transfer_order(approved(core))
    many = [replace(found.entries[0], sequence=number) for number in range(1, history.LIMIT + 50)]
    rows = history.history_rows(many, order=found.order, people={}, text=ENGLISH, time_zone="UTC")
    assert len(rows) == history.LIMIT
    lines = ", ".join(f'{{"sku":"S{number}","units":1}}' for number in range(10_000))
    drafted = replace(found.entries[0], payload=f'{{"lines":[{lines}]}}')
    told = history.details(drafted, order=found.order, people={}, text=ENGLISH, time_zone="UTC")
    assert told == "1 S0, 1 S1, 1 S2, 9,997 more"


def test_a_shipment_shows_where_its_units_are() -> None:
    core = memory_core()
    number = received(core)
    (shipment,) = order_of(core, number).shipments
    assert rows_of(shipments.line_rows(shipment)) == [
        {
            "sku": "CHAIR",
            "planned_units": 30,
            "dispatched_units": 30,
            "good_units": 27,
            "damaged_units": 1,
            "over_units": 0,
            "written_off_units": 0,
            "in_transit_units": 2,
        }
    ]
    assert shipments.title(order_of(core, number), shipment, CHINESE) == f"{number}-S1 · 已收货 · WB-1"
    assert shipments.transport_words(shipment, ENGLISH) == "Sea · COSCO · waybill WB-1"


def test_what_can_still_be_shipped_leaves_out_planned_and_dispatched_units() -> None:
    core = memory_core()
    number = dispatched(core)
    assert shipments.unplanned_units(order_of(core, number)) == {"CHAIR": 10}
    core.execute(PlanShipment(**sender("wim"), transfer_order_id=number, lines=(ShipmentUnits(sku="CHAIR", units=4),)))
    order = order_of(core, number)
    assert shipments.unplanned_units(order) == {"CHAIR": 6}
    assert shipments.planned_units(order.shipments[1]) == {"CHAIR": 4}
    assert shipments.units_to_ship({"CHAIR": 4, "TABLE": 0}) == (ShipmentUnits(sku="CHAIR", units=4),)


def test_tables_stay_bounded_however_large_an_order_is() -> None:
    core = memory_core()
    order = order_of(core, dispatched(core))
    skus = [f"SKU-{number:05}" for number in range(10_000)]
    lines = tuple(OrderLine(line_number=number, sku=sku, units=1) for number, sku in enumerate(skus, start=1))
    shipment = replace(order.shipments[0], lines=tuple(ShipmentLine(sku=sku, dispatched_units=1) for sku in skus))
    large = replace(order, lines=lines, shipments=(shipment,))
    assert len(orders.shown_lines(large)) == len(shipments.line_rows(shipment)) == shipments.LINE_LIMIT
    assert [line.sku for line in orders.shown_lines(large, needle="sku-00777")] == ["SKU-00777"]
    assert len(shipments.discrepancy_rows(replace(large, shipments=()), ENGLISH)) == 0


def test_open_points_say_what_keeps_an_order_from_closing() -> None:
    core = memory_core()
    number = received(core)
    assert orders.open_points(order_of(core, number), ENGLISH) == [
        "10 units have not left: dispatch them, or cancel the rest.",
        "3 units differ and have no reason yet.",
    ]
    assert not orders.is_next_step("CloseTransferOrder", order_of(core, number))
    assert orders.is_next_step("CancelTransferOrder", order_of(core, number))
    assert orders.open_points(order_of(core, approved(core)), ENGLISH) == []


def test_a_cancel_that_would_find_nothing_is_not_offered() -> None:
    core = memory_core()
    number = approved(core)
    assert not orders.is_pointless("CancelTransferOrder", order_of(core, number))
    core.execute(DispatchShipment(**sender("wim"), transfer_order_id=number, waybill="WB-2"))
    assert orders.is_pointless("CancelTransferOrder", order_of(core, number))


def test_cartons_are_read_from_lines_and_from_pasted_columns() -> None:
    first, second = shipments.parse_cartons("C-1, 12.5, 60, 40, 40, CHAIR=2 LAMP=1\n\nC-2\t9")
    assert (first.carton_id, str(first.weight_kg), str(first.volume_cbm)) == ("C-1", "12.5", "0.096")
    assert [(one.sku, one.units) for one in first.contents] == [("CHAIR", 2), ("LAMP", 1)]
    assert (second.carton_id, second.contents, second.length_cm) == ("C-2", (), None)


@pytest.mark.parametrize("written", ["C-1, heavy", "C-1, 1, 2, 3, 4, 5", "C-1, CHAIR=many", "C-1, -2"])
def test_a_carton_that_cannot_be_read_is_refused_in_words(written: str) -> None:
    with pytest.raises(Malformed, match="carton"):
        shipments.parse_cartons(written)


def test_discrepancies_are_found_explained_and_remembered() -> None:
    core = memory_core()
    number = received(core)
    found = discrepancies.open_ones(core.queries.transfer_orders(), needle="chair")
    assert [discrepancies.words(one, ENGLISH) for one in found] == [
        f"{number}-S1 · CHAIR · 2 Short received",
        f"{number}-S1 · CHAIR · 1 Damaged",
    ]
    assert discrepancies.open_ones(core.queries.transfer_orders(), needle="nothing like it") == []
    assert list(discrepancies.open_rows(found, CHINESE)["kind"]) == ["少收", "破损"]
    core.execute(
        ResolveDiscrepancy(
            **sender("sam"),
            transfer_order_id=number,
            shipment_id=found[0].discrepancy.shipment_id,
            sku="CHAIR",
            kind="short",
            units=2,
            resolution="lost",
        )
    )
    (row,) = rows_of(
        discrepancies.resolved_rows(
            core.queries.resolutions(),
            {order.transfer_order_id: order for order in core.queries.transfer_orders()},
            people={},
            needle=number,
            text=ENGLISH,
            time_zone="UTC",
        )
    )
    assert (row["resolution"], row["units"], row["resolved_by"]) == ("Lost on the way", 2, "sam")


def test_evidence_is_one_a_line_and_only_claims_need_it() -> None:
    assert discrepancies.evidence_of(" C-1 \n\nhttps://photos/1 ") == ("C-1", "https://photos/1")
    assert discrepancies.needs_evidence("claim_fba")
    assert not discrepancies.needs_evidence("lost")


def estimate(**fields: object) -> pd.DataFrame:
    """What the marts say of one shipment."""
    row = {
        "shipment_id": "feed-1",
        "waybill": "WB-1",
        "eta_p50_date": pd.Timestamp(ARRIVAL_DATE + timedelta(days=3)),
        "eta_p90_date": pd.Timestamp(ARRIVAL_DATE + timedelta(days=9)),
        "is_delayed": True,
        "milestone": "in_customs",
        "milestone_at": pd.Timestamp(AT.replace(tzinfo=None)),
        **fields,
    }
    return pd.DataFrame([row])


def live(
    core: Core, *, estimates: pd.DataFrame | None = None, today: date = date(2026, 11, 2)
) -> list[live_transit.LiveShipment]:
    """Everything under way."""
    return live_transit.under_way(core.queries.transfer_orders(), estimates=estimates, today=today)


def test_a_shipment_under_way_takes_its_arrival_from_the_marts_by_its_waybill() -> None:
    core = memory_core()
    number = dispatched(core)
    (one,) = live(core, estimates=estimate())
    (row,) = rows_of(live_transit.rows([one], ENGLISH))
    assert (row["shipment"], row["in_transit_units"], row["milestone"]) == (f"{number}-S1", 30, "In customs")
    assert (row["is_delayed"], row["eta_p50_date"]) == (True, ARRIVAL_DATE + timedelta(days=3))
    assert {"WB-1", f"{number}-S1"} <= set(live_transit.known_references(core.queries.transfer_orders()))
    (unknown,) = live(core, estimates=estimate(waybill="another"))
    assert (unknown.estimate, unknown.is_delayed) == (None, False)


def test_a_shipment_past_its_planned_day_is_delayed_without_any_feed() -> None:
    core = memory_core()
    dispatched(core)
    assert [one.is_delayed for one in live(core, today=ARRIVAL_DATE + timedelta(days=1))] == [True]


def test_what_was_received_is_not_under_way_and_still_known_to_hide_an_old_report() -> None:
    core = memory_core()
    received(core)
    assert live(core) == []
    assert "WB-1" in live_transit.known_references(core.queries.transfer_orders())


def test_a_planned_shipment_counts_nowhere_yet() -> None:
    core = memory_core()
    core.execute(PlanShipment(**sender("wim"), transfer_order_id=approved(core), waybill="WB-3"))
    assert live(core) == []
    assert live_transit.known_references(core.queries.transfer_orders()) == ()


def test_figures_add_up_and_currencies_are_not_mixed() -> None:
    core = memory_core()
    dispatched(core)
    reported = {
        "shipment_count": 2,
        "in_transit_units": 60,
        "value_amount": 100.0,
        "value_currency": "XYZ",
        "delayed_count": 1,
    }
    (one,) = live(core)
    figures = live_transit.totals([one], reported)
    assert (figures.shipments, figures.units, figures.delayed) == (3, 90, 1)
    assert one.value is not None
    assert figures.amounts == {"XYZ": 100.0, one.value.currency: float(one.value.amount)}
    assert live_transit.totals([], None).units == 0


@pytest.mark.parametrize(
    ("needle", "count"), [("chair", 1), ("WB-1", 1), ("oak seat", 1), ("S1 chair", 1), ("nothing", 0)]
)
def test_live_shipments_are_found_by_name_waybill_product_and_title(needle: str, count: int) -> None:
    core = memory_core()
    dispatched(core)
    found = live_transit.matching(
        live(core), needle=needle, destination_id=None, delayed_only=False, titles={"CHAIR": "Oak seat"}
    )
    assert len(found) == count
    assert not live_transit.matching(found, needle="", destination_id="elsewhere", delayed_only=False, titles={})
    assert not live_transit.matching(found, needle="", destination_id=None, delayed_only=True, titles={})


def test_messages_that_nobody_was_told_are_listed_in_words() -> None:
    core = memory_core()
    number = approved(core)
    found = messages.untold(core.queries.messages())
    rows = messages.rows(found, text=ENGLISH, time_zone="UTC")
    assert set(rows["state"]) == {"Waiting"}
    assert set(rows["about"]) == {number}
    assert "Outbound order" in set(rows["kind"])
    parked = replace(found[-1], state=MessageState.PARKED, last_error="refused")
    assert messages.untold([*found[:-1], parked])[0] == parked
    assert messages.words(parked, ENGLISH).startswith(f"{parked.message_number} · Parked · ")


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        ("warehouse", ["Shipments to receive"]),
        ("finance", ["Unexplained discrepancies"]),
        ("admin", ["Shipments to receive", "Unexplained discrepancies", "Parked messages"]),
        ("viewer", []),
    ],
)
def test_home_shows_the_goods_that_are_a_roles_business(role: str, labels: list[str]) -> None:
    core = memory_core()
    received(core)
    someone = Person(login="x", name="X", roles=(role,))
    cards = home.goods_cards(core.queries.transfer_orders(), 4, someone, ENGLISH)
    assert [card.label for card in cards] == labels
    counts = {card.label: (card.count, card.detail) for card in cards}
    assert counts.get("Unexplained discrepancies", (2, "3 units")) == (2, "3 units")
    assert counts.get("Parked messages", (4, "")) == (4, "")
