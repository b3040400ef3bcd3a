"""`diaobo sandbox serve|advance|truth|faults`: run the world outside, move its time, ask it.

Belongs here: options, words, exit status. Where the servers run, the commands ask them; where they do not, `advance`,
`truth` and `faults` open the folder's world themselves, so that a script needs no server.
"""

from __future__ import annotations

import json
import signal
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sandbox.living.simulation import Simulation

FOLDER = Path("var/sandbox")
_folder = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=FOLDER,
    show_default=True,
    help="Where the world keeps its journal: a folder of its own, or a sample company's.",
)


def _fail(error: Exception) -> SystemExit:
    click.echo(str(error), err=True)
    return SystemExit(2)


def _ask(address: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, data=data, method=method)  # noqa: S310 the folder's own servers
    try:
        with urllib.request.urlopen(request, timeout=600) as answer:  # noqa: S310  # nosec B310
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            raise SystemExit(_words(json.load(error)["error"])) from error
    except OSError as error:
        raise _fail(OSError(f"the sandbox at {address} does not answer ({error}): stop it or start it anew")) from error


def _words(text: str) -> int:
    click.echo(text, err=True)
    return 2


@contextmanager
def _opened(folder: Path) -> Iterator[Simulation]:
    """The folder's world, opened here."""
    from sandbox.living.journal import UnableToOpenWorld, read_origin
    from sandbox.living.simulation import Simulation
    from sandbox.living.world import UnableToDo
    from sandbox.parameters import Parameters, UnableToMakeWorld
    from sandbox.sample import PARAMETERS_FILE, UnableToReadSample, read_parameters

    try:
        parameters = read_origin(folder)
        if parameters is None:
            parameters = read_parameters(folder) if (folder / PARAMETERS_FILE).is_file() else Parameters()
        simulation = Simulation(folder, parameters=parameters)
    except (UnableToOpenWorld, UnableToReadSample, UnableToMakeWorld) as error:
        raise _fail(error) from error
    try:
        yield simulation
    except UnableToDo as error:
        raise _fail(error) from error
    finally:
        simulation.close()


def _address(folder: Path) -> str | None:
    from sandbox.servers.serve import addresses

    found = addresses(folder)
    return None if found is None else found["control"]


@click.command("serve")
@_folder
@click.option(
    "--port-base", type=int, default=8700, show_default=True, help="The first of five ports; 0 takes free ones."
)
@click.option("--seed", type=int, default=None, help="Of a new world; by default the sample company's, or 7.")
@click.option("--products", type=int, default=None, help="Of a new world; by default the sample company's, or 200.")
@click.option("--months", type=int, default=None, help="Of a new world; by default the sample company's, or 24.")
def serve(folder: Path, port_base: int, seed: int | None, products: int | None, months: int | None) -> None:
    """Serve Amazon, Shopify, a warehouse system and 17TRACK on loopback, until Ctrl-C."""
    from dataclasses import replace

    from sandbox.living.journal import UnableToOpenWorld, read_origin
    from sandbox.parameters import Parameters, UnableToMakeWorld
    from sandbox.sample import PARAMETERS_FILE, UnableToReadSample, read_parameters
    from sandbox.servers.serve import Servers, UnableToServe

    try:
        parameters = read_origin(folder)
        if parameters is None:
            parameters = read_parameters(folder) if (folder / PARAMETERS_FILE).is_file() else Parameters()
        given: dict[str, Any] = {"seed": seed, "products": products, "months": months}
        parameters = replace(parameters, **{name: value for name, value in given.items() if value is not None})
        servers = Servers(folder, parameters=parameters, port_base=port_base or None)
        servers.start()
    except (UnableToOpenWorld, UnableToServe, UnableToReadSample, UnableToMakeWorld) as error:
        raise _fail(error) from error
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):  # before anybody is told that he may press Ctrl-C
        signal.signal(number, lambda *_: stopped.set())
    for name, url in servers.urls.items():
        click.echo(f"{name:8} {url}")
    click.echo("sandbox/README.md says which credentials they take. Ctrl-C stops them.")
    try:
        stopped.wait()
        click.echo("stopped")
    finally:
        servers.stop()


@click.command("advance")
@click.argument("span")
@_folder
def advance(span: str, folder: Path) -> None:
    """Let time pass: SPAN is like 1d, 6h, 30m or 1d12h."""
    from sandbox.living.world import UnableToDo, instant
    from sandbox.servers.control import seconds_of

    address = _address(folder)
    if address is not None:
        click.echo(_ask(address, "POST", "/advance", {"span": span})["now"])
        return
    try:
        seconds = seconds_of(span)
    except UnableToDo as error:
        raise _fail(error) from error
    with _opened(folder) as simulation:
        simulation.do("advance", seconds=seconds)
        click.echo(instant(simulation.world.now).isoformat())


def living_truth(folder: Path) -> dict[str, Any]:
    """The living world's own ledger, from its servers or from its journal."""
    from sandbox.living.ledger import ledger

    address = _address(folder)
    if address is not None:
        found: dict[str, Any] = _ask(address, "GET", "/truth")
        return found
    with _opened(folder) as simulation:
        return ledger(simulation.world)


@click.group("faults", invoke_without_command=True)
@_folder
@click.pass_context
def faults(context: click.Context, folder: Path) -> None:
    """The faults of the servers: list them, switch them on or off."""
    context.obj = folder
    if context.invoked_subcommand is None:
        _show_faults(folder)


def _show_faults(folder: Path) -> None:
    from sandbox.servers.faults import FAULTS

    address = _address(folder)
    if address is not None:
        listed = _ask(address, "GET", "/faults")["faults"]
        on = {item["name"]: item for item in listed if item["is_on"]}
    else:
        with _opened(folder) as simulation:
            on = {
                name: {"vendor": fault.vendor, "share": fault.share, "size": fault.size}
                for name, fault in simulation.world.faults.items()
            }
    for name, (what, _, _) in FAULTS.items():
        state = on.get(name)
        how = "off" if state is None else f"on, {state['share']:.0%} of {state['vendor']}, size {state['size']:g}"
        click.echo(f"{name:18} {how:28} {what}")


def _switch(folder: Path, name: str, *, is_on: bool, vendor: str, share: float | None, size: float | None) -> None:
    from sandbox.servers.faults import plainly

    address = _address(folder)
    if address is not None:
        body = {"name": name, "is_on": is_on, "vendor": vendor, "share": share, "size": size}
        _ask(address, "POST", "/faults", body)
    else:
        with _opened(folder) as simulation:
            for command in plainly(name, is_on=is_on, vendor=vendor, share=share, size=size):
                simulation.do("set_fault", **command)
    _show_faults(folder)


@faults.command("on")
@click.argument("name")
@click.option("--vendor", default="*", help="amazon, shopify, gwms or 17track; by default all of them.")
@click.option("--share", type=click.FloatRange(0, 1), default=None, help="Of the calls that meet it.")
@click.option("--size", type=click.FloatRange(0), default=None, help="Seconds or hours, as the list says.")
@click.pass_obj
def switch_on(folder: Path, name: str, vendor: str, share: float | None, size: float | None) -> None:
    """Switch a fault on; `all` switches on every one."""
    _switch(folder, name, is_on=True, vendor=vendor, share=share, size=size)


@faults.command("off")
@click.argument("name")
@click.pass_obj
def switch_off(folder: Path, name: str) -> None:
    """Switch a fault off; `all` switches off every one."""
    _switch(folder, name, is_on=False, vendor="*", share=None, size=None)
