"""The app over marts that the daily job really published: every page, in both languages, and one order end to end.

The pages' own tests use a company of the builder (`tests/app/`); here its columns are held against the real ones.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from app_streamlit.view_models.order_drafts import Edit
from inventory_core.access.commands import ResetPassword
from inventory_core.bootstrap import database_url, open_core
from inventory_core.transfer_orders.model import Status
from tests.app.company_builder import build_company

pytestmark = pytest.mark.slow

TIMEOUT_SECONDS = 120
COLUMNS = """
    select schema_name || '.' || table_name, column_name
    from duckdb_columns() where database_name = 'published'
"""


def columns(folder: Path) -> set[tuple[str, str]]:
    """Tables and columns of a company's published marts."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{folder / 'published' / 'marts.duckdb'}' as published (read_only)")
        return set(connection.execute(COLUMNS).fetchall())


def test_the_builders_marts_have_no_column_that_the_real_ones_lack(sample_company: Path, tmp_path: Path) -> None:
    assert columns(build_company(tmp_path / "small")) - columns(sample_company) == set()


@pytest.fixture
def company(sample_company: Path, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """What the app needs of the sample company, to change at will, and the passwords of its people."""
    folder = tmp_path / "company"
    folder.mkdir()
    for name in ("company.toml", "core.sqlite"):
        shutil.copy(sample_company / name, folder)
    shutil.copytree(sample_company / "published", folder / "published")
    passwords: dict[str, str] = {}
    with open_core(database_url(folder, {})) as core:
        for person in core.queries.people():
            reset = ResetPassword(
                actor_id="operator", at=datetime.now(UTC), idempotency_key=f"reset-{person.login}", login=person.login
            )
            passwords |= core.execute(reset).secrets
    return folder, passwords


@pytest.fixture
def signed_in(
    company: tuple[Path, dict[str, str]], repository: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., AppTest]:
    """The app with somebody signed in: `signed_in("planner", language="zh")`."""
    folder, passwords = company
    monkeypatch.setenv("DIAOBO_COMPANY", str(folder))
    monkeypatch.delenv("DIAOBO_DATABASE_URL", raising=False)

    def start(login: str, *, language: str) -> AppTest:
        app = AppTest.from_file(str(repository / "app_streamlit" / "streamlit_app.py"), default_timeout=TIMEOUT_SECONDS)
        app.session_state["language"] = language
        app.run()
        app.text_input("login").set_value(login)
        app.text_input("password").set_value(passwords[login])
        return app.button[0].click().run()

    return start


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_shows_the_real_marts(signed_in: Callable[..., AppTest], language: str) -> None:
    app = signed_in("planner", language=language)
    for page in ("home", "suggestions", "orders", "stock", "in_transit"):
        app.switch_page(f"app_pages/{page}.py").run()
        assert not app.exception, page
        assert not app.error, page
        if page != "orders":
            assert len(app.dataframe[0].value) > 0, page


def suggestion_run_id(folder: Path) -> str:
    """The day that was planned for and the run that published it."""
    with duckdb.connect(str(folder / "published" / "marts.duckdb"), read_only=True) as connection:
        ((as_of_date, run_id),) = connection.execute("select as_of_date, run_id from ops.publications").fetchall()
    return f"{as_of_date}/{run_id}"


def test_a_real_suggestion_becomes_an_order_that_a_supervisor_approves(
    signed_in: Callable[..., AppTest], company: tuple[Path, dict[str, str]]
) -> None:
    app = signed_in("planner", language="en")
    app.switch_page("app_pages/suggestions.py").run()
    advised = app.dataframe[0].value.iloc[0]
    suggestion_id = app.dataframe[0].value.index[0]
    wanted = int(advised["units"]) + 1
    app.session_state["transfer_edits"] = {
        suggestion_id: Edit(wanted, advised["ship_date"], advised["arrival_date"], is_chosen=True)
    }
    app.run()
    next(button for button in app.button if button.label == "Submit 1 order").click().run()
    assert not app.exception
    with open_core(database_url(company[0], {})) as core:
        (order,) = core.queries.transfer_orders()
    assert order.status is Status.SUBMITTED
    assert [(line.suggestion_id, line.units) for line in order.lines] == [(suggestion_id, wanted)]
    assert order.lines[0].suggestion_run_id == suggestion_run_id(company[0])

    assert order.waiting_for_roles
    app = signed_in(order.waiting_for_roles[0], language="en")
    app.query_params["order"] = order.document_number
    app.run()
    next(button for button in app.button if button.label == "Approve").click().run()
    assert not app.exception
    with open_core(database_url(company[0], {})) as core:
        decided = core.queries.transfer_order(order.document_number).order
    assert [step.decided_by for step in decided.steps if step.decision] == [order.waiting_for_roles[0]]
