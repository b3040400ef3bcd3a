"""`diaobo import` and `diaobo company new` as a person meets them: lines, exit status, and what changed on the disk."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from click.testing import CliRunner, Result

from pipelines.cli import main
from pipelines.company import load_company
from pipelines.landing.entities import MASTER_ENTITIES
from pipelines.landing.extraction import land
from pipelines.landing.load import load_raw
from pipelines.landing.readers.workbook import read_canonical_workbook

MAPPING = """
entity = "sales_periods"
[columns]
period_date = { from = "Date", format = ["%d/%m/%Y", "%Y-%m-%d 00:00:00"] }
warehouse_id = { constant = "w1" }
sku = "Article"
units = "Sold"
"""
HEADER = ["Date", "Article", "Sold", "Remark"]
GOOD = [["01/10/2026", "A", "3", ""], ["02/10/2026", "A", "0", "x"]]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """A company with the product A, the warehouse w1 and a feed of sales as CSV and as workbooks."""
    folder = tmp_path / "company"
    assert run("company", "new", folder, "--name", "Lin").exit_code == 0
    with (folder / "company.toml").open("a") as stream:
        stream.write('[[feeds]]\nfeed = "sales"\nmapping = "mappings/sales.toml"\n')
        stream.write('files = ["inbox/sales/sales*.csv", "inbox/sales/sales*.xlsx"]\n')
    (folder / "mappings" / "sales.toml").write_text(MAPPING)
    with xlsxwriter.Workbook(folder / "master.xlsx") as book:
        book.add_worksheet("products").write_column(0, 0, ["sku", "A"])
        warehouses = book.add_worksheet("warehouses")
        warehouses.write_row(0, 0, ["warehouse_id", "warehouse_kind"])
        warehouses.write_row(1, 0, ["w1", "domestic"])
    return folder


def make(path: Path, rows: list[list[str]]) -> Path:
    if path.suffix == ".csv":
        path.write_text("".join(",".join(cells) + "\n" for cells in rows), encoding="utf-8")
    else:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for number, cells in enumerate(rows):
                for position, cell in enumerate(cells):
                    if number and position == 2 and cell.lstrip("-").isdigit():
                        sheet.write_number(number, position, int(cell))
                    else:
                        sheet.write_string(number, position, cell)
    return path


BROKEN = {
    "a column is missing": (
        [["Date", "Artikel", "Sold"], ["01/10/2026", "A", "3"]],
        'has no column "Article" (needed for sku); did you mean "Artikel"?',
    ),
    "a date in another form": (
        [HEADER, ["2026-10-01", "A", "3", ""]],
        'row 2, column Date: "2026-10-01" is no date of the form %d/%m/%Y',
    ),
    "text in a number": (
        [HEADER, *GOOD, ["03/10/2026", "A", "three", ""]],
        'row 4, column Sold: "three" is no whole number; write digits such as 12',
    ),
    "a negative quantity": (
        [HEADER, ["01/10/2026", "A", "-3", ""]],
        'row 2, column Sold: "-3" is too small; 0 is the least',
    ),
    "an unknown product": (
        [HEADER, ["01/10/2026", "B", "3", ""]],
        'row 2, column Article: "B" is not among the products; add it there or correct it',
    ),
    "an empty file": ([], "is empty (0 bytes)"),
    "a header and no rows": ([HEADER], "has a header and no rows"),
    "a key twice": ([HEADER, GOOD[0], GOOD[0]], "repeats the key period_date 2026-10-01"),
}


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_gets_clear_lines_and_changes_nothing(company: Path, tmp_path: Path, case: str, ending: str):
    rows, says = BROKEN[case]
    if (case, ending) == ("an empty file", ".xlsx"):
        says = "has nothing on its sheet"
    path = make(tmp_path / f"sales{ending}", rows)
    before = snapshot(company)
    result = run("import", path, "--company", company)
    assert result.exit_code == 2, result.output
    lines = [line for line in result.stderr.splitlines() if says in line]
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith(str(path))
    assert "Traceback" not in result.output
    assert snapshot(company) == before


@pytest.mark.parametrize("content", [b"Date,Article,Sold\n", b"PK\x03\x04 damaged", b""])
def test_a_file_that_is_no_workbook_is_refused(company: Path, tmp_path: Path, content: bytes):
    path = tmp_path / "sales.xlsx"
    path.write_bytes(content)
    before = snapshot(company)
    result = run("import", path, "--company", company)
    assert result.exit_code == 2
    assert ("is no workbook" if content else "is empty (0 bytes)") in result.stderr
    assert snapshot(company) == before


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_good_file_is_where_the_next_run_reads_it(company: Path, tmp_path: Path, ending: str):
    path = make(tmp_path / f"sales{ending}", [HEADER, *GOOD])
    result = run("import", path, "--company", company)
    assert result.exit_code == 0, result.output
    assert f"{path} -> sales_periods: 2 read, 2 accepted" in result.stdout
    assert (company / "inbox" / "sales" / path.name).read_bytes() == path.read_bytes()
    assert not list(company.glob(".import-*"))
    settings = load_company(company, environ={})
    land(settings)
    with duckdb.connect() as connection:
        load_raw(connection, company=settings, as_of_date=dt.date(2026, 11, 2))
        rows = connection.execute("select period_date, sku, units from raw.sales_periods order by 1").fetchall()
    assert rows == [(dt.date(2026, 10, 1), "A", 3), (dt.date(2026, 10, 2), "A", 0)]


def test_all_files_are_good_or_none_is_taken(company: Path, tmp_path: Path):
    good = make(tmp_path / "sales1.csv", [HEADER, *GOOD])
    bad = make(tmp_path / "sales2.csv", [HEADER, ["03/10/2026", "A", "x", ""]])
    before = snapshot(company)
    assert run("import", good, bad, "--company", company).exit_code == 2
    assert snapshot(company) == before


def test_quarantine_takes_the_good_rows_and_keeps_the_others(company: Path, tmp_path: Path):
    path = make(tmp_path / "sales.csv", [HEADER, *GOOD, ["03/10/2026", "A", "x", "keep me"]])
    result = run("import", path, "--company", company, "--quarantine")
    assert result.exit_code == 0, result.output
    assert "3 read, 2 accepted, 1 refused (not_a_whole_number)" in result.stdout
    settings = load_company(company, environ={})
    land(settings)
    with duckdb.connect() as connection:
        load_raw(connection, company=settings, as_of_date=dt.date(2026, 11, 2))
        ((number, content),) = connection.execute("select row_number, row_json from raw.quarantined_rows").fetchall()
    assert number == 4
    assert "keep me" in content


def test_quarantine_does_not_help_a_file_without_a_column(company: Path, tmp_path: Path):
    path = make(tmp_path / "sales.csv", [["Date", "Sold"], ["01/10/2026", "1"]])
    before = snapshot(company)
    assert run("import", path, "--company", company, "--quarantine").exit_code == 2
    assert snapshot(company) == before


def test_a_dry_run_changes_nothing(company: Path, tmp_path: Path):
    path = make(tmp_path / "sales.csv", [HEADER, *GOOD])
    before = snapshot(company)
    result = run("import", path, "--company", company, "--dry-run")
    assert (result.exit_code, "nothing was changed" in result.stdout) == (0, True)
    assert snapshot(company) == before


def test_many_problems_are_capped_and_listed_in_a_file(company: Path, tmp_path: Path):
    path = make(tmp_path / "sales.csv", [HEADER, *[["01/10/2026", "A", "x", ""]] * 25])
    result = run("import", path, "--company", company)
    assert result.stderr.count("is no whole number") == 10
    assert "... and 15 more of not_a_whole_number" in result.stderr
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("All of them: ")]
    report = Path(line.removeprefix("All of them: "))
    assert len(report.read_text().splitlines()) == 25
    assert not report.is_relative_to(company)
    report.unlink()


def test_a_row_of_an_earlier_file_may_not_be_repeated(company: Path, tmp_path: Path):
    assert run("import", make(tmp_path / "sales1.csv", [HEADER, *GOOD]), "--company", company).exit_code == 0
    result = run("import", make(tmp_path / "sales2.csv", [HEADER, GOOD[0]]), "--company", company)
    assert result.exit_code == 2
    assert "of row 2 in inbox/sales/sales1.csv" in result.stderr


def test_the_same_name_again_replaces_the_file(company: Path, tmp_path: Path):
    path = make(tmp_path / "sales.csv", [HEADER, *GOOD])
    assert run("import", path, "--company", company).exit_code == 0
    make(path, [HEADER, GOOD[0]])
    result = run("import", path, "--company", company)
    assert (result.exit_code, "replaces inbox/sales/sales.csv" in result.stdout) == (0, True)


def test_a_mapping_becomes_a_feed(company: Path, tmp_path: Path):
    mapping = tmp_path / "store_sales.toml"
    mapping.write_text(MAPPING)
    path = make(tmp_path / "october.csv", [HEADER, *GOOD])
    result = run("import", path, "--company", company, "--mapping", mapping)
    assert result.exit_code == 0, result.output
    feed = load_company(company, environ={}).feed("store_sales")
    assert [found.name for found in feed.files()] == ["october.csv"]
    assert run("import", path, "--company", company, "--mapping", mapping).exit_code == 2
    assert run("import", path, "--company", company, "--feed", "store_sales").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["absent.csv"], "absent.csv: there is no such file"),
        (["{path}", "--feed", "sale"], '--feed sale: {company}/company.toml has no such feed; did you mean "sales"?'),
        (["{path}"], "its name fits no feed of {company}/company.toml; pass --feed NAME"),
        (["{path}", "--feed", "sales"], "which is no place for this name; rename the file"),
        (["{path}", "--mapping", "m.toml"], "--mapping m.toml: there is no such file"),
        (["{path}", "--company", "/nowhere"], "/nowhere: holds no company.toml; pass --company DIR"),
    ],
)
def test_a_file_without_a_place_is_told_where_to_go(company: Path, tmp_path: Path, arguments: list[str], says: str):
    path = make(tmp_path / "october.csv", [HEADER, *GOOD])
    filled = [argument.format(path=path) for argument in arguments]
    result = run("import", "--company", company, *filled)
    assert result.exit_code == 2
    assert says.format(company=company) in result.stderr


def test_the_template_reads_back_and_is_not_written_over_anything(tmp_path: Path):
    folder = tmp_path / "new"
    result = run("company", "new", folder, "--name", 'Lin "Home"', "--currency", "CNY")
    assert result.exit_code == 0, result.output
    settings = load_company(folder, environ={})
    assert (settings.name, settings.base_currency) == ('Lin "Home"', "CNY")
    (extraction,) = land(settings)
    assert extraction.problems == ()
    assert [table.name for table in extraction.tables] == list(MASTER_ENTITIES)
    before = snapshot(folder)
    again = run("company", "new", folder)
    assert (again.exit_code, "holds something already" in again.stderr) == (2, True)
    assert snapshot(folder) == before


def test_the_template_refuses_wrong_options_before_it_writes(tmp_path: Path):
    result = run("company", "new", tmp_path / "new", "--currency", "usd", "--time-zone", "Mars")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 2
    assert not (tmp_path / "new").exists()


def test_the_template_s_workbook_holds_every_master_entity_and_no_data(tmp_path: Path):
    run("company", "new", tmp_path / "new")
    tables = read_canonical_workbook(tmp_path / "new" / "master.xlsx", entities=MASTER_ENTITIES)
    assert [table.name for table in tables] == list(MASTER_ENTITIES)
    assert sum(batch.num_rows for table in tables for batch in table.batches) == 0


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom pipelines.cli import main\n"
        "for name in ('import', 'company'):\n"
        "    assert CliRunner().invoke(main, [name, '--help']).exit_code == 0\n"
        "print(sorted({'duckdb', 'polars', 'pyarrow', 'pandas', 'fastexcel', 'dagster'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
