"""`diaobo suggest` on files: the result, its columns, and refusals that change nothing."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from pipelines.commands.suggest import command
from tests.unit.forecasting.cases import MONDAY, steady_sales

POLICY = 'holding_cost_per_unit_week = 0.2\nshortage_cost_per_unit = 1.0\nreview_days = 7\nfreq = "W-MON"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    steady_sales({("shop", "x"): 10, ("shop", "007"): 4}).write_csv(tmp_path / "sales.csv")
    (tmp_path / "stock.csv").write_text("warehouse_id,sku,available_units\nshop,x,12\nshop,007,1\n")
    (tmp_path / "in_transit.csv").write_text(f"warehouse_id,sku,units,expected_date\nshop,x,11,{MONDAY}\n")
    (tmp_path / "lanes.csv").write_text(
        "origin_id,destination_id,mode,lead_time_days,carrier,cost_per_unit\ncn,shop,sea,14,Blue Line,0.1\n"
    )
    (tmp_path / "policy.toml").write_text(POLICY)
    return tmp_path


def run(folder: Path, *more: str, out: str = "out.csv", **instead: str) -> Result:
    files = {"sales": "sales.csv", "stock": "stock.csv", "in-transit": "in_transit.csv", "lanes": "lanes.csv"} | instead
    arguments = [part for name, file in files.items() for part in (f"--{name}", str(folder / file))]
    fixed = ["--policy", str(folder / "policy.toml"), "--as-of", MONDAY.isoformat(), "--out", str(folder / out)]
    return CliRunner().invoke(command, [*arguments, *fixed, *more])


def test_the_result_says_what_to_ship_now_and_why(folder: Path) -> None:
    result = run(folder)
    assert result.exit_code == 0, result.output
    rows = pl.read_csv(folder / "out.csv", schema_overrides={"sku": pl.String})
    assert rows.columns[:8] == [
        "origin_id",
        "destination_id",
        "mode",
        "sku",
        "units",
        "ship_date",
        "arrival_date",
        "reason",
    ]
    assert rows.select("sku", "units").sort("sku").rows() == [("007", 4), ("x", 7)]
    assert set(rows["ship_date"]) == {MONDAY.isoformat()}
    assert set(rows["arrival_date"]) == {(MONDAY + dt.timedelta(days=14)).isoformat()}
    assert "12 available and 11 on the way make 23" in rows.filter(sku="x")["reason"][0]


def test_columns_that_are_not_ours_are_kept(folder: Path) -> None:
    (folder / "products.csv").write_text("sku,title,unit_cost\nx,Lamp,3\n007,Rope,1\n")
    assert run(folder, "--products", str(folder / "products.csv")).exit_code == 0
    rows = pl.read_csv(folder / "out.csv", schema_overrides={"sku": pl.String}).sort("sku")
    assert rows["carrier"].to_list() == ["Blue Line", "Blue Line"]
    assert rows["title"].to_list() == ["Rope", "Lamp"]


def test_parquet_in_and_out_give_the_same_as_csv(folder: Path) -> None:
    steady_sales({("shop", "x"): 10, ("shop", "007"): 4}).write_parquet(folder / "sales.parquet")
    assert run(folder).exit_code == 0
    assert run(folder, out="out.parquet", sales="sales.parquet").exit_code == 0
    written = pl.read_parquet(folder / "out.parquet").select("sku", "units", "reason").sort("sku")
    read = (
        pl.read_csv(folder / "out.csv", schema_overrides={"sku": pl.String})
        .select("sku", "units", "reason")
        .sort("sku")
    )
    assert written.equals(read)


def test_sales_from_the_day_on_are_not_seen(folder: Path) -> None:
    assert run(folder).exit_code == 0
    before = (folder / "out.csv").read_text()
    with (folder / "sales.csv").open("a") as file:
        file.write(f"{MONDAY},shop,x,5000\n")
    assert run(folder).exit_code == 0
    assert (folder / "out.csv").read_text() == before


def test_prices_in_the_sales_make_margins_known(folder: Path) -> None:
    sales = steady_sales({("shop", "x"): 10}).with_columns(pl.lit(9.0).alias("unit_price"))
    sales.write_csv(folder / "priced.csv")
    (folder / "products.csv").write_text("sku,unit_cost\nx,3\n")
    (folder / "policy.toml").write_text('holding_rate_per_year = 0.3\nreview_days = 7\nfreq = "W-MON"\n')
    result = run(folder, "--products", str(folder / "products.csv"), sales="priced.csv")
    assert result.exit_code == 0, result.output
    assert pl.read_csv(folder / "out.csv").filter(sku="x")["expected_benefit_amount"][0] > 10


SALES = "date,warehouse_id,sku,units"
STOCK = "warehouse_id,sku,available_units"
LANES = "origin_id,destination_id,mode,lead_time_days"


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("stock.csv", "warehouse_id,sku\nshop,x", "stock.csv: column available_units is missing"),
        ("stock.csv", f"{STOCK}\nshop,x,many", "stock.csv, row 2, column available_units: 'many' is not"),
        ("stock.csv", f"{STOCK}\nshop,x,-3", "stock.csv, row 2, column available_units: -3 is negative"),
        ("stock.csv", f"{STOCK}\nshop,x,1.5", "'1.5' is not a whole number"),
        ("stock.csv", f"{STOCK}\nshop,x,1\nshop,x,2", "row 3, column warehouse_id, sku: repeats shop, x of row 2"),
        ("sales.csv", f"{SALES}\n03/01/2024,shop,x,1", "sales.csv, row 2, column date: '03/01/2024' is no date"),
        ("sales.csv", f"{SALES}\n2024-13-01,shop,x,1", "'2024-13-01' is no date; pass it as 2024-12-31"),
        ("sales.csv", f"{SALES}\n2024-01-01,shop,,1", "sales.csv, row 2, column sku: is empty"),
        ("sales.csv", f"{SALES}\n2023-01-02,shop,x,NaN", "'NaN' is not a whole number"),
        ("sales.csv", f"{SALES}\n", "sales.csv: there are no rows"),
        ("sales.csv", "", "sales.csv: the file is empty"),
        ("sales.csv", f"{SALES}\n2030-01-07,shop,x,1", "sales.csv: there are no sales before 2024-01-01"),
        ("lanes.csv", f"{LANES}\ncn,shop,sea,soon", "'soon' is not a number"),
        ("lanes.csv", f"{LANES},carton_units\ncn,shop,sea,3,0", "0 is too small; pass 1 or more"),
        ("lanes.csv", f"{LANES},cost_per_kg\ncn,shop,sea,3,1", "pass products with weight_kg"),
        (
            "in_transit.csv",
            "warehouse_id,sku,units,expected_date\na,x,1,soon",
            "column expected_date: 'soon' is no date",
        ),
        ("policy.toml", "service_level = 95", "policy.toml: service_level: 95 is not between 0 and 1"),
        ("stock.csv", f"{STOCK}, sku\nshop,x,1,y", "stock.csv: column sku stands twice; remove one"),
        ("stock.csv", f"{STOCK},sku\nshop,x,1,y", "stock.csv: column sku stands twice; remove one"),
        ("stock.csv", f"{STOCK},sku,sku\nshop,x,1,y,z", "stock.csv: column sku stands 3 times; keep one"),
        ("stock.csv", f"{STOCK},, \nshop,x,1,,", "stock.csv: 2 columns have no name; name or remove them"),
        ("stock.csv", f"{STOCK}\nshop,x,1\nshop,y,1,000", "stock.csv, row 3, column 4: the row has 4 fields"),
        ("stock.csv", f'{STOCK}\n"sh\nop",x,1\nshop,y,1,0', "stock.csv, row 3, column 4: the row has 4 fields"),
        (
            "lanes.csv",
            f"{LANES},min_units,capacity_units\ncn,shop,air,3,40,40\ncn,shop,sea,9,50,40",
            "lanes.csv, row 3, column min_units: 50 is above capacity_units 40; pass 40 or less",
        ),
        ("policy.toml", "= nonsense", "policy.toml: is no readable TOML file"),
    ],
)
def test_bad_input_is_said_in_one_line_and_nothing_is_written(folder: Path, file: str, text: str, line: str) -> None:
    (folder / file).write_text(text)
    result = run(folder)
    assert result.exit_code == 2
    assert line in result.stderr
    assert "Traceback" not in result.output
    assert not (folder / "out.csv").exists()
    assert not list(folder.glob(".out*"))


def test_bytes_that_are_no_utf8_are_placed_and_the_way_out_is_named(folder: Path) -> None:
    (folder / "stock.csv").write_bytes(STOCK.encode() + "\nshop,x,1\nshop,灯,1\n店,y,1,2\n".encode("gbk"))
    result = run(folder)
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "stock.csv, row 3, column sku: holds bytes that are no UTF-8; save the file as UTF-8",
        "stock.csv, row 4, column warehouse_id: holds bytes that are no UTF-8; save the file as UTF-8",
        (
            "stock.csv, row 4, column 4: the row has 4 fields, the header 3; "
            "remove the others, or put a value that holds a comma in double quotes"
        ),
    ]
    assert not (folder / "out.csv").exists()


def test_a_parquet_file_with_a_column_twice_is_refused(folder: Path) -> None:
    pl.DataFrame({"sku": ["x"], "sku ": ["y"]}).write_parquet(folder / "stock.parquet")
    assert run(folder, stock="stock.parquet").stderr == "stock.parquet: column sku stands twice; remove one\n"


def test_a_folder_as_result_is_refused_with_the_other_problems(folder: Path) -> None:
    (folder / "done.csv").mkdir()
    (folder / "policy.toml").write_text("service_level = 95\nfreq = 'M'\n")
    result = run(folder, out="done.csv")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        f"{folder / 'done.csv'}: is a folder; pass the path of a file as --out",
        "policy.toml: freq: 'M' is none of D, W-MON",
        "policy.toml: service_level: 95 is not between 0 and 1, for example 0.95",
    ]


def test_every_problem_of_every_file_has_its_line(folder: Path) -> None:
    (folder / "stock.csv").write_text("warehouse_id,sku,available_units\nshop,x,-1\nshop,y,z\n")
    (folder / "lanes.csv").write_text("origin_id,destination_id\ncn,shop\n")
    lines = run(folder).stderr.splitlines()
    assert len(lines) == 4


def test_a_file_that_is_no_parquet_and_one_that_is_absent_are_refused(folder: Path) -> None:
    (folder / "sales.parquet").write_text("hello")
    assert "is no readable parquet file" in run(folder, sales="sales.parquet").stderr
    assert "there is no such file" in run(folder, sales="nowhere.csv").stderr
    assert "ends neither in .csv nor in .parquet" in run(folder, out="out.xlsx").stderr


def test_an_unknown_key_of_the_policy_is_named(folder: Path) -> None:
    (folder / "policy.toml").write_text("[policy]\n" + POLICY + "colour = 3\n")
    result = run(folder)
    assert result.exit_code == 0
    assert "colour means nothing here" in result.stderr


def test_prophet_is_not_imported_for_weekly_sales(folder: Path) -> None:
    files = {name: str(folder / f"{name}.csv") for name in ("sales", "stock", "lanes", "out")}
    arguments = [part for name, path in files.items() for part in (f"--{name}", path)]
    arguments += ["--policy", str(folder / "policy.toml"), "--as-of", MONDAY.isoformat()]
    code = (
        "import sys; from pipelines.commands.suggest import command; "
        f"command.main({arguments!r}, standalone_mode=False); "
        "print([name for name in ('prophet', 'pandas', 'dagster', 'dbt', 'streamlit') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
