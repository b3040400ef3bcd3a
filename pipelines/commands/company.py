"""`diaobo company`: a new company's folder. Belongs here: what is asked and printed."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.group("company")
def command() -> None:
    """A company's folder."""


@command.command("new")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--name", help="The company's name; the folder's name otherwise.")
@click.option("--currency", default="USD", show_default=True, help="The base currency.")
@click.option("--time-zone", default="Asia/Shanghai", show_default=True, help="An IANA name.")
def new(folder: Path, name: str | None, currency: str, time_zone: str) -> None:
    """Writes a template into DIR: settings, mappings of typical files, a workbook for master data."""
    import os
    import tempfile

    from pipelines.company import UnableToReadCompany, load_company
    from pipelines.landing.template import UnableToMakeCompany, make_company

    values = {"name": name or folder.resolve().name, "base_currency": currency, "time_zone": time_zone}
    try:
        with tempfile.TemporaryDirectory() as trial:  # what is wrong with the options shows before anything is written
            make_company(Path(trial) / "company", values=values)
            load_company(Path(trial) / "company", environ=os.environ)
        made = make_company(folder, values=values)
    except UnableToReadCompany as error:
        lines = [line.partition("company.toml: ")[2] for line in error.problems]
        click.echo("\n".join(lines), err=True)
        sys.exit(2)
    except UnableToMakeCompany as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    click.echo(f"Made {folder}:")
    for path in made:
        click.echo(f"  {path.relative_to(folder)}")
    click.echo(
        f"\nNext: fill in {folder / 'master.xlsx'}, put files through `diaobo import FILE --company {folder}`,\n"
        f"then `diaobo run --company {folder}`."
    )
