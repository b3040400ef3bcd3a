"""Published marts to ask, small and made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from app_streamlit.view_models.query import Query
from tests.app.company_builder import build_company

Ask = Callable[[Query], pd.DataFrame]


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company folder with published marts; read-only by agreement."""
    return build_company(tmp_path_factory.mktemp("view_models") / "company")


@pytest.fixture(scope="session")
def ask(published: Path) -> Iterator[Ask]:
    """Answers a query on those marts."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{published / 'published' / 'marts.duckdb'}' as published (read_only)")
        connection.execute("use published")
        yield lambda query: connection.execute(query.sql, list(query.parameters)).df()
