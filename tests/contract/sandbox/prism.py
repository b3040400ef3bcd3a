"""Prism between a test and the sandbox: each request and each answer is held to the vendor's own file.

Belongs here: starting `prism proxy --errors` for a file, one process a file and session. A wrong request is answered
with 422, a wrong answer of the sandbox with 500 that names the field.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from filelock import FileLock

REPOSITORY = Path(__file__).resolve().parents[3]
PRISM = REPOSITORY / ".venv" / "prism" / "node_modules" / ".bin" / "prism"


def install() -> None:
    """Prism, from its lock file; does nothing where it is there."""
    if shutil.which("npm") is None and not PRISM.exists():
        reason = "npm is absent: Prism holds the sandbox to the vendors' files"
        if os.environ.get("DIAOBO_REQUIRE_SHARED") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with FileLock(REPOSITORY / ".venv" / "prism.lock"):
        subprocess.run([REPOSITORY / "tests" / "contract" / "install_prism.sh"], check=True)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Prisms:
    """Proxies by the file that they hold to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[Path, tuple[subprocess.Popen[bytes], str]] = {}

    def before(self, upstream: str, model: Path) -> str:
        """The address of a proxy in front of a server."""
        if model not in self._running:
            port = _free_port()
            log = (self._folder / f"{model.stem}.log").open("wb")
            command = ["node", PRISM, "proxy", "--errors", "-h", "127.0.0.1", "-p", str(port), model, upstream]
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
            log.close()
            address = f"http://127.0.0.1:{port}"
            self._running[model] = (process, address)
            self._wait(process, address, model)
        return self._running[model][1]

    def _wait(self, process: subprocess.Popen[bytes], address: str, model: Path) -> None:
        for _ in range(1200):
            if process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{address}/no-such-path", timeout=5).close()  # noqa: S310 loopback
            except urllib.error.HTTPError as error:
                error.close()
                return
            except OSError:
                time.sleep(0.1)
        log = (self._folder / f"{model.stem}.log").read_text(encoding="utf-8")
        pytest.fail(f"Prism did not start for {model.name}: {log[-2000:]}")

    def stop(self) -> None:
        """End the proxies that were started here."""
        for process, _ in self._running.values():
            process.terminate()
        for process, _ in self._running.values():
            process.wait(timeout=30)
