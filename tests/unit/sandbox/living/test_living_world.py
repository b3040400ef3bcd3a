"""The days after the history: time, customers, repeatability."""

from __future__ import annotations

import subprocess
import sys
import threading

import numpy as np
import pytest

from sandbox.living.journal import UnableToOpenWorld
from sandbox.living.ledger import ledger
from sandbox.living.simulation import Simulation
from sandbox.living.world import CANCELLED, SENT, WAITING, UnableToDo, instant
from sandbox.parameters import Parameters
from sandbox.places import AVAILABLE
from sandbox.truth import truth
from sandbox.world import live
from tests.unit.sandbox.living.conftest import DAY, PARAMETERS


def test_history_is_the_samples_history(simulation):
    sample = live(PARAMETERS)
    days = PARAMETERS.days
    assert (simulation.world.places.evenings[:days] == sample.places.evenings).all()
    lines = len(sample.wanted.day)
    assert (simulation.world.line_units[:lines] == sample.line_units).all()


def test_only_advance_moves_the_clock(simulation):
    before = ledger(simulation.world)
    simulation.do("set_habit", is_on=False)
    assert ledger(simulation.world) == before
    simulation.do("advance", seconds=3600)
    assert simulation.world.now - simulation.world.morning(PARAMETERS.days) == 3600


def test_time_does_not_go_back(simulation):
    with pytest.raises(UnableToDo, match="time does not go back"):
        simulation.do("advance", seconds=-1)
    assert list(simulation.journal.commands()) == []


def test_equal_commands_make_an_equal_world(simulation, tmp_path):
    listing = int(np.flatnonzero(simulation.world.is_merchant)[0])
    simulation.do("push", pushes=[(listing, 3)])
    simulation.do("advance", seconds=DAY + 7)
    simulation.do("set_habit", is_on=True)
    simulation.do("advance", seconds=5 * DAY)
    lived = ledger(simulation.world)
    simulation.close()
    again = Simulation(tmp_path / "world", parameters=PARAMETERS)
    assert ledger(again.world) == lived
    again.close()


def test_many_steps_are_one_long_step(simulation, tmp_path):
    for _ in range(24):
        simulation.do("advance", seconds=7200)
    other = Simulation(tmp_path / "other", parameters=PARAMETERS)
    other.do("advance", seconds=2 * DAY)
    assert ledger(other.world) == ledger(simulation.world)
    other.close()


def test_units_are_conserved_over_a_month(simulation):
    simulation.do("set_habit", is_on=True)
    for _ in range(30):
        simulation.do("advance", seconds=DAY)
    units = simulation.world.places.units
    assert (units.sum(axis=0) == 0).all()
    assert (units[1:] >= 0).all()
    assert simulation.world.line_units[simulation.world.line_created > simulation.world.morning(PARAMETERS.days)].any()
    assert truth(simulation.world)["places"]["in_transit"] == int(units[2].sum())


def test_orders_are_ordered_then_sent_or_cancelled_next_morning(simulation):
    simulation.do("advance", seconds=3 * DAY)
    world = simulation.world
    got = world.line_units > 0
    recent = got & (world.line_created >= world.morning(PARAMETERS.days))
    assert set(np.unique(world.line_status[recent])) <= {WAITING, SENT, CANCELLED}
    waiting = recent & (world.line_status == WAITING)
    assert (world.line_created[waiting] > world.now - 2 * DAY).all()
    assert (world.line_updated[got] <= world.now).all()
    assert (world.line_created[got] <= world.line_updated[got]).all()


def test_one_process_owns_a_world(simulation, tmp_path):
    with pytest.raises(UnableToOpenWorld, match="another process runs the world"):
        Simulation(tmp_path / "world", parameters=PARAMETERS)


def test_a_folder_keeps_its_parameters(simulation, tmp_path):
    simulation.close()
    with pytest.raises(UnableToOpenWorld, match="was made from"):
        Simulation(tmp_path / "world", parameters=Parameters(seed=6, products=12, months=4))


def test_a_refused_command_is_not_journaled(simulation):
    listing = int(np.flatnonzero(~simulation.world.is_merchant)[0])
    with pytest.raises(UnableToDo, match="fulfilled by Amazon"):
        simulation.do("push", pushes=[(listing, 3)])
    assert list(simulation.journal.commands()) == []


