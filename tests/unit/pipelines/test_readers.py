from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.landing.mapping import Reading
from pipelines.landing.readers import workbook
from pipelines.landing.readers.delimited import read_delimited
from pipelines.landing.readers.records import read_17track, read_json
from pipelines.landing.readers.source import SourceTable, UnableToReadFile
from pipelines.landing.readers.workbook import read_canonical_workbook, read_workbook


def csv_table(path: Path, content: bytes, **settings) -> SourceTable:
    path.write_bytes(content)
    return read_delimited(path, reading=Reading(**settings), delimiter=",", quote='"')


def rows(table: SourceTable) -> list[dict]:
    return [row for batch in table.batches for row in batch.to_pylist()]


def test_text_stays_text_and_rows_know_their_lines(tmp_path: Path):
    content = b'\xef\xbb\xbfsku, units \n00123,1\n\n"a ""b""\nc",2\nlast,3\n'
    table = csv_table(tmp_path / "a.csv", content)
    assert table.columns == ("sku", "units")
    assert [(r["sku"], r["units"], r["_row"]) for r in rows(table)] == [
        ("00123", "1", 2),
        ('a "b"\nc', "2", 4),
        ("last", "3", 6),
    ]


def test_rows_of_the_wrong_width_keep_their_content(tmp_path: Path):
    found = rows(csv_table(tmp_path / "a.csv", b"a,b\n1,2\n1,2,3\n1\n"))
    assert [r["_refused"] for r in found] == [
        None,
        "has 3 fields where the header has 2",
        "has 1 fields where the header has 2",
    ]
    assert found[1]["_content"] == '["1", "2", "3"]'
    assert found[1]["a"] is None


def test_lines_before_the_header_are_counted(tmp_path: Path):
    found = rows(csv_table(tmp_path / "a.csv", b"report of 2026\n\na;b\n1;2\n", skip_rows=2, delimiter=";"))
    assert [(r["a"], r["_row"]) for r in found] == [("1", 4)]


def test_a_declared_encoding_is_used(tmp_path: Path):
    (row,) = rows(csv_table(tmp_path / "a.csv", "品名\n杯子\n".encode("gb18030"), encoding="gb18030"))
    assert row["品名"] == "杯子"


@pytest.mark.parametrize(
    ("content", "rule", "says"),
    [
        (b"\n\n", "empty_file", "a header row with column names is needed"),
        ("品名\n杯子\n".encode("gb18030"), "wrong_encoding", 'encoding = "gb18030"'),
        ("a,b\n".encode("utf-16"), "wrong_encoding", 'write encoding = "utf-16"'),
        (b"PK\x03\x04rest", "not_a_text_file", "is a workbook"),
        (b"a,A\n1,2\n", "doubled_column", "two columns called A, a"),
        (b'a,b\n"open,2\n1,2\n', "not_delimited", "near line "),
        (b"a,_row\n1,2\n", "reserved_column", "rename it"),
    ],
)
def test_a_file_that_is_no_csv_is_refused_in_words(tmp_path: Path, content: bytes, rule: str, says: str):
    with pytest.raises(UnableToReadFile) as caught:
        rows(csv_table(tmp_path / "a.csv", content))
    (problem,) = caught.value.problems
    assert (problem.rule, says in problem.message) == (rule, True), problem


