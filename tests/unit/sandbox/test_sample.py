"""The company folder: the same bytes for the same seed, all of it or none of it."""

import hashlib
import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.commands.sandbox import command
from sandbox import sample
from sandbox.network import DE_3PL, FBA_DE
from sandbox.parameters import Parameters
from sandbox.sample import UnableToWriteSample, read_parameters, write_sample
from sandbox.truth import truth
from sandbox.world import live

SMALL = Parameters(seed=5, products=20, months=4)


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("companies") / "one"
    write_sample(target, parameters=SMALL)
    return target


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(folder, tmp_path):
    write_sample(tmp_path / "again", parameters=SMALL)
    write_sample(tmp_path / "other", parameters=Parameters(seed=6, products=20, months=4))
    first, again, other = (digests(path) for path in (folder, tmp_path / "again", tmp_path / "other"))
    assert first == again
    assert first["master.xlsx"] != other["master.xlsx"]
    assert first["company.toml"] == other["company.toml"]


def test_the_settings_name_feeds_whose_files_and_mappings_are_there(folder):
    company = tomllib.loads((folder / "company.toml").read_text(encoding="utf-8"))
    assert company["company"]["kind"] == "sandbox"
    assert company["company"]["as_of"] == SMALL.as_of
    assert company["policy"] == {"holding_rate_per_year": 0.35, "review_days": 7, "freq": "D"}
    used = set()
    for feed in company["feeds"]:
        files = list(folder.glob(feed["files"]))
        assert files, feed["feed"]
        used.update(files)
        assert "mapping" not in feed or (folder / feed["mapping"]).is_file()
    assert {path for path in (folder / "inbox").rglob("*") if path.is_file()} <= used
    assert len(company["feeds"]) == len({feed["feed"] for feed in company["feeds"]})


def test_a_folder_that_holds_anything_is_refused_and_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UnableToWriteSample, match="is not empty: pass a folder that is new or empty"):
        write_sample(tmp_path, parameters=SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "company").mkdir()
    write_sample(tmp_path / "company", parameters=SMALL)
    assert (tmp_path / "company/company.toml").is_file()


@pytest.mark.parametrize(
    ("parameters", "warehouse", "absent"),
    [
        (Parameters(seed=5, products=12, months=3), FBA_DE, "amazon_de/returns"),
        (Parameters(seed=0, products=10, months=3), DE_3PL, "de_3pl/retouren.csv"),
    ],
)
def test_a_world_too_young_for_returns_can_be_written(tmp_path, parameters, warehouse, absent):
    world = write_sample(tmp_path / "company", parameters=parameters)
    origins = {world.catalog.listings[world.wanted.listing[item.line]].warehouse for item in world.returns}
    assert origins
    assert warehouse not in origins
    assert not (tmp_path / "company/inbox" / absent).exists()


def test_a_failure_in_the_middle_leaves_nothing(tmp_path, monkeypatch):
    def full(world, *, path):
        raise OSError("no space left on device")

    monkeypatch.setattr(sample, "write_workbook", full)
    with pytest.raises(OSError, match="no space"):
        write_sample(tmp_path / "company", parameters=SMALL)
    assert list(tmp_path.iterdir()) == []


def test_the_truth_command_makes_the_world_again_from_the_folder(folder):
    result = CliRunner().invoke(command, ["truth", str(folder)])
    assert result.exit_code == 0
    told = json.loads(result.output)
    assert told == json.loads(json.dumps(truth(live(SMALL))))
    assert sum(told["places"].values()) == 0
    assert len(told["planted_rows"]) == 11


def test_commands_refuse_in_one_line_with_exit_status_two(tmp_path):
    runner = CliRunner()
    for arguments, words in (
        (["create", str(tmp_path / "x"), "--products", "1"], "--products is 1: pass a whole number from 10"),
        (["truth", str(tmp_path)], "is no sample company: sandbox.toml is not there"),
    ):
        result = runner.invoke(command, arguments)
        assert result.exit_code == 2
        assert words in result.output
        assert len(result.output.splitlines()) == 1
    assert not (tmp_path / "x").exists()


def test_the_create_command_says_what_it_wrote(tmp_path):
    arguments = ["create", str(tmp_path / "company"), "--products", "10", "--months", "3", "--as-of", "2026-03-02"]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    assert "10 products" in result.output
    assert "from 2025-12-02 to the morning of 2026-03-02" in result.output
    assert read_parameters(tmp_path / "company").months == 3


def test_buyers_are_in_the_exports_so_that_dropping_them_can_be_tested(folder):
    shopify = "".join(path.read_text(encoding="utf-8") for path in (folder / "inbox/shopify").glob("*.csv"))
    assert "@buyer.example" in shopify
    orders = (folder / "inbox/amazon_us/orders").glob("*.tsv")
    assert "Brooklyn" in "".join(path.read_text(encoding="utf-8") for path in orders)
