"""Which company the app serves, and what its folder says about it.

Belongs here: the folder's address and the `[company]` part of `company.toml`. Does not: the published numbers
(`warehouse.py`), the system of record (`actions.py`), feeds and policy (`pipelines/`, which the app never imports).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class UnableToReadCompany(Exception):
    """The company folder or its `company.toml` cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Company:
    """One company: `time_zone` is an IANA name, `base_currency` an ISO 4217 code, `kind` sandbox or live."""

    folder: Path
    name: str
    base_currency: str
    time_zone: str
    kind: str

    @property
    def is_sandbox(self) -> bool:
        """True for a company of demo people."""
        return self.kind == "sandbox"


def company_folder(*, environ: Mapping[str, str], repository: Path) -> Path:
    """The folder that `DIAOBO_COMPANY` names, else `var/sample` of the checkout."""
    return Path(environ.get("DIAOBO_COMPANY") or repository / "var" / "sample").resolve()


def read_company(folder: Path) -> Company:
    """What `company.toml` says of the company; raises UnableToReadCompany in words."""
    path = folder / "company.toml"
    if not path.is_file():
        raise UnableToReadCompany(f"{path} is not there: `diaobo company new {folder}` makes a company folder")
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8")).get("company", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnableToReadCompany(f"{path} is not valid TOML: {error}") from error
    return Company(
        folder=folder,
        name=str(settings.get("name", folder.name)),
        base_currency=str(settings.get("base_currency", "USD")),
        time_zone=str(settings.get("time_zone", "UTC")),
        kind=str(settings.get("kind", "live")),
    )
