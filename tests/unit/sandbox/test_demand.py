"""What customers want: seasons, weekdays, promotions and the dip after them."""

import numpy as np
import pytest

from sandbox.catalog import build_catalog
from sandbox.demand import SEASONS, draw_lines, expect_demand, season_factor
from sandbox.parameters import Parameters
from sandbox.promotions import Promotion, plan_promotions

PARAMETERS = Parameters(seed=4, products=30, months=12)


@pytest.fixture(scope="module")
def catalog():
    return build_catalog(PARAMETERS)


def test_seasons_average_to_about_one():
    for season, months in SEASONS.items():
        assert np.mean(months) == pytest.approx(1, abs=0.07), season


def test_gifts_peak_in_december_and_the_season_closes_on_itself():
    days = np.arange(365)
    assert 330 <= int(season_factor("gift", days).argmax()) <= 360
    assert season_factor("gift", np.array([0.0])) == pytest.approx(season_factor("gift", np.array([365.25])))


def test_a_promotion_lifts_demand_and_a_dip_follows(catalog):
    listing = next(item for item in catalog.listings if not item.is_bundle and item.launch_day < 0)
    promotion = Promotion("P1", "Deal", listing.shop, (listing.parts[0][0],), 100, 104, 0.2, 2.5)
    plain = expect_demand(catalog, (), parameters=PARAMETERS).expected_orders[listing.index]
    promoted = expect_demand(catalog, (promotion,), parameters=PARAMETERS)
    factor = promoted.expected_orders[listing.index] / plain
    assert factor[100:105] == pytest.approx(2.5)
    assert factor[105:115] == pytest.approx(0.74)
    assert np.delete(factor, np.arange(100, 115)) == pytest.approx(1)
    assert promoted.discount_share[listing.index, 102] == 0.2
    assert promoted.discount_share[listing.index, 105] == 0


def test_nobody_orders_before_the_launch_or_after_the_end(catalog):
    expected = expect_demand(catalog, (), parameters=PARAMETERS).expected_orders
    for listing in catalog.listings:
        assert not expected[listing.index, : max(listing.launch_day, 0)].any()
        assert not expected[listing.index, min(listing.end_day, PARAMETERS.days) :].any()


def test_the_calendar_reaches_into_the_future_and_knows_black_friday(catalog):
    found = {promotion.promotion_id: promotion for promotion in plan_promotions(catalog, parameters=PARAMETERS)}
    planned = found["BFCM-US-2026"]
    assert PARAMETERS.date_of(planned.start_day + 3).isoformat() == "2026-11-27"
    assert planned.start_day >= PARAMETERS.days
    assert planned.products == ()


def test_orders_come_in_time_and_have_one_or_two_lines(catalog):
    demand = expect_demand(catalog, (), parameters=PARAMETERS)
    lines = draw_lines(catalog, demand, parameters=PARAMETERS)
    moments = lines.day * 86_400 + lines.second
    assert (np.diff(moments) >= 0).all()
    assert lines.second.min() >= 4 * 3600
    assert lines.second.max() < 86_400
    sizes = np.bincount(lines.order)
    assert set(np.unique(sizes)) == {1, 2}
    assert np.array_equal(lines.is_only, sizes[lines.order] == 1)
    for order in np.flatnonzero(sizes == 2)[:50]:
        first, second = np.flatnonzero(lines.order == order)
        assert lines.listing[first] != lines.listing[second]
        assert (lines.day[first], lines.second[first]) == (lines.day[second], lines.second[second])
        shops = {catalog.listings[lines.listing[at]].shop for at in (first, second)}
        assert len(shops) == 1


def test_drawn_orders_follow_the_expectation(catalog):
    demand = expect_demand(catalog, (), parameters=PARAMETERS)
    lines = draw_lines(catalog, demand, parameters=PARAMETERS)
    assert len(lines.day) == pytest.approx(demand.expected_orders.sum(), rel=0.03)
    assert 0 < lines.is_bulk.mean() < 0.004
    assert lines.units[lines.is_bulk].min() >= 12
