"""Pulling a source: each of its datasets, one after the other, each on its own.

Belongs here: the order, the lock, what became of each dataset. Does not: how a vendor is asked (`<vendor>/`), when
(Dagster, the command line). A dataset that cannot be pulled leaves the others and what was there before as they are.
"""

from __future__ import annotations

import datetime as dt
import importlib
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock, Timeout

from pipelines.credentials import Redactor, Secret, UnableToFindSecrets, require_secrets
from pipelines.sources.catalog import CONNECTORS
from pipelines.sources.clock import Clock
from pipelines.sources.errors import Rejected, UnableToFetch, UnexpectedAnswer, Unreachable
from pipelines.sources.extracts import Shelf, evening_of
from pipelines.sources.pacing import Pacer
from pipelines.sources.session import Authorization, Session
from pipelines.sources.settings import DEFAULT_DAYS_BACK, EXTRACTS_FOLDER, Source
from pipelines.sources.tracking.waybills import Waybill

PACING_FILE = ".pacing.json"
LOCK_FILE = ".lock"
FILES = (".jsonl", ".tsv")


@dataclass(frozen=True)
class Outcome:
    """What became of one dataset: new files, or why there are none."""

    source: str
    dataset: str
    files: tuple[Path, ...] = ()
    problem: str | None = None


@dataclass(frozen=True)
class Pull:
    """What a dataset is pulled with: the source, until when, which evening a snapshot shows, what is on its way."""

    source: Source
    folder: Path
    until: dt.datetime
    evening: dt.date
    clock: Clock
    waybills: tuple[Waybill, ...] = ()

    def shelf(self, dataset: str, *scope: str) -> Shelf:
        """Where a dataset's files stand. Two sources of one account share it, so that what is one lands once."""
        return Shelf(self.folder.joinpath(dataset, *scope), clock=self.clock)

    @property
    def since(self) -> dt.datetime:
        """From when changes are asked for the first time."""
        if self.source.since is None:
            return self.until - dt.timedelta(days=DEFAULT_DAYS_BACK)
        return dt.datetime.combine(self.source.since, dt.time(), tzinfo=dt.UTC)


class Connecting(Protocol):
    """What a connector's `connect` is handed."""

    source: Source
    secrets: Mapping[str, Secret]
    redactor: Redactor
    clock: Clock

    def session(self, url: str, authorization: Authorization | None = None) -> Session:
        """A session of the source's account."""


Dataset = Callable[[Pull, Any], list[Path]]


class Connection:
    """One source opened: its secrets, its sessions. Closing closes the sessions."""

    def __init__(self, source: Source, *, company: Path, clock: Clock, environ: Mapping[str, str]) -> None:
        self.source = source
        self.clock = clock
        self.secrets = require_secrets(source.secrets, folder=company, environ=environ)
        self.redactor = Redactor(self.secrets.values())
        self._pacer = Pacer(clock=clock, file=company / EXTRACTS_FOLDER / PACING_FILE)
        self._sessions: list[Session] = []

    def session(self, url: str, authorization: Authorization | None = None) -> Session:
        """A session of the source's account."""
        session = Session(
            url,
            account=f"{self.source.connector}/{self.source.account}",
            clock=self.clock,
            pacer=self._pacer,
            redactor=self.redactor,
            authorization=authorization,
        )
        self._sessions.append(session)
        return session

    def client(self) -> Any:
        """The vendor's client."""
        return importlib.import_module(CONNECTORS[self.source.connector].module).connect(self)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *exception: object) -> None:
        for session in self._sessions:
            session.close()


def pull_source(
    source: Source,
    *,
    company: Path,
    time_zone: str,
    until: dt.datetime,
    clock: Clock,
    environ: Mapping[str, str],
    waybills: tuple[Waybill, ...] = (),
) -> list[Outcome]:
    """Pulls every dataset of a source and says what became of each; raises nothing that a vendor can cause."""
    folder = company / EXTRACTS_FOLDER / source.account
    folder.mkdir(parents=True, exist_ok=True)
    datasets: Mapping[str, Dataset] = importlib.import_module(CONNECTORS[source.connector].module).DATASETS
    pull = Pull(
        source, folder, until.astimezone(dt.UTC).replace(microsecond=0), evening_of(until, time_zone), clock, waybills
    )
    try:
        with (
            FileLock(folder / LOCK_FILE, timeout=0),
            Connection(source, company=company, clock=clock, environ=environ) as connection,
        ):
            client = connection.client()
            return list(_all_pulled(pull, datasets, client))
    except Timeout:
        problem = f"{source.account} is being pulled by another process; its files will be there when that one is done"
    except (UnableToFindSecrets, UnableToFetch) as error:
        problem = str(error)
    return [Outcome(source.name, name, problem=problem) for name in source.datasets]


def each(scopes: Sequence[str], pull_one: Callable[[str], list[Path]]) -> list[Path]:
    """Pulls every scope (a marketplace) of a dataset; one that is refused does not keep the others from coming."""
    files: list[Path] = []
    problems: list[str] = []
    for scope in scopes:
        try:
            files += pull_one(scope)
        except (Rejected, UnexpectedAnswer) as error:
            problems.append(f"{scope}: {error}")
    if problems:
        raise UnableToFetch("; ".join(problems))
    return files


def _all_pulled(pull: Pull, datasets: Mapping[str, Dataset], client: Any) -> Iterator[Outcome]:
    """One after the other; where the vendor's system does not answer at all, the rest is not waited for."""
    silence: str | None = None
    for name in pull.source.datasets:
        if silence is not None:
            yield Outcome(pull.source.name, name, problem=silence)
            continue
        try:
            yield _pulled(pull, name, datasets[name], client)
        except Unreachable as error:
            silence = str(error)
            yield Outcome(pull.source.name, name, problem=silence)


def _pulled(pull: Pull, name: str, dataset: Dataset, client: Any) -> Outcome:
    folder = pull.folder / name
    before = set(folder.rglob("[!.]*"))
    try:
        return Outcome(pull.source.name, name, tuple(dataset(pull, client)))
    except Unreachable:
        raise
    except UnableToFetch as error:
        problem = str(error)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # An answer of another shape than the vendor's contract surfaces as one of these where nobody looked for it.
        # The error's own text stays out: it may quote the answer.
        place = traceback.extract_tb(error.__traceback__)[-1]
        problem = (
            f"{name}: the answer has a shape that the vendor's contract does not know ({type(error).__name__} in "
            f"{place.name}, {Path(place.filename).name} line {place.lineno}); nothing of it was kept"
        )
    # windows that were finished before stay, and are this outcome's files
    new = sorted(path for path in set(folder.rglob("[!.]*")) - before if path.suffix in FILES)
    return Outcome(pull.source.name, name, tuple(new), problem=problem)
