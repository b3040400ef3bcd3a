"""Whatever a world is told, in whatever order: units stay whole, and its journal makes it again."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.living.ledger import ledger
from sandbox.living.simulation import Simulation
from sandbox.living.world import UnableToDo
from sandbox.network import FBA_DE, FBA_US, LANES
from sandbox.parameters import Parameters
from sandbox.places import SUPPLIER

PARAMETERS = Parameters(seed=3, products=10, months=3)
numbers = st.integers(0, 10**6)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("advance"), st.integers(0, 12 * 86_400), numbers),
        st.tuples(
            st.sampled_from(("push", "send", "cancel", "expect", "unexpect", "plan", "feed", "habit")), numbers, numbers
        ),
    ),
    max_size=14,
)


def _tell(simulation: Simulation, what: str, first: int, second: int) -> None:
    """One thing, made from two numbers; the world may refuse it in words."""
    world, do = simulation.world, simulation.do
    products = world.catalog.products
    sku = products[first % len(products)].sku
    if what == "advance":
        do("advance", seconds=first)
    elif what == "push":
        do("push", pushes=[(first % len(world.catalog.listings), second % 90)])
    elif what == "send":
        lane = LANES[second % len(LANES)]
        lines = {sku: first % 40 + 1}
        references = [f"R{second}", *world.fba_shipments]
        reference = references[first % len(references)]
        do("send_out", warehouse=lane.origin, lane=lane.index, reference=reference, waybill="", lines=lines, told={})
    elif what in {"cancel", "unexpect"}:
        known = list(world.outbounds if what == "cancel" else world.inbounds) or ["none"]
        do("cancel_outbound" if what == "cancel" else "cancel_inbound", number=known[first % len(known)])
    elif what == "expect":
        boxes = [{"boxCount": 1, "details": []}]
        do(
            "expect",
            warehouse=3,
            number=f"I{second}",
            waybill="",
            reference=f"R{second}",
            boxes=boxes,
            lines={sku: 3},
            told={},
        )
    elif what == "plan":
        _plan(simulation, fba=(FBA_US, FBA_DE)[first % 2], units=second % 60 + 1)
    elif what == "feed":
        sku = next(sku for fba, sku in world.fba_listing if fba == FBA_US)
        do("create_replenishment", items={sku: first % 300 + 1}, confirm=bool(second % 2))
    else:
        do("set_habit", is_on=bool(first % 2))


def _plan(simulation: Simulation, *, fba: int, units: int) -> None:
    world, do = simulation.world, simulation.do
    msku = next(sku for place, sku in world.fba_listing if place == fba)
    plan, _ = do("create_plan", fba=fba, marketplace="M", name="", source={}, items=[{"msku": msku, "quantity": units}])
    do("offer_placement", plan_id=plan.plan_id)
    option = plan.placements[units % len(plan.placements)]
    assert sum(sum(shipment.items.values()) for shipment in option.shipments) == units
    do("accept_placement", plan_id=plan.plan_id, placement_id=option.placement_id)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=steps)
def test_units_stay_whole_and_the_journal_makes_the_world_again(steps):
    with tempfile.TemporaryDirectory() as folder:
        simulation = Simulation(Path(folder), parameters=PARAMETERS)
        for what, first, second in steps:
            before = len(list(simulation.journal.commands()))
            try:
                _tell(simulation, what, first, second)
            except UnableToDo:
                told = len(list(simulation.journal.commands()))
                assert told <= before + 2, "a refused command was kept"
            units = simulation.world.places.units
            assert (units.sum(axis=0) == 0).all()
            assert (np.delete(units, SUPPLIER, axis=0) >= 0).all()
            assert (simulation.world.shown >= 0).all()
        lived = ledger(simulation.world)
        simulation.close()
        again = Simulation(Path(folder), parameters=PARAMETERS)
        assert ledger(again.world) == lived
        again.close()
