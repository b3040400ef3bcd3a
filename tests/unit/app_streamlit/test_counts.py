"""Running counts on disk: kept whole, one per person and shipment, forgotten when saved."""

from __future__ import annotations

from pathlib import Path

from app_streamlit import counts
from app_streamlit.view_models.receiving import CountKey


def test_a_count_is_found_again_by_its_person_and_shipment_only(tmp_path: Path) -> None:
    tally = counts.load(folder=tmp_path, person_id="wei", shipment_id="sh_1", shipment_label="TO-1-S1")
    counted = tally.added(CountKey("CHAIR"), 3)
    counts.keep(counted, folder=tmp_path, person_id="wei", shipment_id="sh_1")
    assert counts.load(folder=tmp_path, person_id="wei", shipment_id="sh_1", shipment_label="TO-1-S1") == counted
    assert counts.load(folder=tmp_path, person_id="ada", shipment_id="sh_1", shipment_label="TO-1-S1").total == 0
    assert counts.unsaved(folder=tmp_path, person_id="wei") == [counted]
    assert counts.unsaved(folder=tmp_path, person_id="ada") == []


def test_a_saved_count_is_gone_and_the_next_one_is_another(tmp_path: Path) -> None:
    first = counts.load(folder=tmp_path, person_id="wei", shipment_id="sh_1", shipment_label="TO-1-S1")
    counts.keep(first.added(CountKey("CHAIR"), 1), folder=tmp_path, person_id="wei", shipment_id="sh_1")
    counts.forget(folder=tmp_path, person_id="wei", shipment_id="sh_1")
    counts.forget(folder=tmp_path, person_id="wei", shipment_id="sh_1")  # twice is as good as once
    second = counts.load(folder=tmp_path, person_id="wei", shipment_id="sh_1", shipment_label="TO-1-S1")
    assert second.total == 0
    assert second.count_id != first.count_id


def test_a_login_cannot_name_a_file_elsewhere(tmp_path: Path) -> None:
    tally = counts.load(folder=tmp_path, person_id="../wei", shipment_id="sh_1", shipment_label="TO-1-S1")
    counts.keep(tally, folder=tmp_path, person_id="../wei", shipment_id="sh_1")
    assert [path.parent for path in tmp_path.rglob("*.json")] == [tmp_path / counts.FOLDER]
