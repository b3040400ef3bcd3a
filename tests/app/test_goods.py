"""Goods through the pages without a browser: both languages, roles, refusals, and nothing that happens twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from app_streamlit import counts
from app_streamlit.view_models.receiving import CountKey, Tally
from inventory_core.catalog.model import CatalogProduct
from inventory_core.catalog.register import RegisterCatalog
from inventory_core.outbox.model import MessageState
from inventory_core.receiving.model import discrepancies
from inventory_core.stock_ledger.model import Condition
from inventory_core.transfer_orders.commands import (
    ApproveTransferOrder,
    CancelTransferOrder,
    DraftTransferOrder,
    LineToOrder,
    SubmitTransferOrder,
)
from inventory_core.transfer_orders.model import Status
from inventory_core.transfer_orders.shipments import ShipmentStatus
from tests.app.company_builder import AS_OF
from tests.app.conftest import SmallCompany
from tests.app.goods_builder import AT, approve_order, count_blindly, dispatch_order, execute, receive_order
from tests.app.test_ordering import labels, press
from tests.app.test_pages import metrics, shown


def field(app: AppTest, kind: str, label: str) -> object:
    """The first widget of that kind and label."""
    return next(widget for widget in getattr(app, kind) if widget.label == label)


def page(app: AppTest, name: str) -> AppTest:
    """Goes to a page."""
    return app.switch_page(f"app_pages/{name}.py").run()


def count(app: AppTest, code: str, units: int) -> AppTest:
    """Adds units to the running count by the list's form."""
    field(app, "text_input", "Code").set_value(code)
    next(widget for widget in app.number_input if widget.label == "Units").set_value(units)
    return press(app, "Add to the count")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("login", "name"), [("ada", "orders"), ("wei", "receiving"), ("sven", "discrepancies")])
def test_pages_with_goods_on_them_show_themselves(
    company: SmallCompany, signed_in: Callable[..., AppTest], language: str, login: str, name: str
) -> None:
    under_way = dispatch_order(company.folder, key="under way")
    number = under_way if name == "receiving" else receive_order(company.folder)
    query = {"order": number} if name == "orders" else {}
    app = signed_in(company, login, language=language, **query)
    if name != "orders":
        page(app, name)
    assert not app.exception
    assert not app.error
    assert number in shown(app) + str([list(frame.value.to_dict("list").values()) for frame in app.dataframe])


