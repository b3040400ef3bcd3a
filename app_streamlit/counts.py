"""Running counts that are not saved yet, one file per person and shipment in the company's folder.

Belongs here: keeping, finding and forgetting them. Does not: what is in a count (`view_models/receiving.py`), recording
it (the core). A count is an hour of somebody's work: a closed tab, a lost connection or a restart must not take it.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from uuid import uuid4

from app_streamlit.view_models.receiving import Tally, tally_of_text

FOLDER = "counts"


def _prefix(person_id: str) -> str:
    # A login may hold characters that a file's name may not.
    return hashlib.sha256(person_id.encode()).hexdigest()[:16]


def _path(folder: Path, person_id: str, shipment_id: str) -> Path:
    return folder / FOLDER / f"{_prefix(person_id)}-{shipment_id}.json"


def load(*, folder: Path, person_id: str, shipment_id: str, shipment_label: str) -> Tally:
    """The person's count of that shipment, a new one where there is none."""
    path = _path(folder, person_id, shipment_id)
    if path.is_file():
        return tally_of_text(path.read_text(encoding="utf-8"))
    return Tally(count_id=uuid4().hex, shipment_label=shipment_label)


def keep(tally: Tally, *, folder: Path, person_id: str, shipment_id: str) -> None:
    """Puts the count in the place of what was kept, whole or not at all."""
    path = _path(folder, person_id, shipment_id)
    path.parent.mkdir(exist_ok=True)
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        file.write(tally.text())
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def forget(*, folder: Path, person_id: str, shipment_id: str) -> None:
    """The count was saved, or thrown away."""
    _path(folder, person_id, shipment_id).unlink(missing_ok=True)


def unsaved(*, folder: Path, person_id: str) -> list[Tally]:
    """Everything that the person counted and did not save."""
    found = [
        tally_of_text(path.read_text(encoding="utf-8"))
        for path in (folder / FOLDER).glob(f"{_prefix(person_id)}-*.json")
    ]
    return sorted((tally for tally in found if tally.total), key=lambda tally: tally.shipment_label)
