"""A company's folder: its settings, its paths, its clock and the feeds it reads.

Belongs here: reading and checking company.toml. Does not: how a file's columns are mapped (`landing/mapping.py`), what
a new folder looks like (`landing/template.py`), the core's database address (`inventory_core.bootstrap`). Imports
nothing heavy, because every command reads this first.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.landing.entities import ENTITIES
from pipelines.outbox.settings import Notifications, read_notifications, read_outbox_folder
from pipelines.sources.settings import Source, read_sources
from pipelines.toml_tables import TomlTable, read_toml

REPOSITORY = Path(__file__).resolve().parent.parent
SETTINGS_FILE = "company.toml"
FREQUENCIES = ("D", "W-MON")
SHIPPED_MAPPINGS = Path(__file__).resolve().parent / "sources" / "mappings"


class UnableToReadCompany(Exception):
    """company.toml is absent or wrong; `problems` holds one line each, naming the key and what to write."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Policy:
    """What the planner aims at: a service level, flat costs a unit, or rates on a unit's cost and price."""

    service_level: float | None = None
    holding_cost_per_unit_week: float | None = None
    shortage_cost_per_unit: float | None = None
    holding_rate_per_year: float | None = None
    review_days: int = 7
    freq: str = "D"


@dataclass(frozen=True)
class Feed:
    """Files of one kind: where they are and how they are read.

    `mapping` is the path of a mapping; `entity` says that the columns are canonical already; with neither, the file is
    a workbook with one sheet per entity.
    """

    name: str
    patterns: tuple[str, ...]
    folder: Path
    shared: Path
    mapping: Path | None = None
    entity: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    is_guarded: bool = True

    def locate(self, pattern: str) -> Path:
        """The pattern as a path, `{shared}` filled in and relative to the company's folder."""
        return self.folder / pattern.replace("{shared}", str(self.shared))

    def files(self) -> tuple[Path, ...]:
        """Files that are there now, sorted within each pattern; office lock files and hidden files are none."""
        found: dict[Path, None] = {}
        for pattern in self.patterns:
            path = self.locate(pattern)
            matches = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor)))) if _is_glob(path) else [path]
            found.update(dict.fromkeys(m for m in matches if m.is_file() and not m.name.startswith(("~$", "."))))
        return tuple(found)

    def source_name(self, path: Path) -> str:
        """A file's name as people know it and the same on every machine: below the company or below `{shared}`."""
        for base, prefix in ((self.folder, ""), (self.shared, "{shared}/")):
            try:
                return prefix + path.resolve().relative_to(base.resolve()).as_posix()
            except ValueError:
                continue
        return path.name


@dataclass(frozen=True)
class Company:
    """The settings of one company and the paths below its folder.

    `approval_by_rule` is None where the file does not say it.
    """

    folder: Path
    name: str
    base_currency: str
    time_zone: str
    kind: str
    fixed_as_of: dt.date | None
    policy: Policy
    feeds: tuple[Feed, ...]
    notifications: Notifications = field(default_factory=Notifications)
    outbox_folder: Path | None = None
    approval_by_rule: bool | None = None
    sources: tuple[Source, ...] = ()

    @property
    def landing(self) -> Path:
        """Immutable raw extractions."""
        return self.folder / "landing"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that only the daily job writes."""
        return self.folder / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The read-only copy of the marts."""
        return self.folder / "published" / "marts.duckdb"

    @property
    def core_database(self) -> Path:
        """The system of record unless DIAOBO_DATABASE_URL names another."""
        return self.folder / "core.sqlite"

    def feed(self, name: str) -> Feed:
        """The feed of that name; KeyError when there is none."""
        for feed in self.feeds:
            if feed.name == name:
                return feed
        raise KeyError(name)

    def as_of(self, *, now: dt.datetime, override: dt.date | None = None) -> dt.date:
        """The morning that is planned for: the override, else the fixed date, else today in the company's zone."""
        if now.tzinfo is None:
            raise ValueError("now needs a time zone")
        return override or self.fixed_as_of or now.astimezone(zoneinfo.ZoneInfo(self.time_zone)).date()


def company_folder(folder: str | Path | None = None, *, environ: Mapping[str, str]) -> Path:
    """The folder that is meant: the argument, else DIAOBO_COMPANY, else the sample company."""
    chosen = folder or environ.get("DIAOBO_COMPANY") or REPOSITORY / "var" / "sample"
    return Path(chosen).expanduser().resolve()


def load_company(folder: Path, *, environ: Mapping[str, str]) -> Company:
    """Reads and checks company.toml; raises UnableToReadCompany with every problem at once."""
    path = folder / SETTINGS_FILE
    if not path.is_file():
        raise UnableToReadCompany(
            [f"{folder}: holds no {SETTINGS_FILE}; pass --company DIR, or make a folder with `diaobo company new DIR`"]
        )
    try:
        document = read_toml(path)
    except ValueError as error:
        raise UnableToReadCompany([str(error)]) from None
    problems: list[str] = []
    root = TomlTable(document, where=f"{path}:", problems=problems)
    settings = TomlTable(root.raw("company") or {}, where=f"{path}: [company]", problems=problems)
    approvals = TomlTable(root.raw("approvals") or {}, where=f"{path}: [approvals]", problems=problems)
    company = Company(
        folder=folder,
        name=settings.text("name", required=True) or "",
        base_currency=_currency(settings),
        time_zone=_time_zone(settings),
        kind=settings.choice("kind", ("live", "sandbox"), default="live") or "live",
        fixed_as_of=settings.date("as_of"),
        policy=_policy(root.raw("policy") or {}, where=f"{path}: [policy]", problems=problems),
        feeds=_feeds(root.raw("feeds") or [], folder=folder, environ=environ, problems=problems),
        notifications=read_notifications(root.raw("notifications"), where=f"{path}:", problems=problems),
        outbox_folder=read_outbox_folder(root.raw("outbox"), company=folder, where=f"{path}:", problems=problems),
        approval_by_rule=approvals.flag("by_rule") if "by_rule" in approvals else None,
        sources=read_sources(root.raw("sources") or [], where=str(path), problems=problems),
    )
    approvals.finish()
    settings.finish()
    root.finish()
    if problems:
        raise UnableToReadCompany(problems)
    return company


