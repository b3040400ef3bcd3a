"""A file that looks like a lie of its source is held: the figures before it stay until a person releases it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.landing.extraction import Extraction, held, release

from .conftest import Scene

STOCK = """
entity = "stock_snapshots"
duplicates = { keep = "last" }
[columns]
snapshot_date = { from = "day", format = "%d.%m.%Y" }
warehouse_id = "place"
sku = "sku"
available_units = "units"
"""
ORDERS = """
entity = "order_lines"
duplicates = { keys = ["order_id", "order_line_id"], keep = "last" }
[columns]
shop_id = "shop"
order_id = "id"
order_line_id = "id"
sku = "sku"
units = "units"
revenue_amount = "amount"
revenue_currency = "currency"
ordered_at = { from = "at", format = "%Y-%m-%d", time_zone = "UTC" }
"""
Units = Callable[[int], int]


@pytest.fixture
def stock(scene: Scene) -> Scene:
    """A feed of stock: one file an evening."""
    scene.feed("stock", "stock/*.csv", STOCK)
    return scene


def _evening(scene: Scene, day: int, goods: range, *, units: Units = lambda n: n + 1, place: str = "w1") -> None:
    rows = "".join(f"{day:02}.11.2026,{place},S{n},{units(n)}\n" for n in goods)
    scene.write(f"stock/2026-11-{day:02}.csv", f"day,place,sku,units\n{rows}")


def _landed(scene: Scene) -> dict[str, Extraction]:
    return {extraction.source: extraction for extraction in scene.land()}


def _rules(scene: Scene, source: str) -> list[str]:
    return [problem.rule for problem in _landed(scene)[source].problems]


def _shown(scene: Scene) -> list[tuple[object, ...]]:
    scene.load()
    return scene.rows(
        "select snapshot_date, count(*), sum(available_units) from raw.stock_snapshots group by 1 order by 1"
    )


def test_a_first_load_is_never_held(stock: Scene) -> None:
    _evening(stock, 1, range(100))
    _evening(stock, 2, range(10))
    _evening(stock, 3, range(100), units=lambda _: 0)

    assert not any(extraction.problems for extraction in _landed(stock).values())


def test_a_report_that_halved_is_held_and_yesterday_stays(stock: Scene) -> None:
    _evening(stock, 1, range(100))
    stock.land()
    _evening(stock, 2, range(40))

    assert _rules(stock, "stock/2026-11-02.csv") == ["held_row_count_halved", "held_goods_missing"]
    assert _shown(stock) == [(dt.date(2026, 11, 1), 100, 5050)]
    told = stock.rows("select file, rule, message from raw.quarantined_rows order by rule")
    assert [(file, rule) for file, rule, _ in told] == [
        ("stock/2026-11-02.csv", "held_goods_missing"),
        ("stock/2026-11-02.csv", "held_row_count_halved"),
    ]
    assert "holds 40 rows where 2026-11-01 had 100; it is held and the figures before it stay" in told[1][2]


def test_what_is_held_stays_held_and_the_next_good_file_counts(stock: Scene) -> None:
    _evening(stock, 1, range(100))
    stock.land()
    _evening(stock, 2, range(40))
    stock.land()
    _evening(stock, 3, range(99))

    landed = _landed(stock)

    assert landed["stock/2026-11-02.csv"].is_held
    assert not landed["stock/2026-11-02.csv"].is_new
    assert _shown(stock) == [(dt.date(2026, 11, 1), 100, 5050), (dt.date(2026, 11, 3), 99, 4950)]


def test_a_person_releases_what_is_right_and_the_reason_is_kept(stock: Scene) -> None:
    _evening(stock, 1, range(100))
    stock.land()
    _evening(stock, 2, range(40))
    stock.land()
    company = stock.company

    (released,) = release(
        company, company.feed("stock"), by="lin", reason="60 products ended", at=dt.datetime(2026, 11, 3, tzinfo=dt.UTC)
    )

    assert released.source == "stock/2026-11-02.csv"
    assert held(company, company.feed("stock")) == []
    assert _shown(stock)[-1] == (dt.date(2026, 11, 2), 40, 820)
    (path,) = (company.landing / "stock").glob("*.released")
    assert '"by": "lin"' in path.read_text(encoding="utf-8")
    _evening(stock, 3, range(40))  # the released one is what the next is compared with
    assert _rules(stock, "stock/2026-11-03.csv") == []


def test_a_file_that_was_replaced_by_half_of_itself_is_held(stock: Scene) -> None:
    _evening(stock, 1, range(100))
    stock.land()
    _evening(stock, 1, range(45))

    assert "held_row_count_halved" in _rules(stock, "stock/2026-11-01.csv")
    assert _shown(stock) == [(dt.date(2026, 11, 1), 100, 5050)]
    _evening(stock, 1, range(98))
    assert _rules(stock, "stock/2026-11-01.csv") == []
    assert _shown(stock) == [(dt.date(2026, 11, 1), 98, 4851)]


def test_other_goods_in_as_many_rows_are_held(stock: Scene) -> None:
    _evening(stock, 1, range(100))
    stock.land()
    _evening(stock, 2, range(50, 150))

    assert _rules(stock, "stock/2026-11-02.csv") == ["held_goods_missing"]


def test_a_jump_to_zero_is_held(stock: Scene) -> None:
    _evening(stock, 1, range(30))
    stock.land()
    _evening(stock, 2, range(30), units=lambda _: 0)

    assert _rules(stock, "stock/2026-11-02.csv") == ["held_all_zero"]


def test_time_that_stands_still_is_held_after_some_evenings(stock: Scene) -> None:
    rules = []
    for day in range(1, 6):
        _evening(stock, day, range(30))
        rules.append(_rules(stock, f"stock/2026-11-{day:02}.csv"))

    assert rules == [[], [], [], ["held_time_stands_still"], ["held_time_stands_still"]]
    _evening(stock, 6, range(30), units=lambda n: n + (n != 3))
    assert _rules(stock, "stock/2026-11-06.csv") == []


def test_a_warehouse_that_is_gone_is_held(stock: Scene) -> None:
    header = "day,place,sku,units\n"
    stock.write("stock/1.csv", header + "".join(f"01.11.2026,w{n % 3},S{n},5\n" for n in range(150)))
    stock.land()
    stock.write("stock/2.csv", header + "".join(f"02.11.2026,w{n % 2},S{n},6\n" for n in range(150)))

    assert "held_marketplace_missing" in _rules(stock, "stock/2.csv")


def test_a_currency_that_is_gone_is_held_and_a_rare_one_is_not(scene: Scene) -> None:
    scene.feed("orders", "orders/*.csv", ORDERS)

    def orders(name: str, currencies: str) -> None:
        rows = "".join(f"s,{name}{n},MUG,1,9.90,{currencies.split()[n % 10]},2026-11-01\n" for n in range(100))
        scene.write(f"orders/{name}.csv", f"shop,id,sku,units,amount,currency,at\n{rows}")

    orders("a", "USD USD USD USD USD EUR EUR EUR EUR SEK")
    scene.land()
    orders("b", "USD USD USD USD USD USD USD USD EUR EUR")
    assert _rules(scene, "orders/b.csv") == []
    orders("c", "USD USD USD USD USD USD USD USD USD SEK")
    landed = _landed(scene)["orders/c.csv"]

    assert [problem.rule for problem in landed.problems] == ["held_currency_missing"]
    assert "nothing of EUR" in landed.problems[0].message


def test_a_column_that_the_mapping_gained_has_nothing_to_be_compared_with(scene: Scene) -> None:
    scene.feed("orders", "orders/*.csv", ORDERS.replace('revenue_currency = "currency"', ""))
    plain = "".join(f"s,a{n},MUG,1,9.90,2026-11-01\n" for n in range(100))
    scene.write("orders/a.csv", f"shop,id,sku,units,amount,at\n{plain}")
    scene.land()
    scene.write("mappings/orders.toml", ORDERS)
    named = "".join(f"s,b{n},MUG,1,9.90,EUR,2026-11-01\n" for n in range(100))
    scene.write("orders/b.csv", f"shop,id,sku,units,amount,currency,at\n{named}")

    assert _rules(scene, "orders/b.csv") == []


def test_an_ordinary_week_is_not_held(stock: Scene) -> None:
    for day in range(1, 8):
        _evening(stock, day, range(day, 100 + 2 * day), units=lambda n, day=day: (n * 7 + day * 3) % 11)
        assert _rules(stock, f"stock/2026-11-{day:02}.csv") == []


def test_files_of_another_folder_are_no_forerunners(scene: Scene) -> None:
    scene.feed("stock", "*/stock/*.csv", STOCK)
    scene.write("big/stock/1.csv", "day,place,sku,units\n" + "".join(f"01.11.2026,w1,S{n},5\n" for n in range(100)))
    scene.land()
    scene.write("small/stock/2.csv", "day,place,sku,units\n" + "".join(f"02.11.2026,w2,S{n},5\n" for n in range(30)))

    assert _rules(scene, "small/stock/2.csv") == []


def test_a_feed_may_go_unguarded(scene: Scene) -> None:
    scene.feed("stock", "stock/*.csv", STOCK, extra="guarded = false")
    _evening(scene, 1, range(100))
    scene.land()
    _evening(scene, 2, range(10))

    assert _rules(scene, "stock/2026-11-02.csv") == []


def test_the_command_line_lists_and_releases(stock: Scene) -> None:
    _evening(stock, 1, range(100))
    stock.land()
    _evening(stock, 2, range(40))
    stock.land()
    folder = ["--company", str(stock.folder)]

    listed = CliRunner().invoke(main, ["feeds", "list", *folder])
    doctor = CliRunner().invoke(main, ["doctor", *folder])
    unknown = CliRunner().invoke(main, ["feeds", "release", "stok", "--reason", "x", *folder])
    released = CliRunner().invoke(
        main, ["feeds", "release", "stock", "--reason", "products ended", "--by", "lin", *folder]
    )
    again = CliRunner().invoke(main, ["feeds", "release", "stock", "--reason", "x", *folder])

    assert "stock: 1 files, 100 rows" in listed.output
    assert "held: stock/2026-11-02.csv holds 40 rows" in listed.output
    assert "wrong feed stock: stock/2026-11-02.csv" in doctor.output
    assert unknown.exit_code == 2
    assert "released: stock/2026-11-02.csv, 40 rows" in released.output
    assert "nothing of stock is held" in again.output
