"""The app as people reach it: a Streamlit server over a company folder, and a browser signed in to it.

Belongs here: starting, waiting, signing in, the moves that several journeys make. Does not: what is expected
(`test_journeys.py`), pictures (`screenshots.py`).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

REPOSITORY = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("DIAOBO_CHROMIUM", "/usr/bin/chromium")
PATIENCE_SECONDS = 90  # for a cold start on a busy machine; nothing waits longer than it has to
PATIENCE_MS = 60_000  # at a load of eleven on two cores a page took more than thirty seconds


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served_app(company: Path) -> Iterator[str]:
    """The address of the app over that company, as long as the block runs."""
    port = free_port()
    log = company / "app.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", str(REPOSITORY / "app_streamlit" / "streamlit_app.py")),
                *("--server.port", str(port), "--server.address", "127.0.0.1"),
            ],
            env={**os.environ, "DIAOBO_COMPANY": str(company)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_healthy(f"http://127.0.0.1:{port}/_stcore/health", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=PATIENCE_SECONDS)


def _wait_until_healthy(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the app ended with {server.returncode}: {log.read_text(encoding='utf-8')}")
        try:
            with urllib.request.urlopen(address, timeout=1) as answer:  # noqa: S310 - our own server
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)  # polling a port, not timing a test
    raise RuntimeError(f"the app did not answer within {PATIENCE_SECONDS} s: {log.read_text(encoding='utf-8')}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Real Chromium, from the system's packages."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


def settled(page: Page) -> None:
    """Waits until the app has answered: nothing runs, nothing is stale."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=PATIENCE_MS)
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE_MS)
    expect(page.locator("[data-stale=true]")).to_have_count(0, timeout=PATIENCE_MS)


def sign_in(page: Page, *, login: str, password: str) -> None:
    """Fills the form, in whatever language it is, and waits for the page behind it."""
    form = page.get_by_test_id("stForm")
    form.locator("input").first.fill(login)
    form.locator("input[type=password]").fill(password)
    form.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
    expect(page.locator("input[type=password]")).to_have_count(0, timeout=PATIENCE_MS)
    settled(page)


def choose_language(page: Page, name: str, *, shows: str) -> None:
    """Presses the language switch of the sign-in page and waits until the button says `shows`."""
    page.get_by_role("radio", name=name).click()
    expect(page.get_by_role("button", name=shows, exact=True)).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
