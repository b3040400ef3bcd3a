"""`diaobo forecast` on files."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from pipelines.commands.forecast import command
from tests.unit.forecasting.cases import MONDAY, noisy_sales


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    noisy_sales().write_csv(path)
    return path


def run(sales: Path, *more: str) -> Result:
    out = str(sales.parent / "out.csv")
    return CliRunner().invoke(
        command, ["--sales", str(sales), "--horizon", "3", "--freq", "W-MON", "--out", out, *more]
    )


def test_the_result_has_every_series_from_the_day_after_the_last_date(sales: Path) -> None:
    assert run(sales).exit_code == 0
    rows = pl.read_csv(sales.parent / "out.csv", try_parse_dates=True)
    assert rows.columns == ["unique_id", "ds", "mean", "q05", "q50", "q95", "model"]
    assert rows.height == 12 * 3
    assert rows["ds"].min() == MONDAY
    assert rows.filter(pl.col("q05") > pl.col("q95")).is_empty()


def test_quantiles_and_model_can_be_asked_for(sales: Path) -> None:
    assert run(sales, "--quantiles", "0.1,0.9", "--model", "mean").exit_code == 0
    rows = pl.read_csv(sales.parent / "out.csv")
    assert rows.columns[3:5] == ["q10", "q90"]
    assert set(rows["model"]) == {"mean"}


def test_the_same_input_gives_the_same_bytes(sales: Path) -> None:
    assert run(sales).exit_code == 0
    first = (sales.parent / "out.csv").read_bytes()
    assert run(sales).exit_code == 0
    assert (sales.parent / "out.csv").read_bytes() == first


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--quantiles", "0.5,high"], "are no numbers"),
        (["--quantiles", "0.5,1.5"], "between 0 and 1"),
        (["--calendar", "absent.csv"], "there is no such file"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_words(sales: Path, more: list[str], words: str) -> None:
    result = run(sales, *more)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not (sales.parent / "out.csv").exists()


def test_a_failed_run_leaves_the_older_result_alone(sales: Path) -> None:
    out = sales.parent / "out.csv"
    out.write_text("older")
    sales.write_text("date,warehouse_id,sku,units\n2024-01-01,a,x,1.5\n")
    assert run(sales).exit_code == 2
    assert out.read_text() == "older"


def test_a_folder_as_result_is_refused_before_any_work(sales: Path) -> None:
    sales.unlink()
    result = run(sales, "--out", str(sales.parent))
    assert result.exit_code == 2
    assert result.stderr == f"{sales.parent}: is a folder; pass the path of a file as --out\n"
