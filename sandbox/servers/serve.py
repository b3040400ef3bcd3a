"""Starting and stopping all servers on loopback, and the file that says where they are.

Belongs here: ports, threads, `sandbox_servers.json` in the world's folder. The order of ports is fixed: control,
Amazon, Shopify, GWMS, 17TRACK.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from sandbox.living.simulation import Simulation
from sandbox.parameters import Parameters
from sandbox.servers import control
from sandbox.servers.faults import Faulty
from sandbox.servers.limits import Limits
from sandbox.servers.vendors import VENDORS
from sandbox.servers.web import House

PORT_BASE = 8700
ADDRESSES_FILE = "sandbox_servers.json"
_LOOPBACK = "127.0.0.1"


class UnableToServe(Exception):
    """A port is taken, or the servers did not start."""


class _Server(uvicorn.Server):
    """One that leaves signals to the command line."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Servers:
    """All servers of one world; `port_base` None takes any free ports."""

    def __init__(self, folder: Path, *, parameters: Parameters, port_base: int | None = PORT_BASE) -> None:
        self.simulation = Simulation(folder, parameters=parameters)
        limits = Limits(self.simulation.server_time)
        self.house = House(self.simulation, limits, Faulty(self.simulation))
        names = ("control", *VENDORS)
        self._sockets = {}
        for offset, name in enumerate(names):
            port = 0 if port_base is None else port_base + offset
            self._sockets[name] = self._bind(port)
        self.house.urls = {
            name: f"http://{_LOOPBACK}:{found.getsockname()[1]}" for name, found in self._sockets.items()
        }
        apps: dict[str, Starlette] = {"control": control.app(self.house)}
        apps |= {name: make(self.house) for name, make in VENDORS.items()}
        self._servers = {
            name: _Server(
                uvicorn.Config(app, log_level="warning", date_header=False, server_header=False, lifespan="off")
            )
            for name, app in apps.items()
        }
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    def _bind(self, port: int) -> socket.socket:
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((_LOOPBACK, port))
            found.listen(128)  # from now on nobody else gets the port
        except OSError as error:
            found.close()
            self._release()
            raise UnableToServe(f"port {port} is taken: pass another --port-base") from error
        return found

    def _release(self) -> None:
        for found in self._sockets.values():
            found.close()
        self.simulation.close()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        await asyncio.gather(*(server.serve(sockets=[self._sockets[name]]) for name, server in self._servers.items()))

    @property
    def urls(self) -> dict[str, str]:
        """Where each server is."""
        return self.house.urls

    def start(self) -> None:
        """Start them and say where they are.

        Raises:
            UnableToServe: when they have not started after half a minute.
        """
        self._thread.start()
        waiting = threading.Event()
        for _ in range(600):
            if all(server.started for server in self._servers.values()):
                break
            waiting.wait(0.05)
        else:
            raise UnableToServe("the servers have not started")
        text = json.dumps(self.urls, indent=1)
        (self.simulation.folder / ADDRESSES_FILE).write_text(text + "\n", encoding="utf-8")

    def stop(self) -> None:
        """Stop them and let the world go."""
        for server in self._servers.values():
            server.should_exit = True
            server.force_exit = True
        self._thread.join(timeout=30)
        (self.simulation.folder / ADDRESSES_FILE).unlink(missing_ok=True)
        self._release()


def addresses(folder: Path) -> dict[str, str] | None:
    """Where the servers of a folder's world are, if they run."""
    path = folder / ADDRESSES_FILE
    if not path.is_file():
        return None
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found
