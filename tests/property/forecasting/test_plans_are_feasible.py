"""No plan takes what is not there, and more stock never asks for more; on random networks."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.demand import DemandForecast, forecast_demand
from forecasting.policy import Policy
from forecasting.series import sales_to_panel
from forecasting.transfer_plan import TransferPlan, plan_transfers
from tests.unit.forecasting.cases import MONDAY, lane, lanes, noisy_sales, stock

ORIGINS, SHOPS, SKUS = ("cn", "hub"), ("w0", "w1"), ("p0", "p1", "p2")
POLICIES = (
    Policy(service_level=0.95, review_days=7, freq="W-MON"),
    Policy(holding_cost_per_unit_week=0.2, shortage_cost_per_unit=2.0, review_days=7, freq="W-MON"),
)
PRODUCTS = pl.DataFrame(
    {"sku": SKUS, "carton_units": [1, 6, 10], "unit_cost": [2.0, 3.0, 5.0], "unit_price": [9.0, 8.0, 20.0]}
)

units = st.integers(0, 120)
stocks = st.fixed_dictionaries({(name, sku): units for name in (*ORIGINS, *SHOPS) for sku in SKUS})
limits = st.fixed_dictionaries(
    {
        "cost_per_unit": st.floats(0, 3),
        "capacity_units": st.one_of(st.none(), st.integers(0, 80)),
        "min_units": st.one_of(st.none(), st.integers(0, 60)),
        "carton_units": st.one_of(st.none(), st.integers(1, 25)),
        "lead_time_days": st.integers(0, 35),
        "review_days": st.one_of(st.none(), st.integers(1, 14)),
    }
)
ENDS = [
    ("cn", "hub", "sea"),
    ("cn", "w0", "sea"),
    ("cn", "w0", "air"),
    ("cn", "w1", "sea"),
    ("hub", "w0", "truck"),
    ("hub", "w1", "truck"),
    ("w0", "w1", "truck"),
    ("w1", "w0", "truck"),
]
networks = st.lists(st.sampled_from(ENDS), min_size=1, unique=True)


@cache
def forecast() -> DemandForecast:
    return forecast_demand(sales_to_panel(noisy_sales(series=6, periods=70), freq="W-MON"), horizon=20)


def plan(held: dict[tuple[str, str], int], rows: list[dict[str, Any]], policy: Policy) -> TransferPlan:
    return plan_transfers(
        forecast(), as_of=MONDAY, stock=stock(held), lanes=lanes(*rows), policy=policy, products=PRODUCTS
    )


@given(held=stocks, network=networks, drawn=st.data(), policy=st.sampled_from(POLICIES))
@settings(max_examples=40, deadline=None)
def test_a_plan_takes_only_what_is_there_and_fits_every_limit(
    held: dict[tuple[str, str], int], network: list[tuple[str, str, str]], drawn: st.DataObject, policy: Policy
) -> None:
    rows = [lane(*ends, **drawn.draw(limits)) for ends in network]
    result = plan(held, rows, policy).transfers
    taken = result.group_by("origin_id", "sku").agg(pl.col("units").sum())
    for origin, sku, shipped in taken.rows():
        assert shipped <= held[(origin, sku)]
    by_lane = {(row["origin_id"], row["destination_id"], row["mode"]): row for row in rows}
    carried = result.group_by("origin_id", "destination_id", "mode").agg(pl.col("units").sum())
    for origin, destination, mode, shipped in carried.rows():
        limit = by_lane[(origin, destination, mode)]
        assert limit["capacity_units"] is None or shipped <= limit["capacity_units"]
        assert limit["min_units"] is None or shipped >= limit["min_units"]
    cartons = dict(PRODUCTS.select("sku", "carton_units").rows())
    for row in result.to_dicts():
        limit = by_lane[(row["origin_id"], row["destination_id"], row["mode"])]
        assert row["units"] > 0
        assert row["units"] % (limit["carton_units"] or cartons[row["sku"]]) == 0
        assert row["arrival_date"] == MONDAY + dt.timedelta(days=limit["lead_time_days"])
    assert result.select("origin_id", "destination_id", "mode", "sku").n_unique() == result.height


@given(on_hand=st.integers(0, 150), more=st.integers(1, 80), policy=st.sampled_from(POLICIES))
@settings(max_examples=30, deadline=None)
def test_more_stock_never_asks_for_more(on_hand: int, more: int, policy: Policy) -> None:
    rows = [lane("cn", "w0")]
    fewer, plenty = (
        plan_transfers(
            forecast(),
            as_of=MONDAY,
            stock=stock({("w0", "p0"): held, ("w0", "p1"): held, ("w0", "p2"): held}),
            lanes=lanes(*rows),
            policy=policy,
        ).transfers
        for held in (on_hand, on_hand + more)
    )
    asked = dict(fewer.select("sku", "units").rows())
    for sku, wanted in plenty.select("sku", "units").rows():
        assert wanted <= asked.get(sku, 0)


@given(held=stocks, policy=st.sampled_from(POLICIES))
@settings(max_examples=10, deadline=None)
def test_the_order_of_rows_does_not_matter(held: dict[tuple[str, str], int], policy: Policy) -> None:
    rows = [
        lane("cn", "w0", "sea", 21, cost_per_unit=0.2),
        lane("cn", "w0", "air", 7, cost_per_unit=0.9),
        lane("cn", "w1", "sea"),
    ]
    reversed_held = dict(reversed(list(held.items())))
    assert plan(held, rows, policy).transfers.equals(plan(reversed_held, rows[::-1], policy).transfers)
