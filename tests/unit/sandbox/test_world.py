"""The world's physics: units are conserved, nobody buys what is not there."""

import numpy as np
import pytest

from sandbox.network import LANES, SHOPS, WAREHOUSES
from sandbox.parameters import Parameters
from sandbox.places import (
    AVAILABLE,
    CLASSES,
    CUSTOMER,
    IN_TRANSIT,
    LOST,
    OUTSIDE,
    PLACES,
    SUPPLIER,
    Places,
    UnableToMove,
    place,
    place_name,
)
from sandbox.world import live


def test_units_are_conserved_over_all_places(small_world):
    assert not small_world.places.units.sum(axis=0).any()


def test_no_place_but_the_supplier_is_ever_negative(small_world):
    """Replays every movement in its order instead of trusting the guard in `Places.move`."""
    moves = small_world.places.movements()
    held = np.zeros((PLACES, len(small_world.catalog.products)), dtype=np.int64)
    for source, destination, product, units in zip(
        moves.source, moves.destination, moves.product, moves.units, strict=True
    ):
        held[source, product] -= units
        held[destination, product] += units
        assert source == SUPPLIER or held[source, product] >= 0
    assert np.array_equal(held, small_world.places.units)
    assert (moves.units > 0).all()


def test_evenings_are_what_the_movements_lead_to(small_world):
    moves, days = small_world.places.movements(), small_world.parameters.days
    change = np.zeros((days + 1, PLACES, len(small_world.catalog.products)), dtype=np.int64)
    np.add.at(change, (moves.day + 1, moves.source, moves.product), -moves.units)
    np.add.at(change, (moves.day + 1, moves.destination, moves.product), moves.units)
    replayed = change.cumsum(axis=0)[1:, len(OUTSIDE) :].reshape(small_world.places.evenings.shape)
    assert np.array_equal(replayed, small_world.places.evenings)


def test_no_sale_without_stock(small_world):
    """On a day that began without stock of a part, after the morning's arrivals, no line was filled."""
    wanted, evenings = small_world.wanted, small_world.places.evenings
    refused = 0
    for line in range(len(wanted.day)):
        listing = small_world.catalog.listings[wanted.listing[line]]
        day = wanted.day[line]
        has_all = all(small_world.had_stock[day, listing.warehouse, product] for product, _ in listing.parts)
        assert has_all or small_world.line_units[line] == 0
        refused += not has_all
    assert refused > 50
    assert (small_world.line_units <= wanted.units).all()
    assert (evenings >= 0).all()


def test_a_day_sells_what_was_there_and_no_more(small_world):
    """Morning stock is the evening's plus what was sold and prepared that day: sold units never exceed it."""
    available = small_world.places.evenings[:, :, AVAILABLE].astype(np.int64)
    moves = small_world.places.movements()
    for warehouse in range(1, len(WAREHOUSES)):
        shown = place(warehouse, AVAILABLE)
        prepared = np.zeros((small_world.parameters.days, len(small_world.catalog.products)), dtype=np.int64)
        out = (moves.source == shown) & (moves.day >= 0)
        np.add.at(prepared, (moves.day[out], moves.product[out]), moves.units[out])
        assert (small_world.sold[:, warehouse] <= available[:, warehouse] + prepared).all()


def test_what_customers_hold_is_what_left_less_what_came_back(small_world):
    kept = (small_world.line_units > 0) & ~small_world.line_cancelled
    kept &= small_world.wanted.day < small_world.today - 1  # the last day's orders have not left yet
    pieces = np.array([sum(units for _, units in item.parts) for item in small_world.catalog.listings])
    left = (small_world.line_units * pieces[small_world.wanted.listing])[kept].sum()
    back = sum(item.units for item in small_world.returns)
    assert back > 0
    assert small_world.places.units[CUSTOMER].sum() == left - back


def test_only_whole_orders_of_one_line_are_cancelled(small_world):
    cancelled = small_world.line_cancelled
    assert cancelled.any()
    assert small_world.wanted.is_only[cancelled].all()
    assert (small_world.line_units[cancelled] > 0).all()


