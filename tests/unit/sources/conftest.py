"""What tests of connectors share: the server, the clock, a session between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.credentials import Redactor
from pipelines.sources.catalog import CONNECTORS
from pipelines.sources.pacing import Pacer
from pipelines.sources.pull import Outcome, pull_source
from pipelines.sources.session import Session
from pipelines.sources.settings import Source
from tests.vendor_contract import Contract
from tests.vendor_server import CountingClock, Vendor


@pytest.fixture
def clock() -> CountingClock:
    return CountingClock()


@pytest.fixture
def vendor(clock: CountingClock) -> Iterator[Vendor]:
    vendor = Vendor(clock)
    yield vendor
    vendor.close()


@pytest.fixture
def pacer(clock: CountingClock, tmp_path: Path) -> Pacer:
    return Pacer(clock=clock, file=tmp_path / "pacing.json")


@pytest.fixture
def redactor() -> Redactor:
    return Redactor()


@pytest.fixture
def session(vendor: Vendor, clock: CountingClock, pacer: Pacer, redactor: Redactor) -> Iterator[Session]:
    session = Session(vendor.url, account="acme", clock=clock, pacer=pacer, redactor=redactor)
    yield session
    session.close()


@pytest.fixture
def contracts(shared: Path) -> Callable[[str], Contract]:
    """A vendor's contract by its path below ../shared/specs."""
    return lambda name: Contract(shared / "specs" / name)


@dataclass
class Puller:
    """Pulls one source of a company in a temporary folder from the test's server."""

    company: Path
    vendor: Vendor
    clock: CountingClock
    environ: dict[str, str]

    def source(self, connector: str, *datasets: str, **settings: Any) -> Source:
        facts = CONNECTORS[connector]
        names = {purpose: f"{connector}_{purpose}".upper() for purpose in facts.secrets}
        for name in names.values():
            self.environ.setdefault(name, f"secret-of-{name.lower()}")
        values = {"name": connector, "account": "acme", "url": self.vendor.url} | settings
        return Source(connector=connector, secrets=names, datasets=datasets, **values)

    def pull(self, source: Source, **changes: Any) -> list[Outcome]:
        values: dict[str, Any] = {"until": self.clock.now(), "time_zone": "America/Los_Angeles"} | changes
        return pull_source(source, company=self.company, clock=self.clock, environ=self.environ, **values)

    def everything_kept(self) -> str:
        """All text of all files of the company: where no secret and no buyer may be."""
        files = [path for path in self.company.rglob("*") if path.is_file()]
        return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in files)


@pytest.fixture
def puller(tmp_path: Path, vendor: Vendor, clock: CountingClock) -> Puller:
    return Puller(tmp_path / "company", vendor, clock, {})
