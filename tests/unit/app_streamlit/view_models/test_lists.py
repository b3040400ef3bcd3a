"""The questions of Suggestions, In transit and Home: what they find, and that a filter never counts twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app_streamlit import charts
from app_streamlit.i18n import Language
from app_streamlit.view_models import explanation, home, in_transit, suggestions
from app_streamlit.view_models.rows import rows_of
from app_streamlit.view_models.suggestions import TransferFilter
from tests.app.company_builder import AS_OF, LONG_TITLE
from tests.unit.app_streamlit.conftest import Ask

ENGLISH, CHINESE = Language("en"), Language("zh")


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (TransferFilter(), 24),
        (TransferFilter(lane_id="CN-SZX>US-LAX>sea"), 8),
        (TransferFilter(destination_id="DE-HAM"), 8),
        (TransferFilter(text="desk lamp"), 3),
        (TransferFilter(text="nothing like it"), 0),
    ],
)
def test_filters_of_transfers_agree_with_their_totals(ask: Ask, wanted: TransferFilter, count: int) -> None:
    frame, total = ask(suggestions.transfers(wanted)), ask(suggestions.transfer_totals(wanted)).iloc[0]
    assert len(frame) == total["suggestion_count"] == count
    assert frame["suggestion_id"].is_unique
    assert frame["units"].sum() == (total["units"] if count else 0)


@pytest.mark.parametrize("sort", list(suggestions.SORTS))
def test_every_order_of_transfers_is_possible(ask: Ask, sort: str) -> None:
    assert len(ask(suggestions.transfers(TransferFilter(sort=sort)))) == 24


def test_purchases_are_found_by_supplier_and_title(ask: Ask) -> None:
    assert ask(suggestions.suppliers())["supplier_id"].to_list() == ["SUP-1"]
    assert len(ask(suggestions.purchases("", "SUP-1"))) == 3
    assert len(ask(suggestions.purchases("", "SUP-2"))) == 0


def test_shipments_are_found_by_what_is_inside(ask: Ask) -> None:
    wanted = in_transit.TransitFilter(text="lamp wireless", delayed_only=True)
    (line,) = rows_of(in_transit.line_rows(ask(in_transit.lines(wanted)), CHINESE))
    assert (line["title"], line["lane"], line["milestone_words"]) == (LONG_TITLE, "CN-SZX → US-LAX · 海运", "已启运")
    total = ask(in_transit.totals(wanted)).iloc[0]
    assert (total["line_count"], total["in_transit_units"], total["delayed_count"]) == (1, 20, 1)


def test_arrivals_are_those_of_seven_days(ask: Ask) -> None:
    assert ask(in_transit.arrivals(as_of=AS_OF))["in_transit_units"].sum() == 120
    assert ask(in_transit.arrivals(as_of=AS_OF + timedelta(days=6))).empty


def test_milestones_are_told_in_order_with_the_zone_and_what_is_only_expected(ask: Ask) -> None:
    events = in_transit.timeline(ask(in_transit.milestones("SHP-1")), ENGLISH, time_zone="Asia/Shanghai")
    assert events["milestone"].to_list() == ["Picked up", "Departed", "Delivered (expected)"]
    assert all("(Asia/Shanghai)" in at for at in events["at"])
    assert events["place"].to_list() == ["Shenzhen", "Yantian port", ""]


def test_cards_count_alerts_and_show_their_money(ask: Ask) -> None:
    cards = {card.label: card for card in home.cards(ask(home.alert_counts()), ask(home.counts()), ENGLISH)}
    assert (cards["Products below safety stock"].count, cards["Products below safety stock"].detail) == (1, "$740")
    assert cards["Stock-outs before arrival"].query == (("state", "stock_out_before_arrival"),)
    assert cards["Refused rows"].count == 1


def test_a_company_without_alerts_has_cards_of_zero(ask: Ask) -> None:
    none = ask(home.alert_counts()).head(0)
    cards = {card.label: card.count for card in home.cards(none, ask(home.counts()), ENGLISH)}
    assert cards["Products below safety stock"] == 0
    assert home.currency_of(none) is None


def test_the_most_urgent_stand_first_in_the_readers_language(ask: Ask) -> None:
    rows = home.urgent_rows(ask(home.urgent()), CHINESE)
    assert rows["severity"].to_list() == ["高", "高", "中"]
    assert rows["message"].iloc[-1] == "SHP-3 预计晚到 3 天。"
    assert ask(home.feed_health())["feed"].to_list() == ["amazon_us_orders", "master"]
    assert ask(home.refused_rows())["rule"].to_list() == ["units_are_not_negative"]


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["English", "Chinese"])
@pytest.mark.parametrize("freq", ["D", "W-MON"])
def test_demand_has_every_period_once_and_marks_those_without_stock(ask: Ask, freq: str, text: Language) -> None:
    key = {"warehouse_id": "US-LAX", "sku": "LAMP-01"}
    history = ask(explanation.demand_history(**key, as_of=AS_OF, freq=freq))
    assert history["period_date"].is_unique
    assert history["is_out_of_stock"].sum() == (10 if freq == "D" else 2)  # a Wednesday to the Friday of the next week
    if freq == "D":
        assert len(history) == explanation.HISTORY_DAYS
    else:
        assert set(history["period_date"].dt.dayofweek) == {0}
    forecast = ask(explanation.forecast(**key, as_of=AS_OF))
    chart = charts.demand(history, forecast, freq=freq, text=text).to_dict()
    titles = [layer["encoding"]["y"].get("title") for layer in chart["layer"] if "y" in layer["encoding"]]
    unit = {"D": "Units per day", "W-MON": "Units per week"}[freq]
    assert text(unit) in titles


def test_what_is_on_its_way_counts_shipments_and_purchases(ask: Ask) -> None:
    arriving = explanation.arriving_by_day(ask(explanation.arrivals(warehouse_id="US-LAX", sku="LAMP-01")))
    assert arriving == {AS_OF + timedelta(days=5): 20.0, AS_OF + timedelta(days=12): 100.0}