def _currency(settings: TomlTable) -> str:
    value = settings.text("base_currency", required=True, say='a currency such as "USD"') or ""
    if value and not (len(value) == 3 and value.isascii() and value.isalpha() and value.isupper()):
        settings.problem("base_currency", f'is "{value}"; write three capital letters such as "USD"')
    return value


def _time_zone(settings: TomlTable) -> str:
    value = settings.text("time_zone", required=True, say='an IANA name such as "Asia/Shanghai"') or "UTC"
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        settings.problem("time_zone", f'is "{value}"; write an IANA name such as "Asia/Shanghai"')
        return "UTC"
    return value


def _policy(values: object, *, where: str, problems: list[str]) -> Policy:
    table = TomlTable(values, where=where, problems=problems)
    policy = Policy(
        service_level=table.number("service_level", above=0, below=1),
        holding_cost_per_unit_week=table.number("holding_cost_per_unit_week", above=0),
        shortage_cost_per_unit=table.number("shortage_cost_per_unit", above=0),
        holding_rate_per_year=table.number("holding_rate_per_year", above=0),
        review_days=table.whole_number("review_days", minimum=1, default=7),
        freq=table.choice("freq", FREQUENCIES, default="D") or "D",
    )
    table.finish()
    flat = ("holding_cost_per_unit_week", "shortage_cost_per_unit")
    given = [key for key in flat if key in table]
    ways = [key for key in ("service_level", "holding_rate_per_year") if key in table] + (
        ["flat costs"] if given else []
    )
    if len(given) == 1:
        table.problem(given[0], f"stands alone; write {flat[0]} and {flat[1]} together")
    if len(ways) != 1:
        said = f"holds {' and '.join(ways)}" if ways else "says nothing"
        problems.append(
            f"{where}: {said}; write one of service_level = 0.95, or {flat[0]} and {flat[1]}, or holding_rate_per_year"
        )
    return policy


def _feeds(values: Any, *, folder: Path, environ: Mapping[str, str], problems: list[str]) -> tuple[Feed, ...]:
    path = folder / SETTINGS_FILE
    shared = Path(environ.get("DIAOBO_SHARED") or REPOSITORY.parent / "shared")
    if not isinstance(values, list):
        problems.append(f"{path}: [[feeds]]: write each feed as its own table, headed [[feeds]]")
        return ()
    feeds: list[Feed] = []
    for number, item in enumerate(values, start=1):
        table = TomlTable(item, where=f"{path}: [[feeds]] number {number}", problems=problems)
        name = table.text("feed", required=True, say='a unique name such as "warehouse_stock"') or ""
        if name:
            table.where = f'{path}: feed "{name}"'
            if not name.replace("_", "").replace("-", "").isalnum():
                table.problem("feed", "write letters, digits, _ and - only: it names a folder")
            if any(feed.name == name for feed in feeds):
                table.problem("feed", "is used twice; write another name")
        patterns = table.texts("files", say='a path or pattern such as "inbox/orders/*.csv"')
        if not patterns and "files" not in table:
            table.problem("files", 'is missing; write a path or pattern such as "inbox/orders/*.csv"')
        mapping, entity = table.text("mapping"), table.choice("entity", tuple(ENTITIES))
        mapping_path = _mapping_path(folder, mapping)
        if mapping_path and not mapping_path.is_file():
            table.problem("mapping", f'is "{mapping}", and {mapping_path} does not exist; write the path of a mapping')
        if mapping and entity:
            table.problem("entity", "cannot stand beside mapping; the mapping names the entity")
        _check_shared(table, patterns, shared)
        feed = Feed(
            name=name,
            patterns=patterns,
            folder=folder,
            shared=shared,
            mapping=mapping_path,
            entity=entity,
            constants=table.scalars("constants") or {},
            is_guarded=table.flag("guarded", default=True),
        )
        table.finish()
        feeds.append(feed)
    return tuple(feeds)


def _mapping_path(folder: Path, mapping: str | None) -> Path | None:
    """Where a mapping is: below the company, or (`{sources}`) among those that come with the connectors."""
    return folder / mapping.replace("{sources}", str(SHIPPED_MAPPINGS)) if mapping else None


def _check_shared(table: TomlTable, patterns: tuple[str, ...], shared: Path) -> None:
    line = (
        f"{table.where.split(': ')[0]}: reads {{shared}}, and {shared} does not exist; set DIAOBO_SHARED to that folder"
    )
    if any("{shared}" in pattern for pattern in patterns) and not shared.is_dir() and line not in table.problems:
        table.problems.append(line)


def _is_glob(path: Path) -> bool:
    return any(sign in str(path) for sign in "*?[")
