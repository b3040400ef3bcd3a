"""Messages as files, for warehouses and shops whose systems have no interface: one JSON, and one CSV for goods.

Belongs here: names and form of the files. Does not: what they tell (`inventory_core/outbox/model.py`).

A file is named by its message's id, so a message that is told twice is the same file again; whoever takes files away
keeps the ids that he has applied. It appears as a whole or not at all, the JSON last.
"""

from __future__ import annotations

import csv
import io
import json
import os
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inventory_core.instants import instant_text
from inventory_core.outbox.model import DESTINATION, ORIGIN, Message

# Which warehouse of the payload a channel is.
WAREHOUSE_KEYS = {ORIGIN: "origin_id", DESTINATION: "destination_id"}
CSV_COLUMNS = (
    *("message_id", "kind", "document_number", "shipment_id", "origin_id", "destination_id", "mode"),
    *("ship_date", "arrival_date", "sku", "units"),
)
# A spreadsheet would run what begins with these as a formula.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, kw_only=True)
class WritingFiles:
    """The sender of a channel by files: below `folder`, by channel and warehouse."""

    folder: Path

    def __call__(self, message: Message) -> None:
        """Writes the files; OSError when it cannot."""
        payload = json.loads(message.payload)
        warehouse_id = payload.get(WAREHOUSE_KEYS.get(message.channel, ""))
        folder = self.folder / message.channel
        if warehouse_id:
            folder /= urllib.parse.quote(warehouse_id, safe="").replace(".", "%2E")
        folder.mkdir(parents=True, exist_ok=True)
        if payload.get("lines"):
            # the mark at the beginning tells Excel that this is UTF-8
            write_whole(folder / f"{message.message_id}.csv", "\ufeff" + _csv(message, payload))
        content = {
            "message_id": message.message_id,
            "channel": message.channel,
            "kind": message.kind,
            "written_at": instant_text(message.written_at),
            "warehouse_id": warehouse_id,
            **payload,
        }
        text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
        write_whole(folder / f"{message.message_id}.json", text + "\n")


def write_whole(path: Path, text: str) -> None:
    """The file with that text, on the disk, in one step: nobody ever reads half of it."""
    # the process in the name: a second worker that took over a dead one's message must not write into the same draft
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with draft.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    # the new name too: after a power cut the core still knows the message as told
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _csv(message: Message, payload: Mapping[str, Any]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(CSV_COLUMNS)
    head = {**payload, "message_id": message.message_id, "kind": message.kind}
    for line in payload["lines"]:
        row = {**head, **line}
        writer.writerow([harmless(row.get(column)) for column in CSV_COLUMNS])
    return buffer.getvalue()


def harmless(value: object) -> object:
    """A cell that no spreadsheet runs: texts that begin like a formula get an apostrophe before them.

    >>> harmless("=1+1"), harmless(-5), harmless("CHAIR"), harmless(None)
    ("'=1+1", -5, 'CHAIR', '')
    """
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_SIGNS) else value
