"""The app without a browser: Streamlit's own AppTest over a small company."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from inventory_core.bootstrap import Core, database_url, open_core
from tests.app.company_builder import add_people, build_company

TIMEOUT_SECONDS = 120  # the first run of a process imports everything; nothing waits longer than it has to


@dataclass(frozen=True)
class SmallCompany:
    """A company of the builder: its folder and the passwords by login."""

    folder: Path
    passwords: dict[str, str]

    def core(self) -> Core:
        """Its system of record, opened beside the app."""
        return open_core(database_url(self.folder, {}))


@pytest.fixture(scope="session")
def company_template(tmp_path_factory: pytest.TempPathFactory) -> SmallCompany:
    """Built once; tests get copies."""
    folder = build_company(tmp_path_factory.mktemp("template") / "company")
    return SmallCompany(folder, add_people(folder))


@pytest.fixture
def company(company_template: SmallCompany, tmp_path: Path) -> SmallCompany:
    """A company of its own for one test."""
    folder = tmp_path / "company"
    shutil.copytree(company_template.folder, folder)
    return SmallCompany(folder, company_template.passwords)


@pytest.fixture
def open_app(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Starts the app over a folder: `open_app(folder, language="zh")`."""
    monkeypatch.delenv("DIAOBO_DATABASE_URL", raising=False)

    def start(folder: Path, *, language: str = "en", **query: str) -> AppTest:
        monkeypatch.setenv("DIAOBO_COMPANY", str(folder))
        app = AppTest.from_file(str(repository / "app_streamlit" / "streamlit_app.py"), default_timeout=TIMEOUT_SECONDS)
        app.session_state["language"] = language
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return start


@pytest.fixture
def signed_in(open_app: Callable[..., AppTest]) -> Callable[..., AppTest]:
    """Starts the app and signs somebody in: `signed_in(company, "pia", language="zh")`."""

    def start(company: SmallCompany, login: str, *, language: str = "en", **query: str) -> AppTest:
        app = open_app(company.folder, language=language, **query)
        app.text_input("login").set_value(login)
        app.text_input("password").set_value(company.passwords[login])
        next(button for button in app.button if button.label in {"Sign in", "登录"}).click()
        return app.run()

    return start
