"""Schema drift: what the YAML promises is what DuckDB holds, and dbt's own unit tests hold on the built warehouse."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.integration.conftest import environment

pytestmark = pytest.mark.slow


def test_documented_columns_are_the_tables_columns(built_warehouse: Path, repository: Path) -> None:
    with duckdb.connect(str(built_warehouse), read_only=True) as connection:
        rows = connection.execute(
            """
            select schema_name || '.' || table_name, list(column_name order by column_index),
                list(lower(data_type) order by column_index)
            from duckdb_columns()
            where schema_name in ('staging', 'intermediate', 'marts') and not internal
            group by all
            """
        ).fetchall()
    built = {name: list(zip(columns, types, strict=True)) for name, columns, types in rows}
    documented = {}
    for path in (repository / "dbt_project" / "models").rglob("*.yml"):
        layer = path.relative_to(repository / "dbt_project" / "models").parts[0]
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
            documented[f"{layer}.{model['name']}"] = model["columns"]
    assert set(documented) == set(built)
    for name, columns in documented.items():
        assert [column["name"] for column in columns] == [column for column, _ in built[name]], name
        if name.startswith("marts."):
            assert [column["data_type"] for column in columns] == [type_ for _, type_ in built[name]], name


def test_unit_tests_of_the_models_hold(built_warehouse: Path, repository: Path, tmp_path: Path) -> None:
    # dbt asks the warehouse for the types of the inputs, and opens it for writing.
    warehouse = shutil.copyfile(built_warehouse, tmp_path / "warehouse.duckdb")
    result = subprocess.run(
        [
            str(Path(sys.executable).parent / "dbt"), "test", "--select", "test_type:unit",
            "--project-dir", ".", "--profiles-dir", ".",
            "--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs"),
        ],
        cwd=repository / "dbt_project",
        env={**environment(), "DIAOBO_WAREHOUSE": str(warehouse), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout
    assert "PASS=0" not in result.stdout
