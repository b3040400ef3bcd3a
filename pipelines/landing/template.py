"""A new company's folder: settings, mappings of typical files, and the workbook for master data.

Belongs here: what the template holds and how the workbook guides the person who fills it in. Does not: reading it
back (`extraction.py`), the texts of the settings (`pipelines/company_template/`).

The data sheets are empty on purpose: an example row that somebody forgets to delete becomes a product. Examples stand
in the notes of the header cells and on the sheet `guide`, which is never read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.company import SETTINGS_FILE
from pipelines.landing.entities import ENTITIES, MASTER_ENTITIES, Column
from pipelines.landing.readers.workbook import GUIDE_SHEET

TEMPLATE_FOLDER = Path(__file__).resolve().parent.parent / "company_template"
WORKBOOK_FILE = "master.xlsx"
ROWS_WITH_VALIDATION = 5000

EXAMPLES: dict[str, object] = {
    "sku": "MUG-BLUE", "title": "Mug, blue, 350 ml", "category": "kitchen", "ean": "4006381333931",
    "supplier_id": "yiwu-ceramics", "origin_country": "CN", "hs_code": "6912.00", "weight_kg": 0.42,
    "length_cm": 12.5, "width_cm": 9, "height_cm": 10, "volume_cbm": 0.00113, "carton_units": 24, "moq_units": 480,
    "purchase_lead_time_days": 30, "purchase_cost_amount": 9.8, "purchase_cost_currency": "CNY",
    "list_price_amount": 14.99, "list_price_currency": "USD", "warehouse_id": "us_east",
    "warehouse_name": "New Jersey 3PL", "country": "US", "time_zone": "America/New_York", "shop_id": "amazon_us",
    "shop_name": "Amazon US", "currency": "USD", "seller_sku": "MUG-BLUE-2PK", "units_per_listing": 2,
    "asin": "B0EXAMPLE1", "fnsku": "X00EXAMPLE", "listing_title": "Mugs, blue, set of 2", "origin_id": "yiwu",
    "destination_id": "us_east", "carrier": "COSCO", "lead_time_days": 38, "lead_time_sd_days": 6,
    "cost_per_unit_amount": 0.1, "cost_per_kg_amount": 1.2, "cost_per_cbm_amount": 180,
    "cost_per_shipment_amount": 250, "cost_currency": "USD", "min_units": 100, "capacity_units": 5000,
    "review_days": 7, "purchase_order_id": "PO-2026-031", "ordered_units": 960, "received_units": 0,
    "unit_cost_amount": 9.8, "unit_cost_currency": "CNY", "ordered_date": "2026-10-12",
    "expected_date": "2026-11-20", "promotion_id": "black-friday", "start_date": "2026-11-27",
    "end_date": "2026-11-30", "discount_share": 0.2, "rule_id": "large-orders", "minimum_value_amount": 5000,
    "minimum_margin_amount": 2000, "margin_currency": "USD", "minimum_deviation_share": 0.5, "stage": 1,
    "signatures": 1, "remind_after_hours": 24, "escalate_after_hours": 72,
    "value_currency": "USD", "login": "lin", "person_name": "Lin Wei", "email": "lin@example.com", "language": "zh",
    "warehouse_ids": "us_east;us_west", "shop_ids": "amazon_us",
}  # fmt: skip

TYPE_NOTES = {
    "text": "text",
    "units": "whole number",
    "number": "number",
    "amount": "amount; its currency stands in a column of its own",
    "share": "share from 0 to 1",
    "date": "date",
    "instant": "time",
    "boolean": "true or false",
}


class UnableToMakeCompany(Exception):
    """The folder holds something already."""


def make_company(folder: Path, *, values: Mapping[str, str]) -> list[Path]:
    """Writes the template with `name`, `base_currency` and `time_zone` filled in; returns the files that were made.

    Raises UnableToMakeCompany when the folder holds anything.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UnableToMakeCompany(f"{folder}: holds something already; pass a folder that is empty or does not exist")
    made = []
    for source in sorted(TEMPLATE_FOLDER.rglob("*.toml")):
        text = source.read_text(encoding="utf-8")
        for key, value in values.items():
            text = text.replace("{{" + key + "}}", value.replace("\\", "\\\\").replace('"', '\\"'))
        target = folder / source.relative_to(TEMPLATE_FOLDER)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        made.append(target)
    (folder / "inbox").mkdir()
    write_master_workbook(folder / WORKBOOK_FILE)
    # settings first, then the workbook, then the mappings: the order in which a person opens them
    made.sort(key=lambda path: (path.name != SETTINGS_FILE, path))
    return [made[0], folder / WORKBOOK_FILE, *made[1:]]


