"""What is moved, by which mode, from where, and what is bought; with demand that leaves no doubt."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from forecasting.demand import DemandForecast, forecast_demand
from forecasting.policy import Policy
from forecasting.series import sales_to_panel
from forecasting.transfer_plan import TransferPlan, UnableToPlan, plan_transfers, planning_horizon
from tests.unit.forecasting.cases import MONDAY, lane, lanes, noisy_sales, steady_forecast, steady_sales, stock

WEEKLY = Policy(holding_cost_per_unit_week=0.2, shortage_cost_per_unit=1.0, review_days=7, freq="W-MON")
LEVEL = Policy(service_level=0.95, review_days=7, freq="W-MON")


def plan(forecast: DemandForecast, policy: Policy = WEEKLY, **inputs: object) -> TransferPlan:
    given: dict[str, object] = {"stock": stock({}), "as_of": MONDAY, "policy": policy} | inputs
    return plan_transfers(forecast, **given)  # type: ignore[arg-type]


def units(result: TransferPlan, **where: str) -> int:
    return int(result.transfers.filter(**where)["units"].sum())


def days(count: int) -> dt.date:
    return MONDAY + dt.timedelta(days=count)


def in_transit(*rows: tuple[str, str, int, dt.date]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=["warehouse_id", "sku", "units", "expected_date"], orient="row")


def purchase_orders(*rows: tuple[str, str, int, dt.date]) -> pl.DataFrame:
    return in_transit(*rows)


def test_the_order_covers_demand_until_the_next_arrival_less_the_position() -> None:
    result = plan(
        steady_forecast({("shop", "x"): 10}),
        stock=stock({("shop", "x"): 12}),
        in_transit=in_transit(("shop", "x", 11, days(7))),
        lanes=lanes(lane("cn", "shop")),
    )
    row = result.transfers.row(0, named=True)
    # two weeks to arrival and one to the next arrival: 30 wanted, 23 there; exact demand needs no protection
    assert (row["units"], row["order_up_to_units"], row["position_units"]) == (7, 30, 23)
    assert (row["available_units"], row["in_transit_units"]) == (12, 11)
    assert row["demand_until_arrival_units"] == pytest.approx(20, abs=0.1)
    assert row["demand_until_next_arrival_units"] == pytest.approx(30, abs=0.1)
    assert row["protection_units"] == pytest.approx(0, abs=0.1)
    assert (row["ship_date"], row["arrival_date"]) == (MONDAY, days(14))
    assert row["reason_code"] == "replenish"
    assert "12 available and 11 on the way make 23" in row["reason"]
    assert "可售 12 件，在途 11 件，合计 23 件" in row["reason_zh"]


def test_sales_lost_before_the_arrival_are_not_ordered_for() -> None:
    result = plan(steady_forecast({("shop", "x"): 10}), lanes=lanes(lane("cn", "shop")))
    assert units(result) == 10  # the empty shelf loses 20; the order serves the third week only


def test_units_expected_on_a_day_can_serve_it_and_overdue_ones_come_today() -> None:
    late = plan(
        steady_forecast({("shop", "x"): 10}),
        in_transit=in_transit(("shop", "x", 30, days(-5))),
        lanes=lanes(lane("cn", "shop")),
    )
    assert units(late) == 0
    on_the_day = plan(
        steady_forecast({("shop", "x"): 10}),
        in_transit=in_transit(("shop", "x", 10, days(14))),
        lanes=lanes(lane("cn", "shop")),
    )
    assert units(on_the_day) == 0


def test_stock_exactly_at_the_level_is_not_below_it() -> None:
    level = plan(
        steady_forecast({("shop", "x"): 10}), stock=stock({("shop", "x"): 30}), lanes=lanes(lane("cn", "shop"))
    )
    assert level.transfers.is_empty()
    position = level.positions.row(0, named=True)
    assert position["reorder_point_units"] <= 21
    assert not position["is_below_reorder_point"]
    assert not position["is_below_safety_stock"]


def test_open_orders_and_open_purchases_count_as_supply() -> None:
    shared = {"stock": stock({("shop", "x"): 20}), "lanes": lanes(lane("cn", "shop"))}
    forecast = steady_forecast({("shop", "x"): 10})
    orders = pl.DataFrame(
        {"origin_id": ["cn"], "destination_id": ["shop"], "sku": ["x"], "units": [10], "arrival_date": [days(14)]}
    )
    assert units(plan(forecast, **shared)) == 10
    assert units(plan(forecast, **shared, open_orders=orders)) == 0
    assert units(plan(forecast, **shared, purchase_orders=purchase_orders(("shop", "x", 10, days(10))))) == 0


def test_cartons_are_rounded_to_the_cheaper_side_and_the_lane_s_carton_beats_the_product_s() -> None:
    forecast = steady_forecast({("shop", "x"): 10})
    shared = {"stock": stock({("shop", "x"): 20}), "products": pl.DataFrame({"sku": ["x"], "carton_units": [7]})}
    assert units(plan(forecast, **shared, lanes=lanes(lane("cn", "shop")))) in {7, 14}
    assert units(plan(forecast, **shared, lanes=lanes(lane("cn", "shop", carton_units=8)))) in {8, 16}
    assert units(plan(forecast, **shared, lanes=lanes(lane("cn", "shop", carton_units=200)))) == 0


def test_an_origin_with_any_stock_row_has_nothing_of_what_it_does_not_list() -> None:
    forecast = steady_forecast({("shop", "x"): 10})
    listed = plan(forecast, stock=stock({("cn", "other"): 5}), lanes=lanes(lane("cn", "shop")))
    assert listed.transfers.is_empty()
    assert units(plan(forecast, lanes=lanes(lane("cn", "shop")))) == 10  # without any row its supply has no end


def test_scarce_units_go_where_they_earn_most() -> None:
    forecast = steady_forecast({("rich", "x"): 10, ("poor", "x"): 10})
    products = pl.DataFrame({"sku": ["x"], "unit_cost": [4.0], "unit_price": [20.0]})
    result = plan(
        forecast,
        policy=Policy(holding_rate_per_year=0.25, review_days=7, freq="W-MON"),
        stock=stock({("cn", "x"): 12, ("rich", "x"): 0, ("poor", "x"): 0}),
        lanes=lanes(lane("cn", "rich", cost_per_unit=1.0), lane("cn", "poor", cost_per_unit=9.0)),
        products=products,
        currency="USD",
    )
    assert units(result, destination_id="rich") == 10
    assert units(result, destination_id="poor") == 2
    short = result.transfers.filter(destination_id="poor").row(0, named=True)
    assert short["reason_code"] == "replenish_short"
    assert "10 were wanted" in short["reason"]
    assert "需要 10 件" in short["reason_zh"]
    assert (short["freight_amount"], short["freight_currency"]) == (Decimal("18.0000"), "USD")
    assert short["value_amount"] == Decimal("8.0000")
    assert short["origin_available_units"] == 12


def test_an_origin_keeps_what_protects_its_own_sales() -> None:
    rates = {("cn", "x"): 5, ("shop", "x"): 10}
    result = plan(
        steady_forecast(rates),
        policy=LEVEL,
        stock=stock({("cn", "x"): 40, ("shop", "x"): 0}),
        lanes=lanes(lane("cn", "shop")),
        products=pl.DataFrame({"sku": ["x"], "purchase_lead_time_days": [28]}),
    )
    # 28 days of purchase and 7 of review: 25 are its own, 15 may go, 10 are wanted
    assert units(result) == 10
    less = plan(
        steady_forecast(rates),
        policy=LEVEL,
        stock=stock({("cn", "x"): 30, ("shop", "x"): 0}),
        lanes=lanes(lane("cn", "shop")),
        products=pl.DataFrame({"sku": ["x"], "purchase_lead_time_days": [28]}),
    )
    assert 3 <= units(less) <= 5


def test_capacity_and_minimum_are_for_all_that_ships_together() -> None:
    forecast = steady_forecast({("shop", "x"): 10, ("shop", "y"): 10})
    capped = plan(forecast, lanes=lanes(lane("cn", "shop", capacity_units=13)))
    assert units(capped) == 13
    assert plan(forecast, lanes=lanes(lane("cn", "shop", min_units=21))).transfers.is_empty()
    assert units(plan(forecast, lanes=lanes(lane("cn", "shop", min_units=20)))) == 20
    assert plan(forecast, lanes=lanes(lane("cn", "shop", capacity_units=0))).transfers.is_empty()


def test_below_the_minimum_of_one_lane_the_other_serves() -> None:
    result = plan(
        steady_forecast({("shop", "x"): 10}),
        lanes=lanes(
            lane("cn", "shop", "sea", min_units=500, cost_per_unit=0.1), lane("cn", "shop", "rail", cost_per_unit=0.2)
        ),
    )
    assert result.transfers["mode"].to_list() == ["rail"]


def test_the_cheapest_mode_replenishes_and_a_faster_one_brings_only_what_cannot_wait() -> None:
    two = lanes(
        lane("cn", "shop", "sea", 28, cost_per_unit=0.1),
        lane("cn", "shop", "air", 7, cost_per_unit=0.5),
    )
    covered = plan(steady_forecast({("shop", "x"): 10}), stock=stock({("shop", "x"): 45}), lanes=two)
    assert covered.transfers["mode"].to_list() == ["sea"]
    assert units(covered) == 5
    short = plan(steady_forecast({("shop", "x"): 10}), stock=stock({("shop", "x"): 10}), lanes=two, currency="USD")
    # the second week is empty before next week's air could come; later weeks can still be flown next time
    assert units(short, mode="air") == 10
    assert units(short, mode="sea") == 10
    row = short.transfers.filter(mode="air").row(0, named=True)
    assert row["reason_code"] == "expedite"
    assert row["expected_lost_units_avoided"] == pytest.approx(10, abs=0.1)
    assert "saves 10 sales worth 1 USD each for 0.4 USD more freight a unit" in row["reason"]
    assert "空运" in row["reason_zh"]


def test_units_of_another_suggestion_of_the_day_are_not_said_to_be_on_the_way() -> None:
    result = plan(
        steady_forecast({("shop", "x"): 10}),
        stock=stock({("shop", "x"): 10}),
        lanes=lanes(lane("cn", "shop", "sea", 28, cost_per_unit=0.1), lane("cn", "shop", "air", 7, cost_per_unit=0.5)),
    )
    sea = result.transfers.filter(mode="sea").row(0, named=True)
    assert (sea["in_transit_units"], sea["planned_units"], sea["position_units"]) == (0, 10, 20)
    assert "10 available, 0 on the way and 10 in another suggestion of today make 20." in sea["reason"]
    assert "可售 10 件，在途 0 件，今日另有建议 10 件，合计 20 件" in sea["reason_zh"]
    air = result.transfers.filter(mode="air").row(0, named=True)
    assert air["planned_units"] == 0
    assert "10 available and 0 on the way do not last until sea" in air["reason"]


def test_nothing_is_expedited_whose_margin_does_not_pay_the_freight() -> None:
    dear = lanes(lane("cn", "shop", "sea", 28, cost_per_unit=0.1), lane("cn", "shop", "air", 7, cost_per_unit=1.5))
    result = plan(steady_forecast({("shop", "x"): 10}), stock=stock({("shop", "x"): 10}), lanes=dear)
    assert units(result, mode="air") == 0


def test_without_a_margin_nothing_is_expedited() -> None:
    two = lanes(lane("cn", "shop", "sea", 28, cost_per_unit=0.1), lane("cn", "shop", "air", 7, cost_per_unit=0.5))
    result = plan(steady_forecast({("shop", "x"): 10}), policy=LEVEL, stock=stock({("shop", "x"): 10}), lanes=two)
    assert set(result.transfers["mode"]) == {"sea"}


def test_freight_follows_weight_and_volume() -> None:
    products = pl.DataFrame({"sku": ["x"], "weight_kg": [2.0], "volume_cbm": [0.01]})
    result = plan(
        steady_forecast({("shop", "x"): 10}),
        policy=LEVEL,
        lanes=lanes(lane("cn", "shop", cost_per_kg=0.05, cost_per_cbm=10.0, cost_per_unit=0.3)),
        products=products,
    )
    assert result.transfers["freight_amount"][0] == result.transfers["units"][0] * Decimal("0.5")


def test_a_lane_that_costs_by_weight_needs_weights() -> None:
    with pytest.raises(UnableToPlan, match="pass products with weight_kg"):
        plan(steady_forecast({("shop", "x"): 10}), lanes=lanes(lane("cn", "shop", cost_per_kg=1.0)))


def test_when_the_cheap_origin_is_empty_the_next_one_serves() -> None:
    result = plan(
        steady_forecast({("shop", "x"): 10}),
        stock=stock({("near", "x"): 0, ("far", "x"): 90}),
        lanes=lanes(lane("near", "shop", cost_per_unit=0.1), lane("far", "shop", cost_per_unit=0.3)),
    )
    assert result.transfers["origin_id"].to_list() == ["far"]


def test_a_warehouse_asks_for_what_it_feeds() -> None:
    result = plan(
        steady_forecast({("fba", "x"): 10}),
        policy=LEVEL,
        stock=stock({("hub", "x"): 0, ("fba", "x"): 20}),
        lanes=lanes(lane("cn", "hub", "sea", 28), lane("hub", "fba", "truck", 7)),
    )
    # hub: 4 weeks of sea, 1 of truck, 1 of review = 60; 20 stand at fba, of which sales before the arrival are lost
    assert units(result, destination_id="hub") == 10
    row = result.transfers.filter(destination_id="hub").row(0, named=True)
    assert row["position_units"] == 20
    assert "with fba, which it feeds" in row["reason"]


def test_what_no_origin_has_must_be_bought() -> None:
    products = pl.DataFrame(
        {
            "sku": ["x"],
            "supplier_id": ["s1"],
            "moq_units": [100],
            "carton_units": [12],
            "purchase_lead_time_days": [21],
            "unit_cost": [2.5],
        }
    )
    shared = {
        "policy": LEVEL,
        "stock": stock({("cn", "x"): 0, ("shop", "x"): 50}),
        "lanes": lanes(lane("cn", "shop")),
        "products": products,
        "currency": "CNY",
    }
    result = plan(steady_forecast({("shop", "x"): 10}), **shared)
    row = result.purchases.row(0, named=True)
    # purchase 21 + lane 14 + review 7 = 6 weeks = 60 wanted, 50 there; at least 100, in cartons of 12
    assert (row["short_units"], row["units"], row["moq_units"]) == (10, 108, 100)
    assert (row["supplier_id"], row["warehouse_id"], row["reason_code"]) == ("s1", "cn", "network_short")
    # 50 last five weeks; less two of travel the units must be in cn on day 21, so they are ordered today
    assert (row["need_by_date"], row["order_by_date"], row["expected_date"]) == (days(21), MONDAY, days(21))
    assert row["value_amount"] == Decimal("270.0000")
    assert "缺 10 件" in row["reason_zh"]
    bought = plan(
        steady_forecast({("shop", "x"): 10}), **shared, purchase_orders=purchase_orders(("cn", "x", 10, days(14)))
    )
    assert bought.purchases.is_empty()


def test_a_purchase_that_comes_too_late_says_so() -> None:
    result = plan(
        steady_forecast({("shop", "x"): 10}),
        policy=LEVEL,
        stock=stock({("shop", "x"): 10}),
        lanes=lanes(lane("elsewhere", "other")),
    )
    row = result.purchases.row(0, named=True)
    assert row["reason_code"] == "network_short_late"
    assert row["order_by_date"] == MONDAY
    assert "assumed" in row["reason"]
    assert "too late" in row["reason"]


def test_an_unlimited_origin_is_never_bought_for() -> None:
    assert plan(steady_forecast({("shop", "x"): 10}), lanes=lanes(lane("cn", "shop"))).purchases.is_empty()


def test_positions_have_a_row_for_everything_and_a_stock_out_date() -> None:
    result = plan(
        steady_forecast({("shop", "x"): 10, ("shop", "y"): 10}),
        stock=stock({("shop", "x"): 25, ("shop", "z"): 4}),
        lanes=lanes(lane("cn", "shop")),
    )
    by_sku = {row["sku"]: row for row in result.positions.to_dicts()}
    assert set(by_sku) == {"x", "y", "z"}
    assert by_sku["x"]["stock_out_date"] == days(14)
    assert by_sku["y"]["stock_out_date"] == MONDAY
    assert by_sku["z"]["stock_out_date"] is None
    assert by_sku["x"]["mean_daily_units"] == pytest.approx(10 / 7, abs=0.01)
    assert by_sku["x"]["days_of_cover"] == pytest.approx(17.5, abs=0.1)
    assert by_sku["x"]["protection_days"] == 21
    assert by_sku["z"]["model"] is None
    assert by_sku["z"]["days_of_cover"] is None


def test_a_random_lead_time_asks_for_more_protection() -> None:
    forecast = steady_forecast({("shop", "x"): 10})
    fixed = plan(forecast, policy=LEVEL, stock=stock({("shop", "x"): 20}), lanes=lanes(lane("cn", "shop")))
    random = plan(
        forecast, policy=LEVEL, stock=stock({("shop", "x"): 20}), lanes=lanes(lane("cn", "shop", lead_time_sd_days=5))
    )
    assert units(random) > units(fixed)


def test_the_lane_s_review_beats_the_policy_s() -> None:
    forecast = steady_forecast({("shop", "x"): 10})
    assert (
        units(plan(forecast, stock=stock({("shop", "x"): 20}), lanes=lanes(lane("cn", "shop", review_days=21)))) == 30
    )


def test_daily_demand_is_planned_by_the_day() -> None:
    forecast = steady_forecast({("shop", "x"): 10}, freq="D", horizon=30)
    result = plan(
        forecast,
        policy=Policy(service_level=0.9, review_days=2, freq="D"),
        stock=stock({("shop", "x"): 30}),
        lanes=lanes(lane("cn", "shop", lead_time_days=3)),
    )
    assert units(result) == 20


def test_an_as_of_inside_a_week_takes_its_share_of_two_weeks() -> None:
    rows = steady_sales({("shop", "x"): 10})
    forecast = forecast_demand(sales_to_panel(rows, freq="W-MON"), horizon=8, model="pooled_ses")
    result = plan(forecast, as_of=days(2), stock=stock({("shop", "x"): 20}), lanes=lanes(lane("cn", "shop")))
    assert units(result) == 10
    assert result.transfers["arrival_date"].to_list() == [days(16)]


def test_the_same_input_gives_the_same_plan_and_ids() -> None:
    panel = sales_to_panel(noisy_sales(), freq="W-MON")
    results = [
        plan(forecast_demand(panel, horizon=6), lanes=lanes(lane("cn", "w0"), lane("cn", "w1"))) for _ in range(2)
    ]
    assert results[0].transfers.equals(results[1].transfers)
    assert results[0].positions.equals(results[1].positions)
    assert results[0].transfers["suggestion_id"].n_unique() == results[0].transfers.height


def test_a_forecast_that_begins_after_the_day_is_refused() -> None:
    with pytest.raises(UnableToPlan, match="after as-of"):
        plan(steady_forecast({("shop", "x"): 10}), as_of=days(-7), lanes=lanes(lane("cn", "shop")))


@pytest.mark.parametrize(
    ("rows", "words"),
    [((lane("cn", "shop"), lane("cn", "shop")), "stand twice"), ((lane("cn", "cn"),), "to itself")],
)
def test_contradicting_lanes_are_refused(rows: tuple[dict[str, object], ...], words: str) -> None:
    with pytest.raises(UnableToPlan, match=words):
        plan(steady_forecast({("shop", "x"): 10}), lanes=lanes(*rows))


def test_the_horizon_covers_purchase_legs_review_and_look_ahead() -> None:
    two_legs = lanes(lane("cn", "hub", "sea", 28), lane("hub", "fba", "truck", 7))
    policy = Policy(service_level=0.95, review_days=7, freq="D")
    products = pl.DataFrame({"sku": ["x"], "purchase_lead_time_days": [20]})
    assert planning_horizon(lanes=two_legs, products=products, policy=policy, freq="D") == 20 + 28 + 7 + 7 + 7
    without_purchase = planning_horizon(
        lanes=two_legs, products=products, policy=policy, freq="D", stock=stock({("hub", "x"): 1}), warehouses={"fba"}
    )
    assert without_purchase == 28 + 7 + 7 + 7


def test_units_that_arrive_after_the_next_order_could_do_not_count() -> None:
    result = plan(
        steady_forecast({("shop", "x"): 10}),
        stock=stock({("shop", "x"): 20}),
        in_transit=in_transit(("shop", "x", 40, days(35))),
        lanes=lanes(lane("cn", "shop")),
    )
    row = result.transfers.row(0, named=True)
    assert (row["units"], row["position_units"], row["later_units"], row["order_up_to_units"]) == (10, 60, 40, 30)
    assert "40 more arrive later" in row["reason"]
    position = result.positions.row(0, named=True)
    assert (position["order_up_to_units"], position["safety_stock_units"]) == (30, 0)
    assert position["reorder_point_units"] <= 21
