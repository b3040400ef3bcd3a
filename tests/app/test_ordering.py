"""From suggestion to decision through the pages: what the core records, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from app_streamlit.view_models.order_drafts import Edit
from inventory_core.transfer_orders.model import Status
from tests.app.company_builder import submit_order
from tests.app.conftest import SmallCompany
from tests.app.test_pages import shown

SHIP, ARRIVAL = date(2026, 11, 5), date(2026, 12, 7)


def labels(app: AppTest) -> set[str]:
    """What can be pressed."""
    return {button.label for button in app.button}


def press(app: AppTest, label: str) -> AppTest:
    """Presses the button of that label."""
    return next(button for button in app.button if button.label == label).click().run()


def suggestions_page(app: AppTest, *, chosen: dict[str, int]) -> AppTest:
    """The page Suggestions with those units (by sku, all to US-LAX) entered and ticked, as the grid reports them."""
    app.switch_page("app_pages/suggestions.py").run()
    app.selectbox("transfer_lane").set_value("CN-SZX>US-LAX>sea").run()
    table = app.dataframe[0].value
    app.session_state["transfer_edits"] = {
        suggestion_id: Edit(chosen[row["sku"]], SHIP, ARRIVAL, True)
        for suggestion_id, row in table.iterrows()
        if row["sku"] in chosen
    }
    return app.run()


def test_selected_suggestions_become_one_order_per_lane(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    app = suggestions_page(signed_in(company, "pia"), chosen={"LAMP-01": 96, "CASE-01": 70})
    assert "2 lines · 166 units · $2,003.50" in shown(app)
    assert "CASE-01: 70 units are not whole cartons of 40." in shown(app)
    press(app, "Submit 1 order")
    assert not app.exception
    assert "TO-2026-00001 is submitted and waits for approval." in shown(app)
    assert "Submit 1 order" not in labels(app)
    with company.core() as core:
        (order,) = core.queries.transfer_orders()
    assert order.status is Status.SUBMITTED
    assert {line.sku: (line.suggested_units, line.units) for line in order.lines} == {
        "CASE-01": (200, 70),
        "LAMP-01": (120, 96),
    }
    assert {line.suggestion_run_id for line in order.lines} == {"2026-11-02/run-1"}
    assert order.source == "suggestion"
    assert (order.ship_date, order.arrival_date) == (SHIP, ARRIVAL)


def test_a_suggestion_with_an_open_order_is_marked_and_not_ordered_again(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    app = suggestions_page(signed_in(company, "pia"), chosen={"LAMP-01": 96})
    press(app, "Submit 1 order")
    app = suggestions_page(app, chosen={"LAMP-01": 96})
    table = app.dataframe[0].value
    assert set(table.loc[table["sku"] == "LAMP-01", "open_order"]) == {"TO-2026-00001"}
    assert not any(label.startswith("Submit") for label in labels(app))
    with company.core() as core:
        assert len(core.queries.transfer_orders()) == 1


def test_a_second_click_before_the_first_was_answered_orders_nothing_twice(
    company: SmallCompany, signed_in: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    from app_streamlit import actions

    app = suggestions_page(signed_in(company, "pia"), chosen={"LAMP-01": 96})
    app.session_state[actions.NONCE] = "one session"
    press(app, "Submit 1 order")
    # As if the first click's run had been stopped once the core had answered: nonce and edits are as before it, and the
    # page has not seen the order yet.
    monkeypatch.setattr(actions, "open_orders_by_suggestion", dict)
    app.session_state[actions.NONCE] = "one session"
    app = suggestions_page(app, chosen={"LAMP-01": 96})
    press(app, "Submit 1 order")
    assert "TO-2026-00001 is submitted" in shown(app)
    with company.core() as core:
        assert len(core.queries.transfer_orders()) == 1


def test_a_refused_order_is_said_in_words_and_leaves_the_selection(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    app = suggestions_page(signed_in(company, "pia"), chosen={"LAMP-01": 96})
    app.session_state["transfer_edits"] = {
        suggestion_id: Edit(96, ARRIVAL, SHIP, True) for suggestion_id in app.session_state["transfer_edits"]
    }
    press(app.run(), "Submit 1 order")
    assert "Not submitted: it would arrive on 2026-11-05, before it ships on 2026-12-07" in app.error[0].value.replace(
        "\\", ""
    )
    assert "Submit 1 order" in labels(app)
    with company.core() as core:
        assert core.queries.transfer_orders() == []


def test_viewers_read_suggestions_and_cannot_order(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    app = suggestions_page(signed_in(company, "vera"), chosen={"LAMP-01": 96})
    assert not any(label.startswith("Submit") for label in labels(app))
    assert "Position 120 is below the order-up-to level 300" in shown(app)


@pytest.mark.parametrize(
    ("login", "offered"),
    [
        ("pia", {"Withdraw", "Cancel order"}),
        ("sven", {"Approve", "Reject", "Cancel order"}),
        ("fang", set()),  # finance is not asked for this order
        ("vera", set()),
        ("dora", {"Approve", "Reject", "Withdraw", "Cancel order"}),
    ],
)
def test_buttons_are_those_that_the_core_would_accept(
    company: SmallCompany, signed_in: Callable[..., AppTest], login: str, offered: set[str]
) -> None:
    number = submit_order(company.folder)
    app = signed_in(company, login, order=number)
    assert app.title[0].value == "Orders"  # a link to the front door leads to the order after sign-in
    assert labels(app) - {"All orders", "Sign out", "Comment"} == offered


def test_nobody_is_offered_to_approve_an_order_he_drafted(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    number = submit_order(company.folder, actor_id="dora")
    app = signed_in(company, "dora", order=number)
    assert "Approve" not in labels(app)
    assert "You had a hand in this order, so somebody else must decide. It waits for: Supervisor." in shown(app)


def test_an_approval_is_live_with_who_and_why(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    number = submit_order(company.folder)
    app = signed_in(company, "sven", order=number)
    app.text_input[0].set_value("Needed before Christmas")
    press(app, "Approve")
    assert f"{number}: done. It is now: Approved." in shown(app)
    history = app.dataframe[-1].value
    assert history.iloc[0].to_dict() | {"at": ""} == {
        "event": "Approved",
        "details": "",
        "actor": "Sven Supervisor",
        "roles": "Supervisor",
        "at": "",
        "reason": "Needed before Christmas",
    }
    assert "(America/Los_Angeles)" in history.iloc[0]["at"]


def test_a_rejection_needs_a_reason(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    number = submit_order(company.folder)
    app = press(signed_in(company, "sven", order=number), "Reject")
    assert "Say why" in app.error[0].value
    with company.core() as core:
        assert core.queries.transfer_order(number).order.status is Status.SUBMITTED
    app.text_input[0].set_value("Too much for one ship")
    press(app, "Reject")
    with company.core() as core:
        order = core.queries.transfer_order(number).order
    assert (order.status, order.decision_reason) == (Status.REJECTED, "Too much for one ship")


def test_who_comes_second_is_told_what_changed(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    number = submit_order(company.folder)
    late = signed_in(company, "sven", order=number)
    first = signed_in(company, "pia", order=number)
    first.text_input[0].set_value("Wrong units")
    press(first, "Withdraw")
    press(late, "Approve")  # his page still shows the submitted order
    told = shown(late)
    assert f"Not done: {number} was changed by pia" in told
    assert "status submitted → draft" in told
    assert "Approve" not in labels(late)
    with company.core() as core:
        assert core.queries.transfer_order(number).order.status is Status.DRAFT


def test_an_unknown_order_is_said_in_words(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    app = signed_in(company, "vera", order="TO-2026-99999")
    assert "There is no order TO-2026-99999." in shown(app)
    assert not app.exception
