"""Warehouses are told to send, goods travel, destinations count: units stay whole."""

from __future__ import annotations

import pytest

from sandbox.living.ledger import ledger
from sandbox.living.world import UnableToDo
from sandbox.network import DOMESTIC, FBA_US, US_3PL
from sandbox.places import AVAILABLE, AWD
from tests.unit.sandbox.living.conftest import DAY


def _lines(world, *, warehouse: int = DOMESTIC, units: int = 6) -> dict[str, int]:
    stock = world.places.stock(warehouse)
    found = [item.sku for item in world.catalog.products if stock[item.index] >= units][:2]
    return dict.fromkeys(found, units)


def _send(simulation, lane: int = 2, reference: str = "TO-1", **changes):
    given = {
        "warehouse": DOMESTIC,
        "lane": lane,
        "reference": reference,
        "waybill": "",
        "lines": _lines(simulation.world),
        "told": {},
    }
    return simulation.do("send_out", **(given | changes))


def test_an_outbound_order_reserves_leaves_travels_and_is_counted(simulation):
    world = simulation.world
    before = world.places.stock(DOMESTIC).sum()
    order = _send(simulation)
    assert world.places.stock(DOMESTIC).sum() == before - order.units.sum()
    simulation.do("advance", seconds=3 * DAY)
    assert order.state == "sent"
    assert order.waybill.startswith("1Z")
    assert world.told_milestones(order.shipment)[0].code == "InTransit_PickedUp"
    simulation.do("advance", seconds=60 * DAY)
    assert order.shipment.is_finished
    record = next(item for item in world.fba_shipments.values() if order.shipment in item.shipments)
    assert world.fba_status(record) == "CLOSED"
    counted = world.counted([order.shipment])
    missing = sum(count.missing.sum() for count in order.shipment.counts)
    assert (counted.good + counted.damaged).sum() + missing == order.units.sum()
    assert world.places.units.sum() == 0


def test_milestones_never_come_before_the_goods_left(simulation):
    order = _send(simulation)
    simulation.do("advance", seconds=3 * DAY)
    moments = [simulation.world.moment(item) for item in order.shipment.milestones]
    assert moments == sorted(moments)
    assert moments[0] >= order.sent_at - 60


def test_a_cancelled_order_gives_back_what_it_reserved(simulation):
    before = simulation.world.places.stock(DOMESTIC).copy()
    order = _send(simulation)
    simulation.do("cancel_outbound", number=order.number)
    assert (simulation.world.places.stock(DOMESTIC) == before).all()
    simulation.do("advance", seconds=3 * DAY)
    assert order.shipment is None


def test_what_left_cannot_be_cancelled(simulation):
    order = _send(simulation)
    simulation.do("advance", seconds=3 * DAY)
    with pytest.raises(UnableToDo, match="has left already"):
        simulation.do("cancel_outbound", number=order.number)


def test_more_than_there_is_is_refused_and_nothing_moves(simulation):
    sku = simulation.world.catalog.products[0].sku
    before = ledger(simulation.world)
    with pytest.raises(UnableToDo, match="less than that"):
        _send(simulation, lines={sku: 10**6})
    assert ledger(simulation.world) == before


def test_a_reference_is_used_once(simulation):
    _send(simulation)
    with pytest.raises(UnableToDo, match="already"):
        _send(simulation)


def test_an_inbound_order_finds_its_goods_by_reference(simulation):
    lines = _lines(simulation.world)
    inbound = simulation.do(
        "expect", warehouse=US_3PL, number="", waybill="", reference="TO-9", boxes=[], lines=lines, told={}
    )
    order = _send(simulation, lane=3, reference="TO-9", lines=lines)
    simulation.do("advance", seconds=100 * DAY)
    assert simulation.world.arrivals_of(inbound) == [order.shipment]
    with pytest.raises(UnableToDo, match="no longer open"):
        simulation.do("cancel_inbound", number=inbound.number)


def _plan(simulation, units: int = 25):
    world = simulation.world
    mskus = [msku for fba, msku in world.fba_listing if fba == FBA_US][:2]
    items = [{"msku": msku, "quantity": units, "labelOwner": "SELLER", "prepOwner": "SELLER"} for msku in mskus]
    return simulation.do("create_plan", fba=FBA_US, marketplace="US", name="T", source={}, items=items)[0]


def test_a_placement_splits_a_plan_without_losing_a_unit(simulation):
    plan = _plan(simulation)
    simulation.do("offer_placement", plan_id=plan.plan_id)
    assert [len(option.shipments) for option in plan.placements] == [1, 2, 4]
    for option in plan.placements:
        assert sum(sum(shipment.items.values()) for shipment in option.shipments) == 50
    fees = [option.fee_cents for option in plan.placements]
    assert fees == sorted(fees, reverse=True)
    assert fees[-1] == 0


def test_a_confirmed_placement_gets_fba_numbers_and_cannot_be_changed(simulation):
    world = simulation.world
    plan = _plan(simulation)
    simulation.do("offer_placement", plan_id=plan.plan_id)
    before = world.fba_inbound_units(FBA_US)["working"].sum()
    simulation.do("accept_placement", plan_id=plan.plan_id, placement_id=plan.placements[1].placement_id)
    assert world.fba_inbound_units(FBA_US)["working"].sum() == before + 50
    with pytest.raises(UnableToDo, match="is confirmed"):
        simulation.do("accept_placement", plan_id=plan.plan_id, placement_id=plan.placements[0].placement_id)


def test_goods_that_name_an_fba_number_are_received_under_it(simulation):
    world = simulation.world
    plan = _plan(simulation, units=3)
    simulation.do("offer_placement", plan_id=plan.plan_id)
    simulation.do("accept_placement", plan_id=plan.plan_id, placement_id=plan.placements[0].placement_id)
    record = plan.chosen().shipments[0].record
    _send(simulation, reference=record.confirmation_id)
    simulation.do("advance", seconds=60 * DAY)
    assert world.fba_status(record) == "CLOSED"
    assert world.fba_received(record).sum() > 0


def test_awd_feeds_fba(simulation):
    world = simulation.world
    stock = world.places.units[AWD]
    msku = next(msku for (fba, msku), item in world.fba_listing.items() if fba == FBA_US and stock[item.parts[0][0]])
    order = simulation.do("create_replenishment", items={msku: 4}, confirm=True)
    simulation.do("advance", seconds=40 * DAY)
    assert world.replenishment_status(order) == "SUCCESS"
    assert world.places.units.sum() == 0
    assert world.places.stock(FBA_US, AVAILABLE).min() >= 0
