"""Exported tables start no formulas in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from app_streamlit.view_models.exports import safe_cell, safe_csv


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    assert safe_cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("harmless", ["LAMP-01", "a=b", "", -5, -2.5, None, "’quoted"])
def test_other_values_stay_as_they_are(harmless: object) -> None:
    assert safe_cell(harmless) == harmless


def test_the_file_is_utf_8_with_a_mark_numbers_stay_numbers_and_headers_are_safe() -> None:
    frame = pd.DataFrame({"sku": ["=1+1", "台灯"], "units": [-5, 7], "=evil": ["x", None]})
    content = safe_csv(frame)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows == [["sku", "units", "'=evil"], ["'=1+1", "-5", "x"], ["台灯", "7", ""]]


def test_an_empty_table_keeps_its_header() -> None:
    assert safe_csv(pd.DataFrame({"sku": []})).decode("utf-8-sig") == "sku\r\n"
