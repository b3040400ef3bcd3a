from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.landing.mapping_file import UnableToReadMapping, load_mapping

GOOD = """
entity = "sales_periods"
drop = ["buyer*"]
duplicates = { keep = "last", exact = "skip" }
[columns]
period_date = { from = "day", format = "%d.%m.%Y" }
warehouse_id = { constant = "w1" }
sku = { from = "article", upper = true }
units = { from = "quantity", absolute = true }
in_stock = { from = "state", map = { ok = true, out = false } }
[[filters]]
name = "totals"
when = [{ column = "article", equals = "TOTAL" }]
action = "skip"
"""


def read(folder: Path, text: str, **constants: str):
    path = folder / "m.toml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path, constants=constants)


def test_a_good_mapping_is_read(tmp_path: Path):
    mapping = read(tmp_path, GOOD)
    assert mapping.entity.name == "sales_periods"
    assert mapping.rule("in_stock").map == {"ok": "true", "out": "false"}
    assert mapping.duplicates.skip_exact
    assert mapping.needed == {"day": "period_date", "article": "sku", "quantity": "units", "state": "in_stock"}


def test_a_feed_s_constants_come_before_the_mapping_s_columns(tmp_path: Path):
    mapping = read(tmp_path, GOOD, warehouse_id="w2", shop_id="s1")
    assert mapping.rule("warehouse_id").constant == "w2"
    assert mapping.rule("shop_id").constant == "s1"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"sales_periods"', '"sale_periods"', 'did you mean "sales_periods"?'),
        ("drop =", "dropp =", 'dropp: there is no such key; did you mean "drop"?'),
        ("units =", "unit =", 'unit: sales_periods has no such column; did you mean "units"?'),
        ("units =", "# units =", "units: is missing: sales_periods needs it"),
        ("upper = true", "uper = true", 'uper: there is no such key; did you mean "upper"?'),
        ("upper = true", "upper = 1", "upper: is 1; write true or false"),
        ('constant = "w1"', 'constant = "w1", from = "x"', "names from and constant; write exactly one of"),
        ('{ constant = "w1" }', "{ upper = true }", "names no origin; write exactly one of"),
        ('"last"', '"latest"', "write one of first, last, sum, refuse, all"),
        ('"skip"\n', '"omit"\n', "write one of skip, refuse, correct"),
        ('name = "totals"', "", "name: is missing"),
        ("equals =", "equal =", 'equal: there is no such key; did you mean "equals"?'),
        ('equals = "TOTAL"', "matches = '('", "is no regular expression"),
        ('equals = "TOTAL"', "matches = '(?=A)'", "look-around or a back reference"),
        ('action = "skip"', 'action = "skip"\nset = { units = 0 }', "set: goes with the action correct only"),
        ('from = "article"', 'from = "article", unit = "lb"', "this column has no unit"),
        ('from = "quantity"', 'from = "quantity", format = "%d"', "is for dates, and units is units"),
        ('from = "quantity"', 'from = "quantity", thousands = "."', "thousands: is the same as decimal"),
        ("%d.%m.%Y", "%d.%m.%Q", '"%Q" is no date code'),
        ("ok = true", "ok = [1]", "is [1]; write one value"),
    ],
)
def test_every_problem_names_the_key_and_what_to_write(tmp_path: Path, old: str, new: str, expected: str):
    assert old in GOOD
    with pytest.raises(UnableToReadMapping) as caught:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert any(expected in line for line in caught.value.problems), caught.value.problems


def test_a_time_without_zone_is_refused_where_the_format_has_none(tmp_path: Path):
    text = """
    entity = "tracking_events"
    [columns]
    waybill = "n"
    milestone = { constant = "delivered" }
    event_at = { from = "t", format = "%Y-%m-%d %H:%M" }
    """
    with pytest.raises(UnableToReadMapping, match="event_at: time_zone: is missing"):
        read(tmp_path, text)


def test_a_constant_that_is_no_choice_is_refused(tmp_path: Path):
    text = 'entity = "warehouses"\n[columns]\nwarehouse_id = "w"\nwarehouse_kind = { constant = "own" }'
    with pytest.raises(UnableToReadMapping, match='constant: is "own"; write one of domestic, fba, third_party, awd'):
        read(tmp_path, text)
