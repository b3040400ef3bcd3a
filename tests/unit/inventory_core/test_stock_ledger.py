"""Stock in warehouses: opening, counting, moving, receiving purchases; every movement has two ends."""

from __future__ import annotations

from typing import Any

import pytest

from inventory_core.bootstrap import Core
from inventory_core.errors import Malformed
from inventory_core.stock_ledger import commands, handlers
from inventory_core.stock_ledger.model import Condition, PlaceKind, StockKey, warehouse_bin
from inventory_core.verification import verify
from tests.core_builders import AT, sender, stocked


def units(sku: str = "CHAIR", count: int = 1, **fields: Any) -> commands.MovedUnits:
    return commands.MovedUnits(sku=sku, units=count, **fields)


def counted(core: Core, *counts: commands.BinUnits, warehouse_id: str = "cn_main", reason: str = "stocktake") -> None:
    core.execute(commands.CountStock(**sender("wim"), reason=reason, warehouse_id=warehouse_id, counts=counts))


def moved(core: Core, kind: str, *moves: commands.MovedUnits, warehouse_id: str = "cn_main") -> None:
    core.execute(commands.MoveStock(**sender("wim"), kind=kind, warehouse_id=warehouse_id, moves=moves))


def key(sku: str, bin_id: str = "", lot: str = "", condition: Condition = Condition.GOOD) -> StockKey:
    return StockKey(place=warehouse_bin("cn_main", bin_id), sku=sku, lot=lot, condition=condition)


class TestOpening:
    def test_from_then_on_the_ledger_keeps_the_warehouse(self, core: Core) -> None:
        assert core.queries.free_stock("cn_main", skus=["CHAIR"]) is None
        stocked(core, CHAIR=100, LAMP=0)
        assert core.queries.balances(warehouse_id="cn_main") == {key("CHAIR"): 100}
        free = core.queries.free_stock("cn_main", skus=["CHAIR", "LAMP"])
        assert free is not None
        assert (free["CHAIR"].free_units, free["LAMP"].free_units) == (100, 0)
        [movement] = core.queries.movements()
        assert (movement.movement.from_place.place_kind, movement.at) == (PlaceKind.ADJUSTMENT, AT)

    def test_once(self, core: Core) -> None:
        stocked(core, CHAIR=100)
        with pytest.raises(handlers.UnableToOpenStock, match="cn_main was opened on 2026-11-02: count its stock"):
            stocked(core, CHAIR=7)

    def test_what_moved_before_is_settled(self, core: Core) -> None:
        """Sold 5 while nobody kept the stock; opened with 60: 60 are there, not 55."""
        moved(core, "sale", units(count=5))
        moved(core, "put_away", units("LAMP", 2, to_bin_id="A-1"))
        stocked(core, CHAIR=60)
        assert core.queries.balances(warehouse_id="cn_main") == {key("CHAIR"): 60}
        assert verify(core).is_sound

    def test_unknown_warehouses_and_products_are_named_at_once(self, core: Core) -> None:
        with pytest.raises(handlers.UnableToOpenStock) as refused:
            stocked(core, "moon", SOFA=1, CHAIR=2, DESK=3)
        assert [problem.split(" is ")[0] for problem in refused.value.problems] == [
            "warehouse moon",
            "product SOFA",
            "product DESK",
        ]


class TestCounting:
    def test_the_difference_becomes_a_movement_with_the_reason(self, core: Core) -> None:
        stocked(core, CHAIR=100, LAMP=10)
        counted(core, commands.BinUnits(sku="CHAIR", units=97), commands.BinUnits(sku="LAMP", units=12))
        assert core.queries.balances(warehouse_id="cn_main") == {key("CHAIR"): 97, key("LAMP"): 12}
        entry = core.queries.journal()[-1]
        assert (entry.event_type, entry.reason) == ("StockCounted", "stocktake")
        assert [
            (one.movement.sku, one.movement.units, one.movement.to_place.place_kind)
            for one in core.queries.movements()
            if one.entry_sequence == entry.sequence
        ] == [("CHAIR", 3, PlaceKind.ADJUSTMENT), ("LAMP", 2, PlaceKind.WAREHOUSE)]

    def test_a_count_without_difference_is_an_assertion_too(self, core: Core) -> None:
        stocked(core, CHAIR=100)
        counted(core, commands.BinUnits(sku="CHAIR", units=100))
        assert core.queries.journal()[-1].event_type == "StockCounted"
        assert len(core.queries.movements()) == 1

    def test_what_is_not_named_is_not_counted(self, core: Core) -> None:
        stocked(core, CHAIR=100, LAMP=10)
        counted(core, commands.BinUnits(sku="LAMP", units=0))
        assert core.queries.balances(warehouse_id="cn_main") == {key("CHAIR"): 100}

    def test_an_unopened_warehouse_has_nothing_to_differ_from(self, core: Core) -> None:
        with pytest.raises(handlers.UnableToCountStock, match="set its opening stock first"):
            counted(core, commands.BinUnits(sku="LAMP", units=0))

    def test_why_is_required(self, core: Core) -> None:
        with pytest.raises(Malformed, match="reason"):
            counted(core, commands.BinUnits(sku="LAMP", units=0), reason=" ")


