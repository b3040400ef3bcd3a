"""`[[sources]]` of company.toml: which accounts are pulled, with which connector and which datasets.

Belongs here: reading and checking. Does not: values of secrets, which company.toml never holds (`credentials.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.sources.catalog import CONNECTORS, Facts
from pipelines.toml_tables import TomlTable, listed, nearest

EXTRACTS_FOLDER = "extracts"
DEFAULT_DAYS_BACK = 30  # for a source without `since`: enough for a first look, seconds instead of hours


@dataclass(frozen=True)
class Source:
    """One account of one vendor. `secrets` maps a purpose to the name of a variable."""

    name: str
    connector: str
    account: str
    url: str
    secrets: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[str, ...] = ()
    marketplaces: tuple[str, ...] = ()
    since: dt.date | None = None
    options: Mapping[str, str] = field(default_factory=dict)


def read_sources(values: object, *, where: str, problems: list[str]) -> tuple[Source, ...]:
    """All sources; problems are added in words."""
    if not isinstance(values, list):
        problems.append(f"{where}: [[sources]]: write each source as its own table, headed [[sources]]")
        return ()
    sources: list[Source] = []
    for number, item in enumerate(values, start=1):
        table = TomlTable(item, where=f"{where}: [[sources]] number {number}", problems=problems)
        name = table.text("source", required=True, say='a unique name such as "amazon_eu"') or ""
        if name:
            table.where = f'{where}: source "{name}"'
            if any(source.name == name for source in sources):
                table.problem("source", "is used twice; write another name")
        source = _source(table, name)
        for other in sources:
            if other.account == source.account and (other.connector, other.url) != (source.connector, source.url):
                table.problem(
                    "account",
                    f'is that of "{other.name}" too, which is another system; write another: it names a folder',
                )
        sources.append(source)
        table.finish()
    return tuple(sources)


def _source(table: TomlTable, name: str) -> Source:
    connector = table.choice("connector", tuple(CONNECTORS)) or ""
    if "connector" not in table:
        table.problem("connector", f"is missing; write one of {listed(tuple(CONNECTORS))}")
    facts = CONNECTORS.get(connector) or Facts(module="", secrets=(), datasets=())
    account = table.text("account") or name
    if account and not account.replace("_", "").replace("-", "").isalnum():
        table.problem("account", "write letters, digits, _ and - only: it names a folder")
    url = table.text("url", say='the address of the vendor\'s system, such as "https://..."') or facts.url or ""
    if connector and not url:
        table.problem("url", 'is missing; write the address of the vendor\'s system, such as "https://..."')
    source = Source(
        name=name,
        connector=connector,
        account=account,
        url=url,
        secrets=_secrets(table, facts, connector),
        datasets=_datasets(table, facts, connector),
        marketplaces=table.texts("marketplaces"),
        since=table.date("since"),
        options=_options(table, facts, connector),
    )
    if facts.by_marketplace and "marketplaces" not in table:
        table.problem("marketplaces", 'is missing; write the vendor\'s ids such as ["ATVPDKIKX0DER"]')
    if connector and not facts.by_marketplace and source.marketplaces:
        table.problem("marketplaces", f"is nothing that {connector} knows; take it out")
    return source


def _secrets(table: TomlTable, facts: Facts, connector: str) -> dict[str, str]:
    names = table.scalars("secrets") or {}
    if not connector:
        return names
    for purpose in facts.secrets:
        if purpose not in names:
            table.problem("secrets", f'lacks {purpose}; write {purpose} = "NAME_OF_A_VARIABLE"')
    for purpose, variable in names.items():
        if purpose not in facts.secrets:
            hint = nearest(purpose, facts.secrets) or f"; there are: {listed(facts.secrets)}"
            table.problem("secrets", f"has {purpose}, which is none{hint}")
        elif not (variable.isidentifier() and variable.isascii() and variable.isupper()):
            # not quoted: whoever wrote the secret itself here should not read it again in a log
            table.problem("secrets", f"{purpose}: write the NAME of a variable (capitals, digits, _), never the secret")
    return names


def _datasets(table: TomlTable, facts: Facts, connector: str) -> tuple[str, ...]:
    datasets = table.texts("datasets")
    if connector and "datasets" not in table:
        table.problem("datasets", f"is missing; write some of {listed(facts.datasets, 20)}")
    for dataset in datasets if connector else ():
        if dataset not in facts.datasets:
            hint = nearest(dataset, facts.datasets) or f"; there are: {listed(facts.datasets, 20)}"
            table.problem("datasets", f'has "{dataset}", which is none{hint}')
    return datasets


def _options(table: TomlTable, facts: Facts, connector: str) -> dict[str, str]:
    options = table.scalars("options") or {}
    known = (*facts.required, *facts.optional)
    for name in options if connector else ():
        if name not in known:
            hint = nearest(name, known) or f"; there are: {listed(known)}"
            table.problem("options", f"has {name}, which {connector} does not know{hint}")
    for name in facts.required:
        if name not in options:
            table.problem("options", f'lacks {name}; write options = {{ {name} = "..." }}')
    return options
