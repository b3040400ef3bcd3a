"""`diaobo sandbox`: make the sample company, ask its world for the truth, and live on (`sandbox_world.py`).

Belongs here: options, words, exit status. The world is `sandbox/`; nothing else of the product may start it.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from pipelines.commands.sandbox_world import FOLDER, advance, faults, living_truth, serve


@click.group("sandbox")
def command() -> None:
    """The sample company and the world outside."""


@command.command("create")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--seed", type=int, default=7, show_default=True, help="Equal seeds make equal files.")
@click.option("--products", type=int, default=200, show_default=True, help="How many products.")
@click.option("--months", type=int, default=24, show_default=True, help="How many months of history.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2026-11-02",
    show_default=True,
    help="The morning on which the history ends.",
)
def create(folder: Path, seed: int, products: int, months: int, as_of: datetime) -> None:
    """Write the sample company into FOLDER, which is new or empty."""
    from sandbox.parameters import Parameters, UnableToMakeWorld
    from sandbox.sample import UnableToWriteSample, write_sample

    try:
        parameters = Parameters(seed=seed, products=products, months=months, as_of=as_of.date())
        world = write_sample(folder, parameters=parameters)
    except (UnableToMakeWorld, UnableToWriteSample) as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from error
    lines = int((world.line_units > 0).sum())
    click.echo(
        f"{folder}: {len(world.catalog.products):,} products, {len(world.catalog.listings):,} listings, "
        f"{lines:,} order lines from {parameters.first_date} to the morning of {parameters.as_of}"
    )


@command.command("truth")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=FOLDER)
def show_truth(folder: Path) -> None:
    """Print the world's own figures as JSON, never read from files or answers.

    Of a sample company: what stands in its files, from its seed. Of a world that lives on: its ledger as it is now.
    """
    from sandbox.living.journal import FILE
    from sandbox.sample import UnableToReadSample, read_parameters
    from sandbox.truth import truth
    from sandbox.world import live

    if (folder / FILE).is_file():
        click.echo(json.dumps(living_truth(folder), ensure_ascii=False, indent=1))
        return
    try:
        parameters = read_parameters(folder)
    except UnableToReadSample as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from error
    click.echo(json.dumps(truth(live(parameters)), ensure_ascii=False, indent=1))


for _command in (serve, advance, faults):
    command.add_command(_command)
