"""`diaobo sql`: any question, no way out of the published copy, text that is safe where it is opened."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from pipelines.commands.sql import command


@pytest.fixture
def company(tmp_path: Path) -> Path:
    folder = tmp_path / "company"
    (folder / "published").mkdir(parents=True)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{folder / 'published' / 'marts.duckdb'}' as made")
        connection.execute("create schema made.marts; create schema made.ops")
        connection.execute(
            "create table made.marts.dim_products as select * from (values"
            " ('A', '硅胶垫', 2.5000::decimal(18,4), date '2026-11-01', true),"
            " ('B', '=cmd()', null, null, false)) as t (sku, title, cost_amount, first_sale_date, is_hazmat)"
        )
        connection.execute("create table made.ops.publications as select 'run-1' as run_id")
    return folder


def ask(company: Path, question: str, *options: str) -> Result:
    return CliRunner().invoke(command, [question, "--company", str(company), *options])


def test_tables_are_found_with_and_without_their_schema(company: Path) -> None:
    for name in ("dim_products", "marts.dim_products", "published.marts.dim_products"):
        result = ask(company, f"select count(*) as n from {name}", "--format", "csv")
        assert (result.exit_code, result.stdout_bytes) == (0, b"n\r\n2\r\n"), name
    assert "run-1" in ask(company, "from ops.publications").stdout


def test_a_table_lines_up_also_in_chinese(company: Path) -> None:
    lines = ask(company, "select sku, title, cost_amount from dim_products order by sku").stdout.splitlines()
    assert lines == [
        "sku  title   cost_amount",
        "---  ------  -----------",
        "A    硅胶垫       2.5000",
        "B    =cmd()",
        "(2 rows)",
    ]


def test_csv_is_exact_and_no_formula(company: Path) -> None:
    result = ask(company, "from dim_products order by sku", "--format", "csv")
    assert list(csv.reader(io.StringIO(result.stdout))) == [
        ["sku", "title", "cost_amount", "first_sale_date", "is_hazmat"],
        ["A", "硅胶垫", "2.5000", "2026-11-01", "True"],
        ["B", "'=cmd()", "", "", "False"],
    ]
    # A negative number is a number, and stays one.
    assert ask(company, "select -3 as x, '-3' as y", "--format", "csv").stdout_bytes == b"x,y\r\n-3,'-3\r\n"


def test_json_is_json_whatever_the_values(company: Path) -> None:
    result = ask(
        company,
        "select cost_amount as amount, [1, 2] as list, {'day': first_sale_date} as day, 'nan'::double as odd, '=1' as t"
        " from dim_products where sku = 'A'",
        "--format",
        "json",
    )
    assert json.loads(result.stdout) == [
        {"amount": "2.5000", "list": [1, 2], "day": {"day": "2026-11-01"}, "odd": None, "t": "=1"}
    ]


def test_out_writes_the_file_whole_and_nothing_on_an_error(company: Path, tmp_path: Path) -> None:
    out = tmp_path / "answer.csv"
    assert ask(company, "select 1 as x", "--format", "csv", "--out", str(out)).exit_code == 0
    assert out.read_bytes() == b"x\r\n1\r\n"
    assert ask(company, "select nonsense", "--format", "csv", "--out", str(out)).exit_code == 2
    assert out.read_bytes() == b"x\r\n1\r\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answer.csv", "company"]


@pytest.mark.parametrize(
    "question",
    [
        "copy dim_products to '{folder}/stolen.csv'",
        "copy (select 1) to '{folder}/stolen.parquet' (format parquet)",
        "export database '{folder}/stolen'",
        "from read_csv('{folder}/secret.csv')",
        "from '{folder}/secret.csv'",
        "select * from read_text('{folder}/secret.csv')",
        "select * from glob('{folder}/*')",
        "attach '{folder}/other.duckdb' as other",
        "set enable_external_access = true",
        "reset enable_external_access",
        "install httpfs",
        "load httpfs",
        "insert into dim_products select * from dim_products",
        "delete from dim_products",
        "drop table dim_products",
        "create table marts.mine as select 1",
        "create macro mine() as 1",
        "select 1; select 2",
        "",
        "selec",
        "select * from fct_nothing",
        "pragma profiling_output = '{folder}/profile.json'",
    ],
)
def test_nothing_is_written_read_or_changed_outside_the_copy(company: Path, tmp_path: Path, question: str) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    before = (company / "published" / "marts.duckdb").read_bytes()
    result = ask(company, question.format(folder=tmp_path))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    assert (company / "published" / "marts.duckdb").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["company", "secret.csv"]


def test_before_the_first_run_it_says_what_to_do(tmp_path: Path) -> None:
    result = ask(tmp_path, "select 1")
    assert result.exit_code == 2
    assert "diaobo run" in result.stderr


def test_it_imports_nothing_that_makes_people_wait(company: Path) -> None:
    script = (
        "import sys; from pipelines.commands.sql import answer; from pathlib import Path;"
        f"answer('from dim_products', published=Path({str(company / 'published' / 'marts.duckdb')!r}));"
        "print(sorted({name.partition('.')[0] for name in sys.modules} &"
        " {'pandas', 'polars', 'numpy', 'pyarrow', 'rich', 'dagster', 'dbt', 'sqlalchemy', 'prophet', 'streamlit'}))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