def test_shipments_account_for_every_unit(small_world):
    outstanding, missing = 0, 0
    assert {shipment.lane.mode for shipment in small_world.shipments} >= {"sea", "rail"}
    for shipment in small_world.shipments:
        counted = [count for count in shipment.counts if count.day < small_world.today]
        good, damaged = (sum(getattr(count, kind).sum() for count in counted) for kind in ("good", "damaged"))
        if shipment.is_dispatched:
            assert shipment.received.sum() == good + damaged
            total = sum(count.good + count.damaged + count.missing for count in shipment.counts)
            assert np.array_equal(total, shipment.units)
        assert shipment.is_finished == (bool(counted) and counted[-1] is shipment.counts[-1])
        outstanding += shipment.outstanding.sum()
        missing += sum(count.missing.sum() for count in counted)
    assert small_world.places.units[IN_TRANSIT].sum() == outstanding > 0
    assert 0 < missing <= small_world.places.units[LOST].sum()


def test_milestones_come_in_order_and_end_with_the_arrival(small_world):
    for shipment in small_world.shipments:
        if shipment.is_dispatched:
            moments = [(milestone.day, milestone.hour) for milestone in shipment.milestones]
            assert moments == sorted(set(moments))
            assert moments[0][0] == shipment.ship_day
            assert shipment.milestones[-1].code == "Delivered_Other"
            assert moments[-1][0] == shipment.arrival_day <= shipment.counts[0].day


def test_purchases_are_delivered_up_to_what_was_ordered(small_world):
    supplied = -small_world.places.units[SUPPLIER].sum()
    opening = small_world.places.movements().units[small_world.places.movements().day == -1].sum()
    received = sum(order.received_units for order in small_world.purchase_orders)
    assert supplied == opening + received
    assert all(0 <= order.received_units <= order.ordered_units for order in small_world.purchase_orders)
    assert any(order.open_units for order in small_world.purchase_orders)


def test_the_same_seed_lives_the_same_life():
    first, again = (live(Parameters(seed=2, products=12, months=3)) for _ in range(2))
    assert np.array_equal(first.places.evenings, again.places.evenings)
    assert np.array_equal(first.line_units, again.line_units)
    other = live(Parameters(seed=3, products=12, months=3))
    assert not np.array_equal(first.places.evenings, other.places.evenings)


def test_a_move_of_more_than_there_is_is_refused_and_changes_nothing():
    places = Places(products=2, days=1)
    places.move(0, SUPPLIER, place(0, AVAILABLE), np.array([3, 0]))
    for units in (np.array([4, 0]), np.array([-1, 0]), np.array([0, 1])):
        with pytest.raises(UnableToMove, match=r"domestic.available -> customer moves more than there is"):
            places.move(0, place(0, AVAILABLE), CUSTOMER, units)
    assert places.units[place(0, AVAILABLE)].tolist() == [3, 0]


def test_every_place_has_a_name_of_its_own():
    names = [place_name(number) for number in range(PLACES)]
    assert len(set(names)) == PLACES == len(OUTSIDE) + len(WAREHOUSES) * len(CLASSES)
    assert names[place(2, AVAILABLE)] == "fba_de.available"


def test_dangerous_goods_do_not_fly(small_world):
    grounded = np.array([product.is_hazmat for product in small_world.catalog.products])
    flown = [shipment.units for shipment in small_world.shipments if shipment.lane.mode in ("air", "express")]
    assert grounded.any()
    assert sum(flown)[~grounded].sum() > 0
    assert not sum(flown)[grounded].any()


def test_every_shop_sells_and_every_lane_is_known(small_world):
    shops = {small_world.catalog.listings[at].shop for at in small_world.wanted.listing}
    assert shops == {shop.index for shop in SHOPS}
    assert {shipment.lane for shipment in small_world.shipments} <= set(LANES)
