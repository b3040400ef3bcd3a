"""The dbt project on disk and its manifest, made anew when a file of the project changed.

Belongs here: where the project is and when it is parsed. Does not: which models run when (`defs/dbt_models`). Imports
neither dbt nor Dagster: a parse is a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

from pipelines.company import REPOSITORY

PROJECT_FOLDER = REPOSITORY / "dbt_project"
PARSED_SUFFIXES = {".sql", ".yml", ".csv"}
# Also where `.venv/bin` is not on PATH.
DBT_EXECUTABLE = Path(sys.executable).parent / "dbt"


class UnableToParseProject(Exception):
    """dbt could not read its project; the message is what dbt said."""


def current_manifest(folder: Path = PROJECT_FOLDER) -> Path:
    """The manifest, as new as the project's files. Parsing takes seconds, so it happens only when needed."""
    manifest = folder / "target" / "manifest.json"
    manifest.parent.mkdir(exist_ok=True)
    with FileLock(manifest.parent / "parse.lock"):
        if not is_manifest_current(folder, manifest=manifest):
            _parse(folder)
    return manifest


def _parse(folder: Path) -> None:
    result = subprocess.run(  # noqa: S603 (our own executable and paths)
        [str(DBT_EXECUTABLE), "--quiet", "parse", "--project-dir", str(folder), "--profiles-dir", str(folder)],
        cwd=folder,
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_USE_COLORS": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise UnableToParseProject(f"{folder}: {result.stdout.strip() or result.stderr.strip()}")


def is_manifest_current(folder: Path, *, manifest: Path) -> bool:
    """True when no file that dbt parses is newer than the manifest, and none is gone since."""
    if not manifest.is_file():
        return False
    made = manifest.stat().st_mtime_ns
    parsed_folders = [folder, *(folder / name for name in ("models", "macros", "seeds", "tests"))]
    newest = max(
        path.stat().st_mtime_ns
        for parsed in parsed_folders
        for path in (parsed.glob("*") if parsed == folder else parsed.rglob("*"))
        # A folder's time changes when a file in it comes or goes.
        if path.suffix in PARSED_SUFFIXES or (path.is_dir() and path.name not in {"target", "logs"})
    )
    return newest <= made