def make_workbook(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Orders")
        date = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(2, 0, ["sku", "units", "day", "share"])
        sheet.write_row(3, 0, ["00123", 12])
        sheet.write_datetime(3, 2, dt.datetime(2026, 3, 4, 5, 6, 7), date)  # noqa: DTZ001 - a workbook knows no zones
        sheet.write(3, 3, 0.1)
        sheet.write(5, 0, 4006381333931)
        sheet.write_formula(5, 1, "=1/0", value="#DIV/0!")
        sheet.write(6, 0, "x")
        sheet.write(6, 6, "far right")
        book.add_worksheet("Empty")
    return path


def test_a_sheet_is_read_as_the_spreadsheet_program_shows_it(tmp_path: Path):
    found = rows(read_workbook(make_workbook(tmp_path / "a.xlsx"), sheet="Orders"))
    assert [(r["sku"], r["units"], r["day"], r["share"], r["_row"]) for r in found[:2]] == [
        ("00123", "12", "2026-03-04 05:06:07", "0.1", 4),
        ("4006381333931", "#Div0", None, None, 6),
    ]
    assert found[2]["_refused"] == "has a cell to the right of the last column's name"
    assert "far right" in found[2]["_content"]


@pytest.mark.parametrize(
    ("sheet", "says"),
    [
        (None, "has the sheets Orders, Empty"),
        ("orders", 'did you mean "Orders"?'),
        ("Empty", "has nothing on its sheet"),
    ],
)
def test_the_right_sheet_is_asked_for(tmp_path: Path, sheet: str | None, says: str):
    with pytest.raises(UnableToReadFile, match=says.replace("?", r"\?")):
        read_workbook(make_workbook(tmp_path / "a.xlsx"), sheet=sheet)


def test_unknown_sheets_of_master_data_are_refused_with_the_nearest_name(tmp_path: Path):
    with xlsxwriter.Workbook(tmp_path / "m.xlsx") as book:
        book.add_worksheet("guide").write(0, 0, "read me")
        book.add_worksheet("Products").write_row(0, 0, ["sku"])
        book.add_worksheet("warehouse").write_row(0, 0, ["warehouse_id"])
    with pytest.raises(UnableToReadFile, match=r'has a sheet "warehouse".*did you mean "warehouses"'):
        read_canonical_workbook(tmp_path / "m.xlsx", entities=("products", "warehouses"))


def test_what_is_no_workbook_is_refused(tmp_path: Path):
    (tmp_path / "a.xlsx").write_text("sku,units\n")
    with pytest.raises(UnableToReadFile, match="is no workbook"):
        read_workbook(tmp_path / "a.xlsx", sheet=None)
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(UnableToReadFile, match="is no readable workbook"):
        read_workbook(tmp_path / "b.xlsx", sheet=None)


def test_a_zip_bomb_is_refused_although_its_header_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbook, "MAXIMUM_INFLATED_BYTES", 1_000_000)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 5_000_000)
    honest = path.read_bytes()
    path.write_bytes(honest.replace((5_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little")))
    assert path.read_bytes() != honest
    with pytest.raises(UnableToReadFile, match="when unpacked"):
        read_workbook(path, sheet=None)


def test_a_cell_far_outside_the_table_is_refused_before_it_fills_the_memory(tmp_path: Path):
    with xlsxwriter.Workbook(tmp_path / "far.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "sku")
        sheet.write(1_048_575, 16_383, "lost")
    with pytest.raises(UnableToReadFile, match="reaches to row 1048576 and column 16384"):
        read_workbook(tmp_path / "far.xlsx", sheet=None)


def test_json_objects_are_flattened_and_numbers_stay_exact(tmp_path: Path):
    path = tmp_path / "a.json"
    path.write_text(
        '{"data": {"items": [{"sku": "A", "price": {"value": 0.10, "on": true}}, {"sku": "B", "tags": [1]}]}}'
    )
    first, second = rows(read_json(path, reading=Reading(records="data.items")))
    assert (first["sku"], first["price.value"], first["price.on"]) == ("A", "0.10", "true")
    assert (second["tags"], second["price.value"], second["_row"]) == ('["1"]', None, 2)
    path.write_text('{"sku": "A"}\n{"sku": "B"}\n')
    assert [row["sku"] for row in rows(read_json(path, reading=Reading()))] == ["A", "B"]
    path.write_text("[1, 2")
    with pytest.raises(UnableToReadFile, match="is no JSON"):
        read_json(path, reading=Reading())


ANSWER = """{"code": 0, "data": {"accepted": [{"number": "N1", "track_info": {
  "time_metrics": {"estimated_delivery_date": {"source": "Official", "from": "2026-11-05T00:00:00+08:00",
                                               "to": "2026-11-07T00:00:00+08:00"}},
  "tracking": {"providers": [{"provider": {"name": "DHL"}, "events": [
    {"time_utc": "2026-11-01T07:47:00Z", "stage": "InTransit", "sub_status": "InTransit_Departure",
     "location": "Yantian", "description": "Departed"},
    {"time_utc": "2026-10-30T01:00:00Z", "stage": "InfoReceived", "location": null, "description": "Label"}]}]}}}],
 "rejected": [{"number": "N2", "error": {"code": -18019902, "message": "unknown"}}]}}"""


def test_17track_gives_one_row_per_event_and_the_carrier_s_estimate(tmp_path: Path):
    path = tmp_path / "t.json"
    path.write_text(ANSWER)
    found = [
        (r["number"], r["event_time_utc"], r["sub_status"], r["carrier"], r["is_forecast"])
        for r in rows(read_17track(path, reading=Reading()))
    ]
    assert found == [
        ("N1", "2026-11-01T07:47:00Z", "InTransit_Departure", "DHL", "false"),
        ("N1", "2026-10-30T01:00:00Z", "InfoReceived", "DHL", "false"),
        ("N1", "2026-11-07T00:00:00+08:00", "EstimatedDelivery", "Official", "true"),
    ]


def test_something_else_is_no_tracking_answer(tmp_path: Path):
    (tmp_path / "t.json").write_text('{"orders": []}')
    with pytest.raises(UnableToReadFile, match="is no answer of 17track"):
        read_17track(tmp_path / "t.json", reading=Reading())


@pytest.mark.shared
def test_the_vendor_s_own_example_is_read(shared: Path):
    path = shared / "specs" / "17track" / "webhook_TRACKING_UPDATED.example.json"
    (row,) = rows(read_17track(path, reading=Reading()))
    assert (row["number"], row["event_time_utc"], row["stage"], row["carrier"]) == (
        "1234567890",
        "2022-09-14T07:47:00Z",
        "AvailableForPickup",
        "DHL Paket",
    )