class TestMoving:
    def test_put_away_changes_the_bin_only(self, core: Core) -> None:
        stocked(core, CHAIR=100)
        moved(core, "put_away", units(count=30, to_bin_id="A-1"), units(count=20, to_bin_id="B-2"))
        assert core.queries.balances(warehouse_id="cn_main") == {
            key("CHAIR"): 50,
            key("CHAIR", "A-1"): 30,
            key("CHAIR", "B-2"): 20,
        }

    @pytest.mark.parametrize("kind", ["put_away", "sale", "scrap", "loss"])
    def test_nobody_takes_what_is_not_there(self, core: Core, kind: str) -> None:
        stocked(core, CHAIR=3)
        to_bin = {"to_bin_id": "B"} if kind == "put_away" else {}
        with pytest.raises(handlers.UnableToMoveStock, match=r"4 wanted of good CHAIR in warehouse cn_main, .* has 3"):
            moved(core, kind, units(count=2, **to_bin), units(count=2, **to_bin))

    def test_what_was_lost_is_found_again_but_no_more(self, core: Core) -> None:
        stocked(core, CHAIR=10)
        moved(core, "loss", units(count=4))
        moved(core, "found", units(count=3))
        assert core.queries.balances(warehouse_id="cn_main") == {key("CHAIR"): 9}
        with pytest.raises(handlers.UnableToMoveStock, match="in lost cn_main, where the ledger has 1"):
            moved(core, "found", units(count=2))

    def test_returns_may_come_back_damaged(self, core: Core) -> None:
        stocked(core, CHAIR=10)
        moved(core, "customer_return", units(condition="damaged"))
        moved(core, "scrap", units(condition="damaged"))
        assert core.queries.balances(warehouse_id="cn_main") == {key("CHAIR"): 10}

    @pytest.mark.parametrize(
        "fields",
        [
            {"kind": "teleport", "moves": (units(),)},
            {"kind": "sale", "moves": ()},
            {"kind": "sale", "moves": (units(to_bin_id="A"),)},
            {"kind": "put_away", "moves": (units(bin_id="A", to_bin_id="A"),)},
        ],
    )
    def test_moves_that_mean_nothing_are_malformed(self, fields: dict[str, Any]) -> None:
        with pytest.raises(Malformed):
            commands.MoveStock(**sender("wim"), warehouse_id="cn_main", **fields)

    def test_units_are_whole_and_at_least_one(self) -> None:
        for wrong in (0, -1, 1.5, True):
            with pytest.raises(Malformed):
                units(count=wrong)  # type: ignore[arg-type]


def test_a_purchase_is_received_in_parts_with_lots(core: Core) -> None:
    stocked(core, CHAIR=10)
    for count, lot in ((30, "2026-09"), (20, "2026-10")):
        core.execute(
            commands.ReceivePurchase(
                **sender("wim"),
                warehouse_id="cn_main",
                purchase_order_id="PO-1",
                supplier_id="factory",
                lines=(units(count=count, lot=lot, bin_id="IN"), units("LAMP", 1, condition="damaged")),
            )
        )
    assert core.queries.balances(warehouse_id="cn_main") == {
        key("CHAIR"): 10,
        key("CHAIR", "IN", "2026-09"): 30,
        key("CHAIR", "IN", "2026-10"): 20,
        key("LAMP", condition=Condition.DAMAGED): 2,
    }
    free = core.queries.free_stock("cn_main", skus=["CHAIR", "LAMP"])
    assert free is not None
    assert (free["CHAIR"].on_hand_units, free["LAMP"].on_hand_units) == (60, 0), "damaged units are not free"
    totals: dict[str, int] = {}
    for stock_key, count in core.queries.balances().items():
        totals[stock_key.sku] = totals.get(stock_key.sku, 0) + count
    assert set(totals.values()) == {0}, "units are conserved over all places"
    assert verify(core).is_sound