def test_a_warehouse_person_begins_with_receiving(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    assert signed_in(company, "wei").title[0].value == "Receiving"
    assert signed_in(company, "pia").title[0].value == "What needs attention"


def test_a_dispatch_needs_a_waybill_and_keeps_what_was_entered(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    number = approve_order(company.folder)
    app = signed_in(company, "wei", order=number)
    field(app, "number_input", "LAMP-01").set_value(100)
    press(app, "Dispatch")
    assert "A shipment leaves with a waybill" in shown(app)
    field(app, "text_input", "Waybill").set_value("WB-1")
    press(app, "Dispatch")
    assert f"{number}: the shipment is on its way." in shown(app)
    with company.core() as core:
        (shipment,) = core.queries.transfer_order(number).order.shipments
    assert {line.sku: line.dispatched_units for line in shipment.lines} == {"LAMP-01": 100, "CASE-01": 80}
    assert shipment.transport.waybill == "WB-1"


def test_a_planned_shipment_is_cancelled_with_a_reason_only(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    number = approve_order(company.folder)
    app = press(signed_in(company, "wei", order=number), "Plan shipment")
    assert f"{number}: the shipment is planned." in shown(app)
    press(app, "Cancel shipment")
    assert "Say why" in shown(app)
    field(app, "text_input", "Reason").set_value("No vessel")
    press(app, "Cancel shipment")
    with company.core() as core:
        (shipment,) = core.queries.transfer_order(number).order.shipments
    assert shipment.status is ShipmentStatus.CANCELLED


def test_news_of_the_way_is_recorded_by_hand(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    number = dispatch_order(company.folder)
    app = signed_in(company, "pia", order=number)
    assert "Dispatch" not in labels(app)  # planners tell news, they do not handle goods
    field(app, "selectbox", "Milestone").set_value("departed")
    field(app, "text_input", "Place").set_value("Yantian")
    press(app, "Record")
    with company.core() as core:
        (news,) = core.queries.transfer_order(number).order.shipments[0].milestones
    assert (news.milestone, news.place, news.occurred_at.tzinfo) == ("departed", "Yantian", UTC)


def test_who_dispatches_second_is_told_what_changed(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    number = approve_order(company.folder)
    late = signed_in(company, "wei", order=number)
    execute(
        company.folder,
        CancelTransferOrder(
            actor_id="pia", at=AT, idempotency_key="faster", transfer_order_id=number, reason="Not needed"
        ),
    )
    field(late, "text_input", "Waybill").set_value("WB-1")
    press(late, "Dispatch")
    assert f"Not done: {number} was changed by pia" in shown(late)
    with company.core() as core:
        assert core.queries.transfer_order(number).order.shipments == ()


def test_a_count_is_kept_until_it_is_saved_and_saved_once(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    number = dispatch_order(company.folder)
    app = page(signed_in(company, "wei"), "receiving")
    field(app, "selectbox", "Shipment to count").set_value(f"{number}-S1").run()
    count(app, "BOX-first", 2)  # a carton of 24 lamps
    count(app, "CASE-01", 79)
    count(app, "NOBODY-KNOWS", 1)
    assert "Your count, not saved yet: 81 units" in shown(app)
    # Another session, as after a closed tab: the count is still there, and other pages remind of it.
    app = page(signed_in(company, "wei"), "stock")
    assert f"Your count of {number}-S1 is not saved: 81 units." in shown(app)
    app = page(app, "receiving")
    field(app, "selectbox", "Shipment to count").set_value(f"{number}-S1").run()
    verdicts = dict(zip(app.dataframe[-1].value["sku"], app.dataframe[-1].value["verdict"], strict=True))
    assert verdicts == {"LAMP-01": "96 short", "CASE-01": "1 short"}
    press(app, "Save, more will come")
    assert not app.exception
    assert f"{number}-S1: 81 units are recorded." in shown(app)
    with company.core() as core:
        (shipment,) = core.queries.transfer_order(number).order.shipments
        assert {line.sku: line.good_units for line in shipment.lines} == {"LAMP-01": 48, "CASE-01": 79}
        assert shipment.status is ShipmentStatus.DISPATCHED
    assert not list((company.folder / counts.FOLDER).glob("*.json"))


def test_a_count_list_is_taken_whole_or_not_at_all(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    number = dispatch_order(company.folder)
    app = page(signed_in(company, "wei"), "receiving")
    field(app, "selectbox", "Shipment to count").set_value(f"{number}-S1").run()
    app.file_uploader[0].set_value(("bad.csv", b"code,units\nLAMP-01,3\nNOBODY-KNOWS,2\n", "text/csv"))
    press(app, "Add the file")
    assert "Your count, not saved yet: 0 units" in shown(app)
    app.file_uploader[0].set_value(("good.csv", b"code,units,condition\nLAMP-01,3,\nCASE-01,2,damaged\n", "text/csv"))
    press(app, "Add the file")
    assert not app.exception
    assert "Your count, not saved yet: 5 units" in shown(app)
    app.selectbox("correct_line").select_index(1)
    app.number_input("correct_units").set_value(1)
    press(app, "Correct")
    assert "Your count, not saved yet: 4 units" in shown(app)
    press(app, "Yes, throw it away")
    assert "Your count, not saved yet: 0 units" in shown(app)


def test_a_count_that_was_saved_and_comes_back_changes_nothing(
    company: SmallCompany, signed_in: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = dispatch_order(company.folder)
    with company.core() as core:
        (shipment,) = core.queries.transfer_order(number).order.shipments
    tally = Tally("count-1", f"{number}-S1").added(CountKey("CASE-01"), 79)
    app = page(signed_in(company, "wei"), "receiving")
    for _ in range(2):  # as if the run had been stopped between the core's answer and forgetting the count
        counts.keep(tally, folder=company.folder, person_id="wei", shipment_id=shipment.shipment_id)
        field(app, "selectbox", "Shipment to count").set_value(f"{number}-S1").run()
        press(app, "Save, more will come")
        assert f"{number}-S1: 79 units are recorded." in shown(app)
    with company.core() as core:
        assert core.queries.transfer_order(number).order.shipments[0].line("CASE-01").good_units == 79


def test_a_blind_count_hides_the_plan_until_it_is_complete(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    number = dispatch_order(company.folder)
    count_blindly(company.folder, "US-LAX")
    app = page(signed_in(company, "wei"), "receiving")
    field(app, "selectbox", "Shipment to count").set_value(f"{number}-S1").run()
    assert "counts blindly" in shown(app)
    assert app.dataframe[0].value["units"].isna().all()
    count(app, "LAMP-01", 144)
    assert len(app.dataframe) == 2  # what is expected, without its units, and the count: no comparison
    press(app, "Save and complete")
    with company.core() as core:
        order = core.queries.transfer_order(number).order
    assert [(one.sku, one.open_units) for one in discrepancies(order)] == [("CASE-01", 80)]
    assert "Differences that need a reason: CASE-01: 80 Short received" in shown(app)


def test_planners_see_what_is_expected_and_cannot_count(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    number = dispatch_order(company.folder)
    app = page(signed_in(company, "pia"), "receiving")
    field(app, "selectbox", "Shipment to count").set_value(f"{number}-S1").run()
    assert "Warehouse people count here" in shown(app)
    assert not any(label.startswith(("Save", "Complete", "Add")) for label in labels(app))


def test_a_claim_needs_evidence_and_a_reason_given_once_is_listed(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    number = receive_order(company.folder)
    app = page(signed_in(company, "sven"), "discrepancies")
    field(app, "selectbox", "Reason").set_value("claim_carrier")
    press(app, "Give this reason")
    assert "A claim needs evidence" in shown(app)
    field(app, "selectbox", "Reason").set_value("claim_carrier")
    field(app, "text_area", "Evidence").set_value("C-9\nhttps://photos.example/1")
    press(app, "Give this reason")
    assert f"{number}-S1 · LAMP-01: the reason is recorded." in shown(app)
    with company.core() as core:
        (given,) = core.queries.resolutions()
    assert (given.resolution, given.units, given.evidence) == ("claim_carrier", 2, ("C-9", "https://photos.example/1"))
    explained = app.dataframe[-1].value
    assert list(explained["resolution"]) == ["Claim against the carrier"]
    app = page(signed_in(company, "wei"), "discrepancies")
    assert "whoever counts does not also explain" in shown(app)
    assert "Give this reason" not in labels(app)


def test_one_shipment_is_counted_once_in_transit(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    before = metrics(page(signed_in(company, "vera"), "in_transit"))
    number = dispatch_order(company.folder, waybill="WBrail8800")  # the feed reports 2 shipments under this waybill
    app = page(signed_in(company, "vera"), "in_transit")
    after = metrics(app)
    assert (before["Shipments"], before["Units in transit"]) == ("6", "120")
    assert (after["Shipments"], after["Units in transit"]) == ("5", "304")  # 4 x 20 reported, 224 live
    (live,) = app.dataframe[0].value.to_dict("records")
    assert (live["shipment"], live["in_transit_units"], live["milestone"]) == (f"{number}-S1", 224, "Departed")
    assert "reported by platforms and warehouse systems" in shown(app)
    assert "WBrail8800" not in set(app.dataframe[-1].value["waybill"])


def test_stock_of_a_warehouse_is_opened_counted_and_put_away(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    app = page(signed_in(company, "wei"), "warehouse_stock")
    field(app, "selectbox", "Warehouse").set_value("US-LAX").run()
    app.button_group(key="ledger_action").set_value("opening").run()
    field(app, "text_area", "Lines").set_value("LAMP-01, ten")
    press(app, "Record")
    assert "Not done: line 1: pass SKU, whole units" in shown(app)
    field(app, "text_area", "Lines").set_value("LAMP-01, 10, A-1\nCASE-01, 5, A-2, L7, damaged")
    press(app, "Record")
    assert "Recorded: US-LAX." in shown(app)
    app.button_group(key="ledger_action").set_value("count").run()
    field(app, "text_area", "Lines").set_value("LAMP-01, 9, A-1")
    press(app, "Record")
    assert "Say why" in shown(app)
    field(app, "text_area", "Lines").set_value("LAMP-01, 9, A-1")
    field(app, "text_input", "Reason").set_value("One broke")
    press(app, "Record")
    app.button_group(key="ledger_action").set_value("put_away").run()
    source = field(app, "selectbox", "From")
    source.select_index(1)
    next(widget for widget in app.number_input if widget.label == "Units").set_value(4)
    field(app, "text_input", "To bin").set_value("B-1")
    press(app, "Put away")
    assert not app.exception
    with company.core() as core:
        balances = {
            (key.sku, key.place.bin_id, key.condition): units
            for key, units in core.queries.balances(warehouse_id="US-LAX").items()
        }
    assert balances == {
        ("LAMP-01", "A-1", Condition.GOOD): 5,
        ("LAMP-01", "B-1", Condition.GOOD): 4,
        ("CASE-01", "A-2", Condition.DAMAGED): 5,
    }


def test_a_purchase_order_arrives_with_its_open_lines_filled_in(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    app = page(signed_in(company, "wei"), "warehouse_stock")
    field(app, "selectbox", "Warehouse").set_value("US-LAX").run()
    app.button_group(key="ledger_action").set_value("purchase").run()
    assert field(app, "text_area", "Lines").value == "LAMP-01, 100"
    field(app, "text_area", "Lines").set_value("LAMP-01, 60, A-1")
    press(app, "Receive")
    with company.core() as core:
        assert sum(core.queries.balances(warehouse_id="US-LAX").values()) == 60


def test_planners_read_balances_and_change_nothing(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    app = page(signed_in(company, "pia"), "warehouse_stock")
    assert [group.key for group in app.button_group] == ["language_choice"]
    assert labels(app) == {"Sign out"}


def test_an_administrator_releases_and_discards_parked_messages(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    approve_order(company.folder)
    with company.core() as core, core.storage.writing() as store:
        first, second, *_ = store.messages()
        for message in (first, second):
            store.save_message(
                replace(message, state=MessageState.PARKED, tries=10, last_error="the mail server said no")
            )
    assert metrics(signed_in(company, "ada"))["Parked messages"] == "2"
    app = page(signed_in(company, "ada"), "messages")
    assert "the mail server said no" in app.code[0].value
    press(app, "Release")
    press(app, "Discard")
    assert "Say why" in shown(app)
    field(app, "text_input", "Reason").set_value("Told by phone")
    press(app, "Discard")
    assert not app.exception
    with company.core() as core:
        states = {message.message_number: message.state for message in core.queries.messages()}
    assert states[first.message_number] is MessageState.PENDING
    assert states[second.message_number] is MessageState.DISCARDED


def test_messages_are_no_page_for_others(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    app = signed_in(company, "sven")
    assert "Parked messages" not in metrics(app)


def test_a_large_order_shows_and_edits_a_bounded_part_of_its_lines(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    number = _large_order(company, lines=2_000)
    app = signed_in(company, "wei", order=number)
    assert not app.exception
    assert max(len(frame.value) for frame in app.dataframe) == 200
    assert "200 of 2,000 lines are shown" in shown(app)
    assert len(app.number_input) == 0  # 2,000 fields would freeze the page
    field(app, "text_input", "Waybill").set_value("WB-LARGE")
    press(app, "Dispatch")
    with company.core() as core:
        (shipment,) = core.queries.transfer_order(number).order.shipments
    assert sum(line.dispatched_units for line in shipment.lines) == 2_000


def _large_order(company: SmallCompany, *, lines: int) -> str:
    at = datetime.now(UTC)
    skus = [f"PART-{number:05}" for number in range(lines)]
    with company.core() as core:
        known = core.queries.catalog()
        assert known.company is not None
        core.execute(
            RegisterCatalog(
                actor_id="operator",
                at=at,
                idempotency_key="large-catalog",
                company=known.company,
                products=(*known.products.values(), *(CatalogProduct(sku=sku) for sku in skus)),
                warehouses=tuple(known.warehouses.values()),
                lanes=tuple(known.lanes),
            )
        )
        drafted = core.execute(
            DraftTransferOrder(
                actor_id="pia",
                at=at,
                idempotency_key="large-draft",
                origin_id="CN-SZX",
                destination_id="US-LAX",
                mode="sea",
                ship_date=AS_OF,
                arrival_date=AS_OF,
                lines=tuple(LineToOrder(sku=sku, units=1) for sku in skus),
            )
        )
        number = str(drafted.document_number)
        core.execute(
            SubmitTransferOrder(actor_id="pia", at=at, idempotency_key="large-submit", transfer_order_id=number)
        )
        order = core.queries.transfer_order(number).order
        assert order.status is Status.SUBMITTED
        for login, role in (("sven", "supervisor"), ("fang", "finance")):
            if role in {step.role for step in order.steps}:
                core.execute(
                    ApproveTransferOrder(
                        actor_id=login, at=at, idempotency_key=f"large-{login}", transfer_order_id=number
                    )
                )
    return number
