"""Extracts: a vendor's answers as files that a feed reads, written so that nothing is lost or doubled.

Belongs here: names, resuming, finishing. Does not: asking (`<vendor>/`), reading (`pipelines/landing`).

A shelf is the folder of one dataset of one account. **Its finished files are the state**: the name of a file says which
stretch of time it holds, so the file and the knowledge that it is there arrive by one rename and cannot disagree. While
a file grows it is hidden (feeds do not see it) and every page is flushed to the disk: a killed extraction goes on after
its last whole page where the vendor's token for the next page still lives, and starts that file anew where it does not.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.landing.extraction import replacing
from pipelines.sources.clock import Clock, iso
from pipelines.sources.errors import Rejected, UnexpectedAnswer

PART_PREFIX = ".part-"
NOTHING_SUFFIX = ".none"  # the vendor has nothing for that stretch: known, and no file that a feed would read
NAME_FORMAT = "%Y-%m-%dT%H%M%SZ"
_INSTANT = r"(\d{4}-\d\d-\d\dT\d{6}Z)"
_STRETCH = re.compile(f"{_INSTANT}_{_INSTANT}")
_SNAPSHOT = re.compile(rf"(\d{{4}}-\d\d-\d\d)_at_{_INSTANT}")
RESTARTS = 3  # a token that dies within a run lets the file begin anew this often

Answer = dict[str, Any]


@dataclass(frozen=True)
class Window:
    """A stretch of time that changes are asked for, or the instant of a snapshot and the evening that it shows."""

    end: dt.datetime
    begin: dt.datetime | None = None
    evening: dt.date | None = None

    @property
    def name(self) -> str:
        """How its file is called; a mapping reads a snapshot's day from it."""
        end = self.end.strftime(NAME_FORMAT)
        return f"{self.begin.strftime(NAME_FORMAT)}_{end}" if self.begin else f"{self.evening}_at_{end}"

    @classmethod
    def of_name(cls, name: str) -> Window | None:
        """The window in a file's name."""
        if found := _STRETCH.match(name):
            return cls(_instant(found[2]), begin=_instant(found[1]))
        if found := _SNAPSHOT.match(name):
            return cls(_instant(found[2]), evening=dt.date.fromisoformat(found[1]))
        return None


def evening_of(instant: dt.datetime, time_zone: str) -> dt.date:
    """The evening that a snapshot shows: before noon it is the evening before, as the planner's morning sees it."""
    return (instant.astimezone(zoneinfo.ZoneInfo(time_zone)) - dt.timedelta(hours=12)).date()


