"""One served app and one browser for all journeys; each journey has a window of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from inventory_core.bootstrap import Core, database_url, open_core
from tests.app.company_builder import add_people, build_company
from tests.browser.served_app import CHROMIUM, PATIENCE_MS, chromium, served_app


@dataclass(frozen=True)
class ServedCompany:
    """Where the app is, whose it is, and the passwords by login."""

    address: str
    folder: Path
    passwords: dict[str, str]

    def core(self) -> Core:
        """Its system of record, opened beside the app."""
        return open_core(database_url(self.folder, {}))


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCompany]:
    """A company with published marts and people, served."""
    folder = build_company(tmp_path_factory.mktemp("served") / "company")
    passwords = add_people(folder)
    with served_app(folder) as address:
        yield ServedCompany(address, folder, passwords)


expect.set_options(timeout=PATIENCE_MS)  # five seconds are too few where the checks share two cores with others


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Real Chromium; missing, it is a failure that says what to do, because these journeys must not be skipped."""
    if not Path(CHROMIUM).is_file():
        pytest.fail(f"{CHROMIUM} is not there: tests/browser/install_chromium.sh installs it")
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh window; whatever the browser's console calls an error fails the journey at its end."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="en-US")
    context.set_default_timeout(PATIENCE_MS)
    window = context.new_page()
    faults: list[str] = []
    window.on("pageerror", lambda error: faults.append(str(error)))
    yield window
    context.close()
    assert not faults, faults
