"""Running counts, count lists and lines about stock: what is read, kept, compared and refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app_streamlit.i18n import Language
from app_streamlit.view_models import receiving, warehouse_stock
from app_streamlit.view_models.receiving import CountKey, Scan, Stamp, Tally
from app_streamlit.view_models.rows import rows_of
from inventory_core.bootstrap import Core
from inventory_core.errors import Malformed
from inventory_core.receiving.commands import CountedUnits
from inventory_core.stock_ledger.model import Condition, StockKey, warehouse_bin
from inventory_core.transfer_orders.shipment_commands import DispatchShipment
from tests.core_builders import approved, memory_core, sender

ENGLISH, CHINESE = Language("en"), Language("zh")
GOOD, DAMAGED = CountKey("CHAIR"), CountKey("CHAIR", "damaged", "B-2", "L7")


def expected(core: Core) -> receiving.Expected:
    """A shipment of 40 chairs under way."""
    core.execute(DispatchShipment(**sender("wim"), transfer_order_id=approved(core), waybill="WB-1"))
    (one,) = receiving.expected(core.queries.transfer_orders())
    return one


def test_a_count_adds_up_is_corrected_and_survives_being_kept() -> None:
    tally = Tally("count-1", "TO-1-S1").added(GOOD, 1).added(GOOD, 2).added(DAMAGED, 1).seen("field", 3)
    assert (tally.total, tally.units[GOOD]) == (4, 3)
    assert receiving.tally_of_text(tally.text()) == tally
    assert tally.corrected(GOOD, 5).total == 6
    assert tally.corrected(DAMAGED, 0).units == {GOOD: 3}
    assert tally.counts()[1] == CountedUnits(code="CHAIR", units=1, condition="damaged", bin_id="B-2", lot="L7")


def test_a_scan_that_the_field_repeats_is_counted_once() -> None:
    scans = [Scan(number, "CHAIR", Stamp()) for number in (2, 1, 3)]
    tally = Tally("count-1").seen("field", 1)
    assert [scan.number for scan in tally.unseen("field", scans)] == [2, 3]
    # A page that was opened anew has another field, whose numbers begin again.
    assert [scan.number for scan in tally.unseen("new field", scans)] == [1, 2, 3]


def test_what_the_field_sends_is_read_with_the_condition_that_stood_on_it() -> None:
    sent = {
        "instance": "field",
        "scans": [{"number": 1, "code": "CHAIR", "condition": "damaged", "bin_id": "B-2", "lot": "", "units": 6}],
    }
    assert receiving.scans_of(sent) == ("field", [Scan(1, "CHAIR", Stamp("damaged", "B-2", "", 6))])
    assert receiving.scans_of(None) == ("", [])


def test_a_count_list_is_read_with_its_optional_columns() -> None:
    content = "\ufeffCode,Units,Condition,Bin\nCHAIR,12,,A-1\nTABLE,1,damaged,\n".encode()
    assert receiving.parse_count_list(content) == [
        (CountKey("CHAIR", "good", "A-1"), 12),
        (CountKey("TABLE", "damaged"), 1),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no lines"),
        (b"code,units\nCHAIR,half\n", "line 2: needs a code and whole units"),
        (b"code,units\nCHAIR,0\n", "line 2: units of CHAIR"),
        (b"code,units,condition\nCHAIR,1,wet\n", "line 2: condition of CHAIR"),
        (b"\xff\xfe", "not UTF-8"),
        (b"x" * (receiving.LIST_BYTES + 1), "more than"),
        (b"code,units\n" + b"A,1\n" * (receiving.LIST_ROWS + 1), "more than 10,000 lines"),
    ],
)
def test_a_count_list_that_cannot_be_read_is_refused_in_words(content: bytes, problem: str) -> None:
    with pytest.raises(Malformed, match=problem):
        receiving.parse_count_list(content)


def test_expected_shipments_are_those_under_way_and_hide_the_plan_where_counting_is_blind() -> None:
    core = memory_core()
    one = expected(core)
    (row,) = rows_of(receiving.expected_rows([one], blind_warehouses=[], text=ENGLISH, time_zone="UTC"))
    assert (row["units"], row["counted_units"], row["waybill"]) == (40, 0, "WB-1")
    (blind,) = rows_of(
        receiving.expected_rows([one], blind_warehouses=[one.order.destination_id], text=ENGLISH, time_zone="UTC")
    )
    assert blind["units"] is None
    everything = core.queries.transfer_orders()
    assert receiving.expected(everything, warehouse_id="elsewhere") == []
    assert receiving.expected(everything, warehouse_id=one.order.destination_id) == [one]


def test_the_comparison_says_what_is_short_over_or_wrong() -> None:
    core = memory_core()
    one = expected(core)
    number = one.order.document_number

    def verdicts(*counts: CountedUnits) -> dict[str, tuple[int, str]]:
        frame = receiving.comparison(one, core.queries.read_codes(number, counts), text=ENGLISH)
        return {row["sku"]: (row["difference"], row["verdict"]) for row in rows_of(frame)}

    assert verdicts() == {"CHAIR": (-40, "40 short")}
    damaged = CountedUnits(code="CHAIR", units=1, condition="damaged")
    assert verdicts(CountedUnits(code="CHAIR", units=39), damaged) == {"CHAIR": (0, "Complete")}
    assert verdicts(CountedUnits(code="CHAIR", units=41)) == {"CHAIR": (1, "1 over")}
    other = next(sku for sku in core.queries.catalog().products if sku != "CHAIR")
    assert verdicts(CountedUnits(code=other, units=2))[other] == (2, "Wrong product")


def test_the_running_count_shows_its_last_line_first_and_stays_bounded() -> None:
    tally = Tally("count-1").added(GOOD, 1).added(DAMAGED, 2).added(GOOD, 1)
    assert [row["units"] for row in rows_of(receiving.count_rows(tally, text=CHINESE))] == [2, 2]
    assert receiving.count_rows(tally, text=CHINESE)["condition"].to_list() == ["完好", "破损"]
    many = replace(tally, units={CountKey(f"C{number}"): 1 for number in range(5_000)})
    assert len(receiving.count_rows(many, text=ENGLISH)) == receiving.LINE_LIMIT
    assert receiving.key_words(DAMAGED, ENGLISH) == "CHAIR · Damaged · B-2 · L7"


def test_lines_about_stock_are_read_as_written_and_as_pasted() -> None:
    first, second = warehouse_stock.counted_lines("CHAIR, 12, A-1, L7, damaged\n\nTABLE\t0")
    assert (first.sku, first.units, first.bin_id, first.lot, first.condition) == ("CHAIR", 12, "A-1", "L7", "damaged")
    assert (second.sku, second.units, second.condition) == ("TABLE", 0, "good")
    assert warehouse_stock.moved_lines("CHAIR; 3")[0].units == 3


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("CHAIR", "line 1: pass SKU, whole units"),
        ("\nCHAIR, 1.5", "line 2: pass SKU, whole units"),
        ("CHAIR, 1, a, b, wet", "line 1: condition must be"),
        ("CHAIR, 1, a, b, good, more", "line 1"),
        (", 1", "line 1: sku"),
        ("A, 1\n" * (warehouse_stock.LINE_LIMIT + 1), "at most 10,000"),
    ],
)
def test_a_line_about_stock_that_cannot_be_read_is_refused_in_words(written: str, problem: str) -> None:
    with pytest.raises(Malformed, match=problem):
        warehouse_stock.counted_lines(written)


def test_arriving_goods_are_at_least_one_unit_a_line() -> None:
    with pytest.raises(Malformed, match="line 1: units of CHAIR"):
        warehouse_stock.moved_lines("CHAIR, 0")


def test_balances_are_searched_and_bounded() -> None:
    damaged = StockKey(place=warehouse_bin("cn", "B-2"), sku="CHAIR", lot="L7", condition=Condition.DAMAGED)
    balances = {damaged: 2, StockKey(place=warehouse_bin("cn"), sku="TABLE"): 5}
    (found,) = warehouse_stock.matching(balances, needle="b-2")
    assert found == (damaged, 2)
    assert warehouse_stock.key_words(*found, ENGLISH) == "CHAIR · B-2 · L7 · Damaged · 2"
    many = {StockKey(place=warehouse_bin("cn"), sku=f"S{number}"): 1 for number in range(5_000)}
    rows = warehouse_stock.balance_rows(warehouse_stock.matching(many, needle=""), ENGLISH)
    assert len(rows) == warehouse_stock.LIMIT