class Shelf:
    """The files of one dataset of one account (and one marketplace, where the vendor tells them apart)."""

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self.folder = folder
        self.clock = clock

    def path(self, window: Window, suffix: str) -> Path:
        """Where the file of a window stands once it is whole."""
        return self.folder / f"{window.name}{suffix}"

    def windows(self) -> list[Window]:
        """What is there, oldest first."""
        if not self.folder.is_dir():
            return []
        found = (Window.of_name(path.name) for path in self.folder.iterdir() if not path.name.startswith("."))
        return sorted(
            (window for window in found if window), key=lambda window: (window.end, window.begin or window.end)
        )

    def latest_end(self) -> dt.datetime | None:
        """Until when everything is there."""
        windows = self.windows()
        return max((window.end for window in windows), default=None)

    def missing(self, *, since: dt.datetime, until: dt.datetime, longest: dt.timedelta) -> Iterator[Window]:
        """Windows that are still to be pulled, oldest first; one that was begun comes first and as it was begun."""
        begin = self.latest_end() or since
        begun = self._begun()
        if begun and begun.begin and begun.begin == begin and begun.end <= until:
            yield begun
            begin = begun.end
        while begin < until:
            end = min(begin + longest, until)
            yield Window(end, begin=begin)
            begin = end

    def snapshot(self, until: dt.datetime, *, evening: dt.date, token_lives: dt.timedelta | None) -> Window | None:
        """The snapshot to be pulled: a begun one whose token still lives, else that of `until`; None if it is there."""
        window = Window(until, evening=evening)
        begun = self._begun()
        if begun is not None and begun.begin is None:
            last = self.part(begun).last()
            if last is not None:
                age = self.clock.now() - dt.datetime.fromisoformat(last["received_at"])
                if token_lives is None or age < token_lives:
                    window = begun
        return None if window in self.windows() else window

    def part(self, window: Window) -> Part:
        """The growing file of a window; growing files of other windows are removed, nobody will finish them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = Part(self.folder / f"{PART_PREFIX}{window.name}.jsonl", self.path(window, ".jsonl"))
        for path in self.folder.glob(f"{PART_PREFIX}*"):
            if path != part.growing:
                path.unlink()
        return part

    def keep(self, path: Path, line: Answer) -> None:
        """Writes a file of one line at once."""
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")

    def remember_nothing(self, window: Window, why: Answer) -> None:
        """Notes that the vendor has nothing for a window, so that it is not asked for ever."""
        self.keep(self.path(window, NOTHING_SUFFIX), why)

    def _begun(self) -> Window | None:
        for path in self.folder.glob(f"{PART_PREFIX}*") if self.folder.is_dir() else ():
            window = Window.of_name(path.name.removeprefix(PART_PREFIX))
            if window:
                return window
        return None


class Part:
    """A file that grows by whole lines, each flushed before the next is asked for."""

    def __init__(self, growing: Path, final: Path) -> None:
        self.growing = growing
        self.final = final

    def last(self) -> Answer | None:
        """The last whole line; a torn one at the end (the machine died) is cut off.

        A whole line that is no JSON is a damaged disk: nothing before it is trusted, the vendor is asked anew.
        """
        if not self.growing.exists():
            return None
        with self.growing.open("rb+") as stream:
            size = stream.seek(0, os.SEEK_END)
            begin, line = _last_line(stream, size)
            if line is None:
                stream.truncate(begin)
                return self.last() if begin else None
        try:
            found: Answer = json.loads(line)
        except ValueError:
            self.restart()
            return None
        return found

    def restart(self) -> None:
        """Empties it."""
        self.growing.unlink(missing_ok=True)

    def append(self, line: Answer) -> None:
        """Adds a line and waits until the disk has it."""
        self.growing.parent.mkdir(parents=True, exist_ok=True)
        with self.growing.open("ab") as stream:
            stream.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())

    def finish(self) -> Path:
        """Gives it its name; from now on it is there."""
        self.growing.replace(self.final)
        return self.final


def pull_pages(
    shelf: Shelf,
    window: Window,
    *,
    operation: str,
    asked: Answer,
    fetch: Callable[[str | None], Answer],
    next_token: Callable[[Answer], str | None],
    token_lives: dt.timedelta | None = None,
) -> Path:
    """All pages of a window as one file, a page a line: `asked` (never a secret), `received_at` and the `answer`.

    `fetch` gets the vendor's token of the page, None for the first, and hands back an answer without buyers' data.
    """
    part = shelf.part(window)
    token = None
    last = part.last()
    if last is not None:
        token = next_token(last["answer"])
        if token is None:
            return part.finish()
        age = shelf.clock.now() - dt.datetime.fromisoformat(last["received_at"])
        if token_lives is not None and age >= token_lives:
            part.restart()
            token = None
    restarts = 0
    while True:
        try:
            answer = fetch(token)
        except Rejected as error:
            if token is None or error.status != 400 or restarts == RESTARTS:
                raise
            restarts += 1  # the token died, or the vendor forgot it
            part.restart()
            token = None
            continue
        received_at = iso(shelf.clock.now())
        part.append({"operation": operation, "asked": asked, "received_at": received_at, "answer": answer})
        following = next_token(answer)
        if following is None:
            return part.finish()
        if following == token:
            raise UnexpectedAnswer(f"{operation}: the vendor hands out the same page token for ever; nothing is landed")
        token = following


def without(value: Any, names: frozenset[str]) -> Any:
    """An answer without the fields of these names, wherever they stand."""
    if isinstance(value, dict):
        return {name: without(inner, names) for name, inner in value.items() if name not in names}
    if isinstance(value, list):
        return [without(inner, names) for inner in value]
    return value


def _instant(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, NAME_FORMAT).replace(tzinfo=dt.UTC)


def _last_line(stream: Any, size: int) -> tuple[int, bytes | None]:
    """Where the last line begins and its text; None for a torn one."""
    position, tail = size, b""
    while position > 0:
        step = min(1 << 16, position)
        position -= step
        stream.seek(position)
        tail = stream.read(step) + tail
        end = len(tail) - 1 if tail.endswith(b"\n") else len(tail)
        found = tail.rfind(b"\n", 0, end)
        if found >= 0:
            line = tail[found + 1 :]
            return position + found + 1, line if line.endswith(b"\n") else None
    return 0, tail if tail.endswith(b"\n") else None
