from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipelines.company import UnableToReadCompany, company_folder, load_company

GOOD = """
[company]
name = "Seller"
base_currency = "EUR"
time_zone = "Asia/Shanghai"
[policy]
service_level = 0.9
[[feeds]]
feed = "stock"
entity = "stock_snapshots"
files = ["b*.csv", "a.csv"]
constants = { warehouse_id = "w1" }
"""


def read(folder: Path, text: str, **environ: str):
    (folder / "company.toml").write_text(text, encoding="utf-8")
    return load_company(folder, environ=environ)


def problems(folder: Path, text: str, **environ: str) -> tuple[str, ...]:
    with pytest.raises(UnableToReadCompany) as caught:
        read(folder, text, **environ)
    return caught.value.problems


def test_a_good_file_is_read(tmp_path: Path):
    company = read(tmp_path, GOOD)
    assert (company.name, company.base_currency, company.kind) == ("Seller", "EUR", "live")
    assert company.policy.service_level == 0.9
    assert company.policy.review_days == 7
    assert company.feed("stock").constants == {"warehouse_id": "w1"}
    assert company.warehouse == tmp_path / "warehouse.duckdb"


def test_approval_by_rule_is_said_or_left_open(tmp_path: Path):
    assert read(tmp_path, GOOD).approval_by_rule is None
    assert read(tmp_path, GOOD.replace("[policy]", "[approvals]\nby_rule = true\n[policy]")).approval_by_rule is True
    assert read(tmp_path, GOOD.replace("[policy]", "[approvals]\nby_rule = false\n[policy]")).approval_by_rule is False
    [problem] = problems(tmp_path, GOOD.replace("[policy]", "[approvals]\nby_rules = true\n[policy]"))
    assert "[approvals]" in problem
    assert "by_rule" in problem


def test_files_come_pattern_by_pattern_and_lock_files_are_none(tmp_path: Path):
    for name in ("a.csv", "b2.csv", "b1.csv", "b.txt", "~$b.csv", ".b.csv"):
        (tmp_path / name).write_text("x")
    found = read(tmp_path, GOOD.replace('"b*.csv"', '"*b*.csv"')).feed("stock").files()
    assert [path.name for path in found] == ["b1.csv", "b2.csv", "a.csv"]


def test_the_clock_is_the_company_s(tmp_path: Path):
    company = read(tmp_path, GOOD)
    late = dt.datetime(2026, 11, 1, 20, tzinfo=dt.UTC)  # 04:00 of the next day in Shanghai
    assert company.as_of(now=late) == dt.date(2026, 11, 2)
    assert company.as_of(now=late, override=dt.date(2025, 1, 1)) == dt.date(2025, 1, 1)
    fixed = read(tmp_path, GOOD.replace("[policy]", "as_of = 2024-04-15\n[policy]"))
    assert fixed.as_of(now=late) == dt.date(2024, 4, 15)
    with pytest.raises(ValueError, match="time zone"):
        company.as_of(now=dt.datetime(2026, 11, 1))  # noqa: DTZ001 - the point of the test


def test_the_folder_is_the_option_then_the_environment_then_the_sample(tmp_path: Path):
    assert company_folder(tmp_path, environ={"DIAOBO_COMPANY": "/elsewhere"}) == tmp_path
    assert company_folder(environ={"DIAOBO_COMPANY": "/elsewhere"}) == Path("/elsewhere")
    assert company_folder(environ={}).parts[-2:] == ("var", "sample")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("base_currency", "base_curency", 'base_curency: there is no such key; did you mean "base_currency"?'),
        ('"EUR"', '"eur"', 'base_currency: is "eur"; write three capital letters such as "USD"'),
        ("Asia/Shanghai", "Beijing", 'time_zone: is "Beijing"; write an IANA name such as "Asia/Shanghai"'),
        ("0.9", "95", "service_level: is 95; write a number above 0 and below 1"),
        ("0.9", '"0.9"', "service_level: is '0.9'; write a number without quotes"),
        ("service_level = 0.9", "shortage_cost_per_unit = 1", "shortage_cost_per_unit: stands alone"),
        ("service_level = 0.9", "", "[policy]: says nothing; write one of service_level = 0.95"),
        (
            "service_level",
            "holding_rate_per_year = 0.2\nservice_level",
            "holds service_level and holding_rate_per_year",
        ),
        ('"stock_snapshots"', '"stock_snapshot"', 'did you mean "stock_snapshots"?'),
        ('feed = "stock"', 'feed = "../stock"', "write letters, digits, _ and - only"),
        ('files = ["b*.csv", "a.csv"]', "", "files: is missing"),
        ('entity = "stock_snapshots"', 'mapping = "m.toml"', "does not exist; write the path of a mapping"),
        ("[company]", "[company", "is no valid TOML"),
    ],
)
def test_every_problem_names_the_key_and_what_to_write(tmp_path: Path, old: str, new: str, expected: str):
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert any(expected in line for line in found), found
    assert all("\n" not in line for line in found)


def test_an_absent_file_says_what_to_do(tmp_path: Path):
    with pytest.raises(UnableToReadCompany, match="pass --company DIR, or make a folder with `diaobo company new DIR`"):
        load_company(tmp_path, environ={})


def test_absent_shared_data_is_one_line_however_many_feeds_read_it(tmp_path: Path):
    feeds = "".join(f'[[feeds]]\nfeed = "f{n}"\nentity = "products"\nfiles = "{{shared}}/x.csv"\n' for n in range(3))
    found = problems(tmp_path, GOOD + feeds, DIAOBO_SHARED=str(tmp_path / "absent"))
    assert len(found) == 1
    assert "set DIAOBO_SHARED" in found[0]


def test_shared_files_have_the_same_name_on_every_machine(tmp_path: Path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "x.csv").write_text("sku\n")
    text = GOOD + '[[feeds]]\nfeed = "f"\nentity = "products"\nfiles = "{shared}/x.csv"\n'
    feed = read(tmp_path, text, DIAOBO_SHARED=str(tmp_path / "shared")).feed("f")
    (path,) = feed.files()
    assert path == tmp_path / "shared" / "x.csv"
