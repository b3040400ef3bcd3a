"""The results of `diaobo forecast` and `diaobo suggest`: a file that is written whole or not at all.

Belongs here: whether a path can be written to, writing. Does not: files that are read (`planning_files.py`), which
columns a result has (`pipelines/commands/`).
"""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

from forecasting.planning_files import UnableToReadFile


def check_out_path(path: Path) -> None:
    """Refuse a result path before any work is done.

    Raises:
        UnableToReadFile: a folder, an ending other than .csv or .parquet, or a folder around it that does not exist.
    """
    if path.is_dir():
        raise UnableToReadFile([f"{path}: is a folder; pass the path of a file as --out"])
    if path.suffix.lower() not in {".csv", ".parquet"}:
        raise UnableToReadFile([f"{path.name}: ends neither in .csv nor in .parquet; pass one of these as --out"])
    if not path.parent.is_dir():
        raise UnableToReadFile([f"{path.parent}: there is no such folder; make it or pass another --out"])


def write_file(frame: pl.DataFrame, path: Path) -> None:
    """Write a CSV or Parquet file under a temporary name and rename it, so that nobody reads half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.suffix.lower() == ".parquet":
            frame.write_parquet(temporary)
        else:
            frame.write_csv(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
