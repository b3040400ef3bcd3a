"""What a policy means, and which are refused."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.policy import Policy, UnableToReadPolicy

NONE = np.array([np.nan])


def test_flat_costs_are_per_week_and_daily_periods_carry_a_seventh() -> None:
    daily = Policy(holding_cost_per_unit_week=0.7, shortage_cost_per_unit=2.0, freq="D")
    costs = daily.economics(unit_cost=NONE, unit_price=NONE, freight=np.array([0.5]))
    assert costs.holding[0] == pytest.approx(0.1)
    assert costs.shortage[0] == pytest.approx(1.5)  # a lost sale also saves its freight


def test_a_holding_rate_uses_the_margin_and_cost_of_the_product() -> None:
    policy = Policy(holding_rate_per_year=0.3, freq="D")
    costs = policy.economics(unit_cost=np.array([10.0]), unit_price=np.array([25.0]), freight=np.array([1.0]))
    assert costs.shortage[0] == pytest.approx(14.0)
    assert costs.holding[0] == pytest.approx(0.3 * 10 / 365.25)
    assert costs.per_unit[0] == 0


def test_products_without_a_price_follow_the_service_level() -> None:
    policy = Policy(holding_rate_per_year=0.3, service_level=0.9)
    costs = policy.economics(unit_cost=np.array([10.0]), unit_price=NONE, freight=np.zeros(1))
    assert costs.holding[0] == 0
    assert costs.per_unit[0] / costs.shortage[0] == pytest.approx(0.1)
    level = policy.protection_level(unit_cost=np.array([10.0]), unit_price=NONE, freight=np.zeros(1))
    assert level[0] == pytest.approx(0.9)


def test_what_an_origin_keeps_follows_the_same_costs() -> None:
    policy = Policy(holding_cost_per_unit_week=0.2, shortage_cost_per_unit=1.0, freq="W-MON")
    assert policy.protection_level(unit_cost=NONE, unit_price=NONE, freight=np.zeros(1))[0] == pytest.approx(1 / 1.2)


def test_a_policy_is_read_from_toml_keys() -> None:
    policy = Policy.from_mapping({"service_level": 0.9, "review_days": 14, "freq": "W-MON"})
    assert policy == Policy(service_level=0.9, review_days=14, freq="W-MON")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({}, "pass service_level, or"),
        ({"service_level": 95}, "not between 0 and 1"),
        ({"service_level": "high"}, "not a number"),
        ({"holding_cost_per_unit_week": 0.2}, "pass both or none"),
        ({"holding_cost_per_unit_week": 0.2, "shortage_cost_per_unit": 1, "service_level": 0.9}, "contradict"),
        ({"holding_cost_per_unit_week": -0.2, "shortage_cost_per_unit": 1}, "negative"),
        ({"service_level": 0.9, "review_days": 0}, "less than one day"),
        ({"service_level": 0.9, "review_days": 1.5}, "whole number of days"),
        ({"service_level": 0.9, "freq": "M"}, "none of D, W-MON"),
        ({"service_level": float("nan")}, "not a number"),
        ({"service_level": 0.9, "review_days": float("inf")}, "not a number"),
        ({"servce_level": 0.9}, "servce_level: no key of a policy"),
    ],
)
def test_a_policy_that_cannot_be_followed_is_refused_in_words(keys: dict[str, object], words: str) -> None:
    with pytest.raises(UnableToReadPolicy, match=words):
        Policy.from_mapping(keys)


def test_every_problem_of_a_policy_is_said_at_once() -> None:
    keys = {"freq": "M", "service_level": "high", "holding_cost_per_unit_week": -1, "review_days": 0}
    with pytest.raises(UnableToReadPolicy) as refused:
        Policy.from_mapping(keys)
    assert refused.value.problems == [
        "freq: 'M' is none of D, W-MON",
        "service_level: 'high' is not a number",
        "holding_cost_per_unit_week and shortage_cost_per_unit: pass both or none",
        "flat costs and a service level or holding rate contradict each other: pass one kind",
        "holding_cost_per_unit_week: -1 is negative; pass 0 or more",
        "review_days: 0 is less than one day; pass 1 or more",
    ]


def test_a_key_with_a_wrong_value_is_not_said_to_be_absent() -> None:
    with pytest.raises(UnableToReadPolicy) as refused:
        Policy.from_mapping({"service_level": "high"})
    assert refused.value.problems == ["service_level: 'high' is not a number"]
