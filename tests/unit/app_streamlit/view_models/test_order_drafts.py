"""What a planner makes of suggestions: edits, groups, remarks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from app_streamlit.i18n import Language
from app_streamlit.view_models.order_drafts import (
    Edit,
    editable,
    edits_of,
    forget,
    latest_change,
    orders_to_be,
    remarks,
)

TEXT = Language("en")
SHIP, ARRIVAL = date(2026, 11, 5), date(2026, 12, 7)


def suggestion(suggestion_id: str, **changes: Any) -> dict[str, Any]:
    """One row of the answer to `suggestions.transfers`."""
    return {
        "suggestion_id": suggestion_id,
        "suggestion_run_id": "2026-11-02/run-1",
        "origin_id": "CN",
        "origin_name": "Shenzhen",
        "destination_id": "US",
        "destination_name": None,
        "mode": "sea",
        "sku": suggestion_id.upper(),
        "title": "Lamp",
        "units": 120,
        "ship_date": pd.Timestamp(SHIP),
        "arrival_date": pd.Timestamp(ARRIVAL),
        "carton_units": 24,
        "origin_available_units": 500,
        "lead_time_days": 32.0,
        "value_amount": Decimal("222.2200"),
        "value_currency": "USD",
        "expected_benefit_amount": Decimal("33.0000"),
    } | changes


def table(frame: pd.DataFrame, edits: dict[str, Edit], **open_orders: str) -> pd.DataFrame:
    """The editable rows."""
    return editable(frame, edits=edits, open_orders=open_orders, text=TEXT)


def chosen(units: int = 120, ship: date = SHIP, arrival: date = ARRIVAL) -> Edit:
    """A ticked row."""
    return Edit(units, ship, arrival, is_chosen=True)


def test_the_table_shows_the_advice_and_what_was_changed_with_its_value() -> None:
    frame = pd.DataFrame([suggestion("a"), suggestion("b")])
    rows = table(frame, {"b": chosen(60)})
    assert rows[["is_chosen", "suggested_units", "units", "value_amount"]].to_dict("index") == {
        "a": {"is_chosen": False, "suggested_units": 120, "units": 120, "value_amount": 222.22},
        "b": {"is_chosen": True, "suggested_units": 120, "units": 60, "value_amount": 111.11},
    }
    assert rows.loc["a", "lane"] == "CN → US · Sea"
    assert rows.loc["a", "ship_date"] == SHIP


def test_what_came_back_unchanged_is_no_edit() -> None:
    shown = table(pd.DataFrame([suggestion("a")]), {})
    assert edits_of(shown, shown.copy(), known={}) == {}


def test_a_later_ship_date_moves_the_arrival_by_as_many_days() -> None:
    shown = table(pd.DataFrame([suggestion("a")]), {})
    later = shown.assign(ship_date=[date(2026, 11, 12)])
    assert edits_of(shown, later, known={})["a"] == Edit(120, date(2026, 11, 12), date(2026, 12, 14), is_chosen=False)


def test_an_arrival_that_was_entered_stays() -> None:
    shown = table(pd.DataFrame([suggestion("a")]), {})
    both = shown.assign(ship_date=[date(2026, 11, 12)], arrival_date=[date(2026, 12, 31)])
    assert edits_of(shown, both, known={})["a"].arrival_date == date(2026, 12, 31)


def test_an_emptied_cell_leaves_the_row_as_it_was() -> None:
    shown = table(pd.DataFrame([suggestion("a")]), {})
    assert edits_of(shown, shown.assign(units=[None]), known={}) == {}
    assert edits_of(shown, shown.assign(ship_date=[None]), known={"a": chosen(7)}) == {"a": chosen(7)}


def test_the_last_change_is_the_one_to_explain() -> None:
    before = {"a": chosen(10)}
    assert latest_change(before, before) is None
    assert latest_change(before, before | {"b": chosen(5)}) == "b"


def test_one_order_per_lane_mode_and_ship_date_with_lines_by_sku() -> None:
    frame = pd.DataFrame(
        [
            suggestion("b"),
            suggestion("a"),
            suggestion("c", mode="air"),
            suggestion("d"),
            suggestion("e"),
        ]
    )
    edits = {
        "a": chosen(48, arrival=date(2026, 12, 20)),
        "b": chosen(),
        "c": chosen(),
        "d": chosen(ship=date(2026, 11, 12)),
    }
    orders = orders_to_be(frame, table(frame, edits))
    assert [(order.mode, order.ship_date, [line.sku for line in order.lines]) for order in orders] == [
        ("sea", SHIP, ["A", "B"]),
        ("air", SHIP, ["C"]),
        ("sea", date(2026, 11, 12), ["D"]),
    ]
    first = orders[0]
    assert first.arrival_date == date(2026, 12, 20)  # the latest: the day on which all of it is there
    assert first.units == 168
    assert first.value_amount == Decimal("88.89") + Decimal("222.22")
    assert [(line.suggested_units, line.units) for line in first.lines] == [(120, 48), (120, 120)]
    assert {line.suggestion_run_id for line in first.lines} == {"2026-11-02/run-1"}


def test_no_order_of_nothing_and_none_for_what_is_open_already() -> None:
    frame = pd.DataFrame([suggestion("a"), suggestion("b")])
    ticked = table(frame, {"a": chosen(0), "b": chosen()}, b="TO-1")
    assert not ticked.loc["b", "is_chosen"]
    stubborn = ticked.assign(is_chosen=True)
    assert orders_to_be(frame, stubborn) == []
    assert remarks(frame, stubborn, TEXT) == [
        "A: 0 units make no line.",
        "B: TO-1 is open for it already, so it is not ordered again.",
    ]


def test_remarks_name_broken_cartons_short_lanes_and_empty_origins() -> None:
    frame = pd.DataFrame([suggestion("a", sku="X"), suggestion("b", sku="X", destination_id="DE")])
    edits = {"a": chosen(250, arrival=date(2026, 11, 25)), "b": chosen(264)}
    assert remarks(frame, table(frame, edits), TEXT) == [
        "X: 250 units are not whole cartons of 24.",
        "X: 20 days from shipping to arrival, but the lane takes 32.",
        "X: 514 units are wanted from CN, which had 500 available.",
    ]


def test_what_is_unknown_is_no_remark() -> None:
    frame = pd.DataFrame([suggestion("a", carton_units=None, origin_available_units=None, lead_time_days=None)])
    assert remarks(frame, table(frame, {"a": chosen(7)}), TEXT) == []


def test_submitted_suggestions_are_forgotten() -> None:
    assert forget({"a": chosen(), "b": chosen()}, ["a"]) == {"b": chosen()}
