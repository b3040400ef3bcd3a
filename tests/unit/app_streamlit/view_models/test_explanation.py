"""Why a suggestion was made: the sum adds up, and the projection is the arithmetic of days."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from app_streamlit.i18n import Language
from app_streamlit.view_models import explanation

AS_OF = date(2026, 11, 2)
ADVICE = {
    "available_units": 48,
    "in_transit_units": 0,
    "open_order_units": 3,
    "purchase_units": 2,
    "planned_units": 5,
    "position_units": 58,
    "later_units": 10,
    "demand_until_arrival_units": 61.2,
    "demand_until_next_arrival_units": 70.1,
    "expected_lost_before_arrival_units": 19.8,
    "protection_units": 47.7,
    "order_up_to_units": 98,
    "carton_units": 8,
    "origin_available_units": None,
    "units": 48,
    "reason": "because",
    "reason_zh": "因为",
}


def test_the_sum_that_is_shown_adds_up() -> None:
    rows = explanation.arithmetic(ADVICE, Language("en")).set_index("step")["units"]
    parts = [
        "Available at the destination",
        "+ In transit",
        "+ Open orders",
        "+ Purchase orders",
        "+ Other suggestions",
    ]
    assert rows["= Position"] == rows[parts].sum()
    assert (
        rows["= Order up to"]
        == rows["Demand until the next one could arrive"]
        - rows["− Lost before this order arrives"]
        + rows["+ Protection"]
    )
    assert rows["Missing"] == rows["= Order up to"] - (rows["= Position"] - rows["Of it too late"])
    assert pd.isna(rows["Available at the origin"])  # an origin of unlimited supply


def test_the_reason_is_in_the_readers_language() -> None:
    assert explanation.reason(ADVICE, Language("en")) == "because"
    assert explanation.reason(ADVICE, Language("zh")) == "因为"


def test_stock_is_projected_day_by_day_and_what_is_missing_is_lost_not_owed() -> None:
    demand = {AS_OF + timedelta(days=day): 4.0 for day in range(5)}
    arriving = {AS_OF - timedelta(days=3): 1.0, AS_OF + timedelta(days=3): 6.0}  # the late ones arrive at once
    frame = explanation.projected_stock(
        available_units=6, demand=demand, arriving=arriving, order=(AS_OF + timedelta(days=2), 10.0)
    )
    assert frame["without_order_units"].to_list() == [3.0, 0.0, 0.0, 2.0, 0.0]
    assert frame["with_order_units"].to_list() == [3.0, 0.0, 6.0, 8.0, 4.0]


def test_an_order_that_should_have_arrived_already_arrives_on_the_first_day() -> None:
    frame = explanation.projected_stock(
        available_units=0, demand={AS_OF: 1.0}, arriving={}, order=(AS_OF - timedelta(days=1), 5.0)
    )
    assert frame["with_order_units"].to_list() == [4.0]


@pytest.mark.parametrize(
    ("freq", "expected"),
    [("D", {AS_OF: 7.0}), ("W-MON", {AS_OF + timedelta(days=day): 1.0 for day in range(7)})],
)
def test_a_weeks_demand_is_spread_over_its_days(freq: str, expected: dict[date, float]) -> None:
    frame = pd.DataFrame({"forecast_date": [pd.Timestamp(AS_OF)], "forecast_units": [7.0]})
    assert explanation.daily_demand(frame, as_of=AS_OF, freq=freq) == pytest.approx(expected)


def test_days_of_a_week_that_are_over_count_no_more() -> None:
    frame = pd.DataFrame({"forecast_date": [pd.Timestamp(AS_OF)], "forecast_units": [7.0]})
    assert sum(explanation.daily_demand(frame, as_of=AS_OF + timedelta(days=2), freq="W-MON").values()) == 5.0


def test_arrivals_of_one_day_add_up_and_those_without_a_day_are_left_out() -> None:
    frame = pd.DataFrame({"arrival_date": [pd.Timestamp(AS_OF), pd.Timestamp(AS_OF), pd.NaT], "units": [5, 7, 100]})
    assert explanation.arriving_by_day(frame) == {AS_OF: 12.0}
