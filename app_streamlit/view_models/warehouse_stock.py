"""Stock of one warehouse as the core's ledger has it, and lines that people write about it, understood.

Belongs here: balances as rows, lines of text as units in bins. Does not: stock as platforms and feeds report it
(`stock.py`), what moves (the core).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import pandas as pd

from app_streamlit.i18n import Language
from app_streamlit.i18n.words import CONDITIONS, word
from app_streamlit.view_models.query import Query
from inventory_core.errors import Malformed
from inventory_core.stock_ledger.commands import BinUnits, MovedUnits
from inventory_core.stock_ledger.model import CONDITIONS as KNOWN_CONDITIONS
from inventory_core.stock_ledger.model import StockKey

LIMIT = 500
Line = TypeVar("Line", bound=BinUnits)
LINE_LIMIT = 10_000


def open_purchases(warehouse_id: str) -> Query:
    """The open lines of purchase orders to that warehouse, one row per order and product."""
    return Query(
        """
        select purchase_order_id, supplier_id, sku, open_units::bigint as open_units, expected_date
        from marts.fct_purchase_orders where warehouse_id = ? and open_units > 0
        order by expected_date nulls last, purchase_order_id, sku
        """,
        (warehouse_id,),
    )


def matching(balances: Mapping[StockKey, int], *, needle: str) -> list[tuple[StockKey, int]]:
    """Balances whose product, bin or lot holds the needle, by product, bin, lot."""
    wanted = needle.strip().casefold()
    found = [
        (key, units)
        for key, units in balances.items()
        if wanted in f"{key.sku} {key.place.bin_id} {key.lot}".casefold()
    ]
    return sorted(found, key=lambda item: (item[0].sku, item[0].place.bin_id, item[0].lot, item[0].condition))


def balance_rows(found: list[tuple[StockKey, int]], text: Language) -> pd.DataFrame:
    """The first `LIMIT`, as they are read."""
    return pd.DataFrame(
        [
            {
                "sku": key.sku,
                "bin_id": key.place.bin_id,
                "lot": key.lot,
                "condition": word(text, CONDITIONS, key.condition.value),
                "units": units,
            }
            for key, units in found[:LIMIT]
        ]
    )


def key_words(key: StockKey, units: int, text: Language) -> str:
    """A balance in words, for lists to choose from."""
    where = key.place.bin_id or text("no bin")
    parts = (key.sku, where, key.lot, word(text, CONDITIONS, key.condition.value), text.number(units))
    return " · ".join(part for part in parts if part)


def counted_lines(written: str) -> tuple[BinUnits, ...]:
    """Lines `SKU, units, bin, lot, condition`; all but the first two may be left out.

    Raises: Malformed, naming the line.
    """
    return tuple(_understood(number, line, BinUnits) for number, line in _lines(written))


def moved_lines(written: str) -> tuple[MovedUnits, ...]:
    """The same for units that arrive, so at least one each.

    Raises: Malformed, naming the line.
    """
    return tuple(_understood(number, line, MovedUnits) for number, line in _lines(written))


def _lines(written: str) -> list[tuple[int, str]]:
    lines = [(number, line) for number, line in enumerate(written.splitlines(), start=1) if line.strip(" \t,;")]
    if len(lines) > LINE_LIMIT:
        raise Malformed(f"these are {len(lines):,} lines: at most {LINE_LIMIT:,} at once")
    return lines


def _understood(number: int, line: str, kind: type[Line]) -> Line:
    separator = next((one for one in ("\t", ";", ",") if one in line), ",")
    cells = [cell.strip() for cell in line.split(separator)]
    sku, units, bin_id, lot, condition = [*cells, "", "", "", "", ""][:5]
    if len(cells) > 5 or not units.isdecimal():
        raise Malformed(f"line {number}: pass SKU, whole units, bin, lot, condition, not {line.strip()!r}")
    if condition and condition not in KNOWN_CONDITIONS:
        raise Malformed(f"line {number}: condition must be {' or '.join(KNOWN_CONDITIONS)}, not {condition!r}")
    try:
        return kind(sku=sku, units=int(units), bin_id=bin_id, lot=lot, condition=condition or "good")
    except Malformed as problem:
        raise Malformed(f"line {number}: {problem}") from problem
