"""`make screenshots`: every page in both languages, wide and narrow, into var/screenshots.

Takes the company of DIAOBO_COMPANY (with DIAOBO_LOGIN and DIAOBO_PASSWORD to sign in), else builds the small company of
the app's tests. Pictures are for looking at; nothing is compared.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.app.company_builder import add_people, build_company, submit_order
from tests.app.goods_builder import (
    approve_order,
    count_something,
    dispatch_order,
    lend_and_talk,
    open_stock,
    receive_order,
)
from tests.browser.served_app import PATIENCE_MS, REPOSITORY, choose_language, chromium, served_app, settled, sign_in

LANGUAGES = {"en": ("English", "Sign in"), "zh": ("简体中文", "登录")}
WIDTHS = (1440, 700)
PAGES = {
    "home": "",
    "suggestions": "suggestions",
    "orders": "orders?status=all",
    "order": "orders?order=TO-2026-00001",
    "stock": "stock",
    "in_transit": "in_transit",
    "purchases": "suggestions?kind=purchases",
    "order_to_ship": "orders?order=TO-2026-00002",
    "order_received": "orders?order=TO-2026-00004",
    "receiving": "receiving?shipment=TO-2026-00003-S1",
    "discrepancies": "discrepancies",
    "warehouse_stock": "warehouse_stock",
    "messages": "messages",
    "account": "account",
    "people": "people",
}
# Pages that show more of a selected row, and what then appears.
WITH_DETAIL = {"stock": "[data-testid=stVegaLiteChart]", "in_transit": "h3:has-text('SHP')"}
FIRST_ROW_MARKER = {"x": 18, "y": 52}


def main() -> None:
    """Takes them all and says where they are."""
    target = REPOSITORY / "var" / "screenshots"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        company, login, password = _company(Path(folder))
        with served_app(company) as address, chromium() as browser:
            for language in LANGUAGES:
                for width in WIDTHS:
                    _take(browser, address, login, password, language, width, target)
    print(f"screenshots are in {target}")


def _company(folder: Path) -> tuple[Path, str, str]:
    named = os.environ.get("DIAOBO_COMPANY")
    if named:
        try:
            return Path(named).resolve(), os.environ["DIAOBO_LOGIN"], os.environ["DIAOBO_PASSWORD"]
        except KeyError as missing:
            sys.exit(f"{missing} is not set: pass login and password of somebody in {named}")
    company = build_company(folder / "company")
    passwords = add_people(company)
    submit_order(company)
    approve_order(company, key="to ship")
    dispatch_order(company, key="under way")
    receive_order(company, key="received")
    open_stock(company, "US-LAX")
    count_something(company, "TO-2026-00003", person_id="ada")
    lend_and_talk(company)
    return company, "ada", passwords["ada"]


def _take(browser: Browser, address: str, login: str, password: str, language: str, width: int, target: Path) -> None:
    dark = os.environ.get("DIAOBO_DARK") == "1"
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        timezone_id="America/Los_Angeles",
        color_scheme="dark" if dark else "light",
    )
    page = context.new_page()
    page.goto(address)
    settled(page)
    name, signs_in = LANGUAGES[language]
    choose_language(page, name, shows=signs_in)
    _shoot(page, target / f"sign_in-{language}-{width}.png")
    sign_in(page, login=login, password=password)
    for name, path in PAGES.items():
        # Through the address bar the session would be new; the app's own history keeps it.
        page.evaluate(
            "path => { history.pushState({}, '', path); dispatchEvent(new PopStateEvent('popstate')) }", f"/{path}"
        )
        settled(page)
        _shoot(page, target / f"{name}-{language}-{width}.png")
        if name in WITH_DETAIL:
            page.get_by_test_id("stDataFrame").last.click(position=FIRST_ROW_MARKER)
            expect(page.locator(WITH_DETAIL[name]).last).to_be_visible(timeout=PATIENCE_MS)
            _shoot(page, target / f"{name}_detail-{language}-{width}.png")
    context.close()


def _shoot(page: Page, path: Path) -> None:
    settled(page)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE_MS)
    # The page scrolls inside the app, so the window is made as tall as what it holds.
    height = page.evaluate(
        "Math.ceil((document.querySelector('[data-testid=stMainBlockContainer]') || document.body).scrollHeight) + 80"
    )
    size = page.viewport_size or {"width": 1440, "height": 900}
    page.set_viewport_size({"width": size["width"], "height": max(900, height)})
    settled(page)
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    page.screenshot(path=path)
    page.set_viewport_size({"width": size["width"], "height": 900})


if __name__ == "__main__":
    main()