def _merchant_listing(world) -> int:
    daily = np.array([item.daily_orders for item in world.catalog.listings])
    return int(np.argmax(np.where(world.is_merchant, daily, -1)))


def test_a_shop_sells_what_was_pushed_and_no_more(simulation):
    world = simulation.world
    listing = _merchant_listing(world)
    simulation.do("push", pushes=[(listing, 0)])
    simulation.do("advance", seconds=5 * DAY)
    rows = (world.wanted.listing == listing) & (world.line_created >= world.morning(PARAMETERS.days))
    assert rows.any()
    assert world.line_units[rows].sum() == 0


def test_a_quantity_pushed_too_high_is_oversold_with_that_reason(simulation):
    world = simulation.world
    listing = _merchant_listing(world)
    free = world.free_units(listing)
    simulation.do("push", pushes=[(listing, free + 10_000)])
    for _ in range(60):
        simulation.do("advance", seconds=DAY)
        if any(item.listing == listing for item in world.oversold):
            break
    reasons = {item.reason for item in world.oversold if item.listing == listing}
    assert reasons == {"pushed_too_high"}
    assert (world.places.stock(world.catalog.listings[listing].warehouse, AVAILABLE) >= 0).all()


def test_instants_are_utc(simulation):
    assert instant(simulation.world.now).isoformat() == f"{PARAMETERS.as_of}T08:00:00+00:00"


def test_who_pushes_the_truth_before_each_step_is_never_blamed(simulation):
    world = simulation.world
    merchant = np.flatnonzero(world.is_merchant).tolist()
    for _ in range(60):
        simulation.do("push", pushes=[(listing, world.free_units(listing)) for listing in merchant])
        simulation.do("advance", seconds=DAY)
    assert {item.reason for item in world.oversold} <= {"no_chance"}


def _empty(simulation, listing: int) -> None:
    """Send away all that a listing is sold from, for another customer of the warehouse."""
    world = simulation.world
    item = world.catalog.listings[listing]
    product = world.catalog.products[item.parts[0][0]]
    units = int(world.places.stock(item.warehouse)[product.index])
    simulation.do(
        "send_out",
        warehouse=item.warehouse,
        lane=None,
        reference="all",
        waybill="",
        lines={product.sku: units},
        told={},
    )


@pytest.mark.parametrize(("is_pushed", "reason"), [(True, "push_late"), (False, "never_pushed")])
def test_who_does_not_push_when_goods_go_is_blamed(simulation, is_pushed, reason):
    world = simulation.world
    listing = _merchant_listing(world)
    if is_pushed:
        simulation.do("push", pushes=[(listing, world.free_units(listing))])
    assert world.shown[listing] > 0
    _empty(simulation, listing)
    for _ in range(40):
        simulation.do("advance", seconds=DAY)
        if any(item.listing == listing for item in world.oversold):
            break
    assert {item.reason for item in world.oversold if item.listing == listing} == {reason}


def test_a_world_that_was_killed_is_what_it_had_answered(tmp_path):
    code = (
        "import os, sys, pathlib\n"
        "from sandbox.living.simulation import Simulation\n"
        "from sandbox.parameters import Parameters\n"
        "world = Simulation(pathlib.Path(sys.argv[1]), parameters=Parameters(seed=5, products=12, months=4))\n"
        "world.do('advance', seconds=86_400)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    died = subprocess.run([sys.executable, "-c", code, tmp_path / "killed"], check=False)
    assert died.returncode == -9
    again = Simulation(tmp_path / "killed", parameters=PARAMETERS)
    assert again.world.now == again.world.morning(PARAMETERS.days + 1)
    again.close()


def test_of_many_pushes_all_are_taken_or_none(simulation):
    merchant, amazons = _merchant_listing(simulation.world), int(np.flatnonzero(~simulation.world.is_merchant)[0])
    before = simulation.world.shown.copy()
    with pytest.raises(UnableToDo):
        simulation.do("push", pushes=[(merchant, 1), (amazons, 1)])
    assert (simulation.world.shown == before).all()


def test_many_threads_lose_no_command(simulation):
    merchant = _merchant_listing(simulation.world)

    def push(number: int) -> None:
        for units in range(25):
            simulation.do("push", pushes=[(merchant, number * 100 + units)])

    threads = [threading.Thread(target=push, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    commands = [body["pushes"][0][1] for _, body in simulation.journal.commands()]
    assert commands == [item.units for item in simulation.world.pushes]
    assert len(commands) == 150
