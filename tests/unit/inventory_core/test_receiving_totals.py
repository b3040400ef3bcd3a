"""Receipts that say how much came so far, as FBA and many warehouses tell it: only what is new counts."""

from __future__ import annotations

from typing import Any

import pytest

from inventory_core.bootstrap import Core
from inventory_core.commands import Outcome
from inventory_core.receiving.commands import CloseTransferOrder, CountedUnits, RecordReceipt, ResolveDiscrepancy
from inventory_core.transfer_orders.shipment_commands import DispatchShipment
from inventory_core.transfer_orders.shipments import Shipment
from inventory_core.verification import verify
from tests.core_builders import approved, line, sender, stocked


@pytest.fixture
def number(core: Core) -> str:
    """An order of 40 chairs and 10 lamps, all of it on its way in one shipment."""
    stocked(core, CHAIR=100, LAMP=50)
    number = approved(core, lines=(line("CHAIR", 40), line("LAMP", 10)))
    core.execute(DispatchShipment(**sender("wim"), transfer_order_id=number, waybill="FBA1"))
    return number


def told(core: Core, number: str, *, damaged: int = 0, is_complete: bool = False, **units: int) -> Outcome:
    """The carrier's or Amazon's message of how much of the shipment came so far."""
    counts = [CountedUnits(code=sku, units=total) for sku, total in units.items()]
    if damaged:
        counts.append(CountedUnits(code="CHAIR", units=damaged, condition="damaged"))
    content: dict[str, Any] = {"counts": tuple(counts), "is_complete": is_complete, "are_totals": True}
    return core.execute(RecordReceipt(**sender("wim"), transfer_order_id=number, **content))


def shipment(core: Core, number: str) -> Shipment:
    [found] = core.queries.transfer_order(number).order.shipments
    return found


def good_units(core: Core, number: str) -> dict[str, int]:
    return {one.sku: one.good_units for one in shipment(core, number).lines}


def test_a_growing_total_counts_once(core: Core, number: str) -> None:
    for chairs in (10, 10, 25, 25, 25, 40):
        told(core, number, CHAIR=chairs)
    assert good_units(core, number) == {"CHAIR": 40, "LAMP": 0}
    assert len([one for one in core.queries.journal() if one.event_type == "ReceiptRecorded"]) == 3
    assert verify(core).is_sound


def test_a_total_and_a_scan_of_the_same_units_do_not_double(core: Core, number: str) -> None:
    scanned = (CountedUnits(code="CHAIR", units=15),)
    core.execute(RecordReceipt(**sender("wim"), transfer_order_id=number, counts=scanned))
    told(core, number, CHAIR=40, LAMP=10)
    assert good_units(core, number) == {"CHAIR": 40, "LAMP": 10}
    assert shipment(core, number).status == "received"


def test_a_total_above_what_left_is_a_surplus(core: Core, number: str) -> None:
    told(core, number, CHAIR=43)
    [chairs] = [one for one in shipment(core, number).lines if one.sku == "CHAIR"]
    assert (chairs.good_units, chairs.over_units, chairs.in_transit_units) == (43, 3, 0)


def test_good_and_damaged_have_totals_of_their_own(core: Core, number: str) -> None:
    told(core, number, CHAIR=30, damaged=2)
    told(core, number, CHAIR=31, damaged=2)
    [chairs] = [one for one in shipment(core, number).lines if one.sku == "CHAIR"]
    assert (chairs.good_units, chairs.damaged_units, chairs.in_transit_units) == (31, 2, 7)


def test_a_total_that_falls_takes_nothing_back_and_says_so(core: Core, number: str) -> None:
    told(core, number, CHAIR=20)
    outcome = told(core, number, CHAIR=18)
    [note] = outcome.notes
    assert note.startswith("18 CHAIR in total, but 20 were recorded before: nothing is taken back")
    assert good_units(core, number)["CHAIR"] == 20


def test_the_last_message_ends_receiving_even_with_nothing_new(core: Core, number: str) -> None:
    told(core, number, CHAIR=38, LAMP=10)
    assert shipment(core, number).status == "dispatched"
    told(core, number, CHAIR=38, LAMP=10, is_complete=True)
    assert shipment(core, number).status == "received"
    lost = {"shipment_id": "FBA1", "sku": "CHAIR", "kind": "short", "units": 2, "resolution": "lost"}
    core.execute(ResolveDiscrepancy(**sender("sam"), transfer_order_id=number, **lost))
    core.execute(CloseTransferOrder(**sender("pia"), transfer_order_id=number))
    version = core.queries.transfer_order(number).order.version
    told(core, number, CHAIR=38, LAMP=10, is_complete=True)
    assert core.queries.transfer_order(number).order.version == version, "an old message does not reopen the order"
    told(core, number, CHAIR=39, LAMP=10)
    assert core.queries.transfer_order(number).order.status == "receiving", "a chair was found, and that reopens it"


def test_a_unit_told_as_damaged_after_it_was_told_as_good_is_the_same_unit(core: Core, number: str) -> None:
    told(core, number, CHAIR=39)
    outcome = told(core, number, CHAIR=37, damaged=2)
    [chairs] = [one for one in shipment(core, number).lines if one.sku == "CHAIR"]
    assert (chairs.good_units, chairs.damaged_units, chairs.over_units, chairs.in_transit_units) == (39, 0, 0, 1)
    assert "told in another condition now" in outcome.notes[0]


def test_damage_that_was_a_wrong_count_does_not_double_when_the_total_catches_up(core: Core, number: str) -> None:
    told(core, number, CHAIR=38, damaged=2)
    wrong = {"shipment_id": "FBA1", "sku": "CHAIR", "kind": "damaged", "units": 2}
    resolution = {**wrong, "resolution": "miscounted_at_destination"}
    core.execute(ResolveDiscrepancy(**sender("sam"), transfer_order_id=number, **resolution))
    told(core, number, CHAIR=40)
    assert good_at_destination(core) == 40


def test_missing_units_that_were_a_wrong_count_do_not_double_when_the_total_catches_up(core: Core, number: str) -> None:
    told(core, number, CHAIR=38, LAMP=10, is_complete=True)
    wrong = {"shipment_id": "FBA1", "sku": "CHAIR", "kind": "short", "units": 2}
    resolution = {**wrong, "resolution": "miscounted_at_destination"}
    core.execute(ResolveDiscrepancy(**sender("sam"), transfer_order_id=number, **resolution))
    told(core, number, CHAIR=40, LAMP=10)
    assert good_at_destination(core) == 40


def test_bins_of_a_total_keep_their_units(core: Core, number: str) -> None:
    counts = (CountedUnits(code="CHAIR", units=15, bin_id="b1"), CountedUnits(code="CHAIR", units=25, bin_id="b2"))
    content = {"transfer_order_id": number, "counts": counts, "are_totals": True}
    core.execute(RecordReceipt(**sender("wim"), **content))
    core.execute(RecordReceipt(**sender("wim"), **content))
    found = core.queries.balances(warehouse_id="fba_us")
    assert {key.place.bin_id: units for key, units in found.items()} == {"b1": 15, "b2": 25}


def good_at_destination(core: Core) -> int:
    found = core.queries.balances(warehouse_id="fba_us")
    return sum(units for key, units in found.items() if (key.sku, key.condition) == ("CHAIR", "good"))
