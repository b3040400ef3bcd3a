"""Which mapping holds for a table of a feed, and whether the table's header fits it.

Belongs here: problems that concern a whole file because a column is missing, unknown or gone. Does not: rows
(`staging.py`), reading (`readers/`).
"""

from __future__ import annotations

from pipelines.company import Feed
from pipelines.landing.entities import ENTITIES
from pipelines.landing.mapping import Mapping, Reading, canonical_mapping, digest_column
from pipelines.landing.mapping_file import load_mapping
from pipelines.landing.readers.source import FileProblem
from pipelines.toml_tables import listed, nearest


def feed_mapping(feed: Feed) -> Mapping | None:
    """The feed's mapping; None where the columns are canonical already. Raises UnableToReadMapping."""
    return load_mapping(feed.mapping, constants=feed.constants) if feed.mapping else None


def table_mapping(feed: Feed, mapping: Mapping | None, table: str, columns: tuple[str, ...]) -> Mapping:
    """The mapping that holds for one table: the feed's, or each canonical column onto itself."""
    entity = feed.entity or table
    return mapping or canonical_mapping(entity, columns, reading=Reading(), constants=dict(feed.constants))


def column_problems(
    feed: Feed, mapping: Mapping | None, table: str, columns: tuple[str, ...], *, is_landed: bool = False
) -> list[FileProblem]:
    """What is wrong with a table's header: columns that are missing, or that a canonical sheet must not have.

    A landed table (`is_landed`) no longer has the buyer's columns, and has digests in their place.
    """
    where = f'the sheet "{table}" ' if table else ""
    folded = {column.casefold() for column in columns}
    problems: list[FileProblem] = []
    if mapping is not None:
        if is_landed:
            buyers = [digest_column(column) for column, _ in mapping.reading.digests]
        else:
            buyers = [column for column in mapping.reading.drop if not any(sign in column for sign in "*?[")]
            buyers += [column for _, sources in mapping.reading.digests for column in sources]
        problems += [
            FileProblem("missing_column", f'has no column "{c}", which the mapping drops as the buyer\'s', column=c)
            for c in buyers
            if c.casefold() not in folded
        ]
        lacking = {c: why for c, why in mapping.needed.items() if c.casefold() not in folded}
        return problems + [
            FileProblem(
                "missing_column",
                f'has no column "{column}" (needed for {why}){nearest(column, columns)} It has: {listed(columns, 30)}',
                column=column,
            )
            for column, why in lacking.items()
        ]
    entity = ENTITIES[feed.entity or table]
    names = tuple(column.name for column in entity.columns)
    for column in columns:
        if column.casefold() not in names and not column.startswith(("#", "column ")):
            hint = nearest(column, names) or f"; columns are: {listed(names, 30)}"
            problems.append(
                FileProblem(
                    "unknown_column",
                    f'{where}has a column "{column}", which {entity.name} has not{hint} A note\'s name starts with #',
                    column=column,
                )
            )
    given = folded | set(feed.constants)
    problems += [
        FileProblem("missing_column", f'{where}has no column "{c.name}", which {entity.name} needs', column=c.name)
        for c in entity.columns
        if c.required and c.default is None and c.name not in given
    ]
    return problems
