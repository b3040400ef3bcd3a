"""Which company the app serves."""

from __future__ import annotations

from pathlib import Path

import pytest

from app_streamlit.company import UnableToReadCompany, company_folder, read_company


def test_the_environment_names_the_company_else_it_is_the_sample(tmp_path: Path) -> None:
    assert company_folder(environ={"DIAOBO_COMPANY": str(tmp_path)}, repository=Path("/r")) == tmp_path
    assert company_folder(environ={"DIAOBO_COMPANY": ""}, repository=Path("/r")) == Path("/r/var/sample")


def test_a_folder_without_settings_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UnableToReadCompany, match=r"diaobo company new"):
        read_company(tmp_path)


def test_broken_settings_are_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "company.toml").write_text("[company\n", encoding="utf-8")
    with pytest.raises(UnableToReadCompany, match=r"company\.toml is not valid TOML"):
        read_company(tmp_path)


def test_only_a_company_that_says_so_is_a_sandbox(tmp_path: Path) -> None:
    (tmp_path / "company.toml").write_text('[company]\nname = "A"\n', encoding="utf-8")
    assert not read_company(tmp_path).is_sandbox