def write_master_workbook(path: Path) -> None:
    """One empty sheet per master entity with canonical columns, and a guide."""
    import xlsxwriter

    # a fixed date of making: the same template is the same file
    with xlsxwriter.Workbook(path) as workbook:
        workbook.set_properties({"created": dt.datetime(2026, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)})
        needed = workbook.add_format({"bold": True, "bg_color": "#FCE4D6", "border": 1})
        optional = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        formats = {
            "text": workbook.add_format({"num_format": "@"}),  # so that an EAN keeps its leading zeros
            "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
        }
        _write_guide(workbook, needed)
        for name in MASTER_ENTITIES:
            entity = ENTITIES[name]
            sheet = workbook.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            for position, column in enumerate(entity.columns):
                sheet.write_string(0, position, column.name, needed if column.required else optional)
                sheet.write_comment(0, position, _note(column), {"width": 220, "height": 90})
                sheet.set_column(position, position, max(12, len(column.name) + 2), formats.get(column.type))
                validation = _validation(column)
                if validation:
                    sheet.data_validation(1, position, ROWS_WITH_VALIDATION, position, validation)


def _write_guide(workbook: Any, head: Any) -> None:
    sheet = workbook.add_worksheet(GUIDE_SHEET)
    sheet.freeze_panes(3, 0)
    sheet.write(0, 0, "One sheet per kind of master data; this sheet is never read. Empty sheets are fine.")
    sheet.write(1, 0, "Columns may be left out unless needed; a column whose name starts with # is a note of your own.")
    for position, (title, width) in enumerate(
        (("sheet", 18), ("column", 28), ("needed", 9), ("what to write", 60), ("example", 24))
    ):
        sheet.write(2, position, title, head)
        sheet.set_column(position, position, width)
    row = 3
    for name in MASTER_ENTITIES:
        for column in ENTITIES[name].columns:
            cells = (name, column.name, "yes" if column.required else "", _what_to_write(column), _example(column))
            for position, cell in enumerate(cells):
                sheet.write(row, position, cell)
            row += 1


def _what_to_write(column: Column) -> str:
    parts = [f"one of {', '.join(column.choices)}" if column.choices else TYPE_NOTES[column.type]]
    forms = {"currency": "ISO code", "country": "two-letter code", "time_zone": "IANA name"}
    if column.form:
        parts.append(forms[column.form])
    if column.minimum:
        parts.append(f"at least {column.minimum:g}")
    if column.references:
        parts.append(f"as on the sheet {column.references.partition('.')[0]}")
    if column.default is not None:
        parts.append(f"empty means {column.default}")
    if column.description and column.description not in parts:
        parts.append(column.description)
    return "; ".join(parts)


def _example(column: Column) -> object:
    if column.choices:
        return column.choices[0]
    return "true" if column.type == "boolean" else EXAMPLES[column.name]


def _note(column: Column) -> str:
    head = "needed" if column.required else "may stay empty"
    return f"{head}\n{_what_to_write(column)}\nexample: {_example(column)}"


def _validation(column: Column) -> dict[str, Any] | None:
    """What the spreadsheet program itself refuses while typing; the import checks everything again."""
    if column.choices:
        return {"validate": "list", "source": list(column.choices)}
    by_type: dict[str, dict[str, Any]] = {
        "boolean": {"validate": "list", "source": ["true", "false"]},
        "units": {"validate": "integer", "criteria": ">=", "value": int(column.minimum or 0)},
        "number": {"validate": "decimal", "criteria": ">=", "value": 0},
        "amount": {"validate": "decimal", "criteria": ">=", "value": 0},
        "share": {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1},
        "date": {"validate": "date", "criteria": ">=", "value": dt.date(2000, 1, 1)},
    }
    return by_type.get(column.type)
