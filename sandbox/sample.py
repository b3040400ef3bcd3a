"""The sample company's folder: settings, master workbook, mappings and an inbox of exported files.

Belongs here: which files there are and that they appear all at once or not at all. What is in them: the vendors'
modules. `company/` beside this module holds what does not depend on the seed.
"""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from datetime import date
from importlib.resources import as_file, files
from itertools import chain
from pathlib import Path

from sandbox import amazon, fba_ledger, shopify, tracking, warehouses
from sandbox.network import AMAZON_DE, AMAZON_US, DE_3PL, DOMESTIC, US_3PL
from sandbox.parameters import Parameters, UnableToMakeWorld
from sandbox.tables import TableFile
from sandbox.workbook import write_workbook
from sandbox.world import World, live

PARAMETERS_FILE = "sandbox.toml"


class UnableToWriteSample(Exception):
    """The folder cannot become a sample company."""


class UnableToReadSample(Exception):
    """The folder is no sample company."""


def inbox_tables(world: World) -> Iterator[TableFile]:
    """Every delimited text file of the inbox."""
    for shop in (AMAZON_US, AMAZON_DE):
        yield from amazon.order_files(world, shop=shop)
        yield from amazon.return_files(world, shop=shop)
        yield from amazon.inventory_files(world, shop=shop)
        yield from fba_ledger.ledger_files(world, shop=shop)
    yield from shopify.order_files(world)
    stock = (warehouses.stock_files(world, warehouse=warehouse) for warehouse in (DOMESTIC, US_3PL, DE_3PL))
    returns = (warehouses.return_files(world, warehouse=warehouse) for warehouse in (US_3PL, DE_3PL))
    yield from chain(*stock, *returns, warehouses.shipment_files(world))


def write_sample(folder: Path, *, parameters: Parameters) -> World:
    """Make the world and write its company folder, complete or not at all; returns the world.

    Raises:
        UnableToWriteSample: when the folder holds anything already.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UnableToWriteSample(f"{folder} is not empty: pass a folder that is new or empty, or remove it first")
    folder.parent.mkdir(parents=True, exist_ok=True)
    world = live(parameters)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_files(world, draft)
        draft.chmod(0o755)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft)
        raise
    return world


def _write_files(world: World, folder: Path) -> None:
    with as_file(files("sandbox").joinpath("company")) as template:
        shutil.copytree(template / "mappings", folder / "mappings", copy_function=shutil.copyfile)
        settings = (template / "company.toml").read_text(encoding="utf-8")
    parameters = world.parameters
    settings = settings.replace("2000-01-01", parameters.as_of.isoformat())
    (folder / "company.toml").write_text(settings, encoding="utf-8")
    (folder / PARAMETERS_FILE).write_text(
        f"# What `diaobo sandbox create` made this company from; equal values make equal files.\n"
        f"seed = {parameters.seed}\nproducts = {parameters.products}\nmonths = {parameters.months}\n"
        f"as_of = {parameters.as_of}\n",
        encoding="utf-8",
    )
    write_workbook(world, path=folder / "master.xlsx")
    for table in inbox_tables(world):
        if table.rows.height:  # nobody exports a month in which there was nothing
            table.write(folder)
    for path, body in tracking.tracking_files(world):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)


def read_parameters(folder: Path) -> Parameters:
    """What a sample company was made from.

    Raises:
        UnableToReadSample: when the folder is none.
    """
    path = folder / PARAMETERS_FILE
    if not path.is_file():
        raise UnableToReadSample(f"{folder} is no sample company: {PARAMETERS_FILE} is not there")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        whole = {name: int(values[name]) for name in ("seed", "products", "months")}
        return Parameters(**whole, as_of=date.fromisoformat(str(values["as_of"])))
    except (tomllib.TOMLDecodeError, KeyError, ValueError, UnableToMakeWorld) as error:
        raise UnableToReadSample(f"{path} does not say what the company was made from: {error}") from error
