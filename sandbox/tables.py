"""One file of the company's inbox as a table; equal tables become equal bytes.

Does not belong here: what stands in it (`amazon.py`, `shopify.py`, `warehouses.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl


@dataclass(frozen=True)
class TableFile:
    """A delimited text file: its path below the company's folder and its rows. Amazon's reports quote nothing."""

    path: str
    rows: pl.DataFrame
    separator: str = ","
    with_bom: bool = False

    def write(self, folder: Path) -> None:
        """Write it below `folder`, making the folders on the way."""
        target = folder / self.path
        target.parent.mkdir(parents=True, exist_ok=True)
        self.rows.write_csv(
            target,
            separator=self.separator,
            line_terminator="\n",
            quote_style="never" if self.separator == "\t" else "necessary",
            null_value="",
            include_bom=self.with_bom,
        )
