"""docs/mapping.md is true: its example is a mapping, and it names every test, unit and choice that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.landing.mapping import FORMATS, KEEPS, READERS, TESTS, UNITS
from pipelines.landing.mapping_columns import ORIGINS
from pipelines.landing.mapping_file import load_mapping


@pytest.fixture
def reference(repository: Path) -> str:
    return (repository / "docs" / "mapping.md").read_text()


def test_the_example_is_read_without_a_problem(reference: str, tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", reference, flags=re.S)
    path = tmp_path / "example.toml"
    path.write_text(block)

    mapping = load_mapping(path, constants={})

    assert [rule.name for rule in mapping.filters] == ["test_orders_are_not_sales", "write_offs_are_negative_and_free"]
    assert mapping.duplicates.keep == "last"


def test_every_word_of_the_language_is_in_the_reference(reference: str) -> None:
    units = [unit for family in UNITS.values() for unit in family]
    words = [*FORMATS, *READERS, *KEEPS, *TESTS, *ORIGINS, *units]

    assert [word for word in words if not re.search(rf"(?<![a-z_]){re.escape(word)}(?![a-z_])", reference)] == []
