"""The journeys of people through the served app, in real Chromium; each with something that must not happen."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from inventory_core.errors import Refused
from inventory_core.receiving.commands import CloseTransferOrder, ResolveDiscrepancy
from inventory_core.receiving.model import discrepancies
from inventory_core.transfer_orders.commands import ApproveTransferOrder
from inventory_core.transfer_orders.model import Status
from tests.app.company_builder import submit_order
from tests.browser.conftest import ServedCompany
from tests.browser.served_app import PATIENCE_MS, choose_language, settled, sign_in

pytestmark = pytest.mark.browser

HEADER_PIXELS = ROW_PIXELS = 35
FIRST_ROW = HEADER_PIXELS + ROW_PIXELS // 2
SELECT, PRODUCT = ({"x": x, "y": FIRST_ROW} for x in (38, 110))  # cells of the first suggestion, from the grid's corner
TRIES = 5
SELECT_COLUMN, PRODUCT_COLUMN, UNITS_COLUMN = 0, 1, 4  # Select, Product, Lane, Advice, Units


def search(page: Page, label: str, needle: str) -> None:
    """Types into the search field of the page and waits for the answer."""
    field = page.get_by_label(label, exact=True).first
    field.fill(needle)
    field.press("Enter")
    settled(page)


def choose_first_row(page: Page, *, units: int) -> None:
    """Ticks the first suggestion and enters the units, in place, as a planner does: mouse, arrows, keyboard.

    The grid is a picture; what it has understood stands in the table that it keeps for screen readers. On a busy
    machine a click before the grid listens is lost, and so is a key before the last has moved the cursor: see each one.
    """
    grid = page.get_by_test_id("stDataFrame").first
    ticked = first_row(grid, SELECT_COLUMN)
    repeat_until(lambda: grid.click(position=SELECT), lambda wait: expect(ticked).to_have_text("true", timeout=wait))
    settled(page)
    repeat_until(lambda: grid.click(position=PRODUCT), lambda wait: has_cursor(grid, PRODUCT_COLUMN, wait))
    for column in range(PRODUCT_COLUMN + 1, UNITS_COLUMN + 1):
        page.keyboard.press("ArrowRight")
        has_cursor(grid, column, PATIENCE_MS)
    page.keyboard.press("Enter")
    cell = page.locator(".gdg-input")
    cell.fill(str(units))
    cell.press("Enter")
    expect(cell).to_have_count(0)
    settled(page)


def first_row(grid: Locator, column: int) -> Locator:
    """What a screen reader reads in a cell of the first row."""
    return grid.get_by_test_id(f"glide-cell-{column}-0")


def has_cursor(grid: Locator, column: int, wait: float) -> None:
    """Waits until the first row's cell of that column is the selected one."""
    expect(first_row(grid, column)).to_have_attribute("aria-selected", "true", timeout=wait)


def repeat_until(act: Callable[[], None], seen: Callable[[float], None]) -> None:
    """Acts until the act is seen to have been understood; the last try has the last word."""
    for _ in range(TRIES - 1):
        act()
        with contextlib.suppress(AssertionError):
            seen(PATIENCE_MS / 3)
            return
    act()
    seen(PATIENCE_MS)


def order_number(page: Page) -> str:
    """The number in the message that an order was submitted."""
    message = page.get_by_test_id("stAlert").filter(has_text=re.compile(r"TO-\d{4}-\d{5}")).first
    expect(message).to_be_visible(timeout=PATIENCE_MS)
    found = re.search(r"TO-\d{4}-\d{5}", message.inner_text())
    assert found
    return found.group()


def button(page: Page, name: str) -> Locator:
    """A button by its words."""
    return page.get_by_role("button", name=name, exact=True)


def test_a_planner_orders_and_somebody_else_approves(page: Page, company: ServedCompany) -> None:
    page.goto(f"{company.address}/suggestions")
    settled(page)
    expect(page.get_by_role("heading", name="Suggestions")).to_have_count(0)  # nothing is shown to strangers
    sign_in(page, login="dora", password=company.passwords["dora"])
    expect(page.get_by_role("heading", name="Suggestions")).to_be_visible()  # the link leads there after sign-in

    search(page, "Search", "LAMP-01")
    expect(page.get_by_text("Position 120 is below the order-up-to level 300")).to_be_visible()
    expect(page.get_by_role("cell", name="Demand until this order arrives")).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(2)

    choose_first_row(page, units=96)
    expect(page.get_by_text(re.compile(r"1 line · 96 units · \$1,776\.00"))).to_be_visible()
    button(page, "Submit 1 order").click()
    number = order_number(page)
    settled(page)
    expect(button(page, "Submit 1 order")).to_have_count(0)

    page.get_by_role("link", name=f"Open {number}").click()
    settled(page)
    expect(page.get_by_text("You had a hand in this order, so somebody else must decide")).to_be_visible()
    expect(button(page, "Withdraw")).to_be_visible()
    expect(button(page, "Approve")).to_have_count(0)
    with company.core() as core:
        history = core.queries.transfer_order(number)
        assert [(line.suggested_units, line.units) for line in history.order.lines] == [(120, 96)]
        with pytest.raises(Refused, match="dora drafted, changed or submitted"):
            core.execute(
                ApproveTransferOrder(
                    actor_id="dora", at=datetime.now(UTC), idempotency_key="not-mine", transfer_order_id=number
                )
            )

    button(page, "Sign out").click()
    settled(page)
    page.goto(f"{company.address}/?order={number}")
    settled(page)
    sign_in(page, login="sven", password=company.passwords["sven"])
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    page.get_by_label("Reason").fill("Needed before Christmas")
    button(page, "Approve").click()
    expect(page.get_by_text(f"{number}: done. It is now: Approved.")).to_be_visible()
    settled(page)
    expect(button(page, "Approve")).to_have_count(0)
    with company.core() as core:
        order = core.queries.transfer_order(number).order
    assert order.status is Status.APPROVED
    assert (order.decided_by, order.decision_reason) == ("sven", "Needed before Christmas")


def test_in_chinese_an_order_is_taken_back_and_never_without_a_reason(page: Page, company: ServedCompany) -> None:
    page.goto(company.address)
    settled(page)
    choose_language(page, "简体中文", shows="登录")
    sign_in(page, login="pia", password=company.passwords["pia"])
    expect(page.get_by_role("heading", name="需要关注的事")).to_be_visible()
    page.get_by_role("link", name="调拨建议").first.click()
    settled(page)
    search(page, "搜索", "CASE-03")
    expect(page.get_by_text("库存水位 120 低于补货目标 300")).to_be_visible()
    choose_first_row(page, units=80)
    button(page, "提交 1 张调拨单").click()
    number = order_number(page)
    page.get_by_role("link", name=f"打开 {number}").click()
    settled(page)
    expect(button(page, "批准")).to_have_count(0)

    button(page, "撤回").click()
    expect(page.get_by_text("请说明原因")).to_be_visible()
    settled(page)
    with company.core() as core:
        assert core.queries.transfer_order(number).order.status is Status.SUBMITTED

    page.get_by_label("理由").fill("数量有误")
    button(page, "撤回").click()
    expect(page.get_by_text(f"{number}：已完成。现在的状态：草稿。")).to_be_visible()
    with company.core() as core:
        history = core.queries.transfer_order(number)
    assert history.order.status is Status.DRAFT
    assert history.entries[-1].reason == "数量有误"


def test_five_wrong_passwords_lock_the_account_and_the_page_says_so(page: Page, company: ServedCompany) -> None:
    page.goto(company.address)
    settled(page)
    for _ in range(5):
        form = page.get_by_test_id("stForm")
        form.locator("input").first.fill("vera")
        form.locator("input[type=password]").fill("wrong")
        button(page, "Sign in").click()
        expect(page.get_by_text("login or password is wrong")).to_be_visible()
        settled(page)
    page.get_by_test_id("stForm").locator("input[type=password]").fill(company.passwords["vera"])
    button(page, "Sign in").click()
    expect(page.get_by_text("too many failed tries")).to_be_visible()
    expect(page.get_by_role("link", name="Suggestions")).to_have_count(0)


def scan(page: Page, *codes: str) -> None:
    """Types each code and Enter as a scanner does: one after another, waiting for nothing."""
    field = page.get_by_label("Scan into")
    field.click()
    for code in codes:
        page.keyboard.type(code)
        page.keyboard.press("Enter")


def open_order(page: Page, company: ServedCompany, login: str, number: str) -> None:
    """Signs out whoever is there, signs in and opens the order."""
    page.context.clear_cookies()
    page.goto(f"{company.address}/?order={number}")
    settled(page)
    sign_in(page, login=login, password=company.passwords[login])
    expect(page.get_by_role("heading", name=number)).to_be_visible()


def explain(page: Page, what: str, reason: str) -> None:
    """Gives the reason for the discrepancy that is offered."""
    expect(page.get_by_role("combobox", name="Discrepancy to explain")).to_have_value(re.compile(what))
    field = page.get_by_role("combobox", name="Reason", exact=True)
    field.click()
    page.get_by_role("option", name=reason, exact=True).click()
    expect(field).to_have_value(reason)
    button(page, "Give this reason").click()
    expect(page.get_by_text("the reason is recorded.")).to_be_visible()
    settled(page)


def test_goods_are_dispatched_scanned_explained_and_the_order_closed(page: Page, company: ServedCompany) -> None:
    number = submit_order(company.folder, key="journey")  # 144 lamps, 80 cases
    label = f"{number}-S1"

    open_order(page, company, "sven", number)
    button(page, "Approve").click()
    expect(page.get_by_text(f"{number}: done. It is now: Approved.")).to_be_visible()

    # Dispatch, with fewer units than ordered; never without a waybill.
    open_order(page, company, "wei", number)
    page.get_by_label("LAMP-01", exact=True).fill("5")
    page.get_by_label("CASE-01", exact=True).fill("3")
    button(page, "Dispatch").click()
    expect(page.get_by_text("A shipment leaves with a waybill")).to_be_visible()
    settled(page)
    with company.core() as core:
        assert core.queries.transfer_order(number).order.shipments == ()
    page.get_by_label("Waybill", exact=True).fill("WB-JOURNEY")
    button(page, "Dispatch").click()
    expect(page.get_by_text(f"{number}: the shipment is on its way.")).to_be_visible()
    settled(page)
    with company.core() as core:
        (shipment,) = core.queries.transfer_order(number).order.shipments
    assert {line.sku: line.dispatched_units for line in shipment.lines} == {"LAMP-01": 5, "CASE-01": 3}

    # Receive by scan: four of five lamps, three cases of which one is damaged, one code that nobody knows.
    page.get_by_role("link", name=f"Receive {label}").click()
    settled(page)
    expect(page.get_by_role("heading", name="Receiving")).to_be_visible()
    scan(page, "LAMP-01", "LAMP-01", "CASE-01", "LAMP-01", "NO-SUCH-CODE", "LAMP-01", "CASE-01")
    expect(page.get_by_text("Your count, not saved yet: 6 units")).to_be_visible()
    settled(page)
    page.get_by_test_id("stButtonGroup").get_by_role("radio", name="Damaged").click()
    expect(page.get_by_label("Scan into: Damaged")).to_be_visible()
    scan(page, "CASE-01")
    expect(page.get_by_text("Your count, not saved yet: 7 units")).to_be_visible()

    # The count is not lost when the page is left, and what was not saved is nowhere in the books.
    page.get_by_role("link", name="Stock", exact=True).click()
    expect(page.get_by_text(f"Your count of {label} is not saved: 7 units.")).to_be_visible()
    with company.core() as core:
        assert core.queries.transfer_order(number).order.shipments == (shipment,)
    page.get_by_role("link", name=f"Go on counting {label}").click()
    expect(page.get_by_text("Your count, not saved yet: 7 units")).to_be_visible()
    settled(page)
    button(page, "Save and complete").dblclick()
    expect(page.get_by_text(f"{label}: receiving is complete.")).to_be_visible()
    settled(page)
    expect(page.get_by_text("Your count, not saved yet: 0 units")).to_be_visible()  # no scan comes back
    with company.core() as core:
        order = core.queries.transfer_order(number).order
        found = {(one.sku, one.kind): one.open_units for one in discrepancies(order)}
        assert found == {("LAMP-01", "short"): 1, ("CASE-01", "damaged"): 1}
        # Whoever counts does not explain: neither on the page nor past it.
        page.get_by_role("link", name="Discrepancies", exact=True).click()
        expect(page.get_by_text("whoever counts does not also explain")).to_be_visible()
        expect(button(page, "Give this reason")).to_have_count(0)
        with pytest.raises(Refused, match="may not send ResolveDiscrepancy"):
            core.execute(
                ResolveDiscrepancy(
                    actor_id="wei",
                    at=datetime.now(UTC),
                    idempotency_key="counter-explains",
                    transfer_order_id=number,
                    shipment_id=label,
                    sku="LAMP-01",
                    kind="short",
                    units=1,
                    resolution="lost",
                )
            )

    # Closing is refused while something is open, and says what.
    open_order(page, company, "dora", number)
    page.get_by_label("Reason").fill("The rest is not needed")
    button(page, "Cancel the rest").click()
    expect(page.get_by_text(f"{number}: done.")).to_be_visible()
    settled(page)
    button(page, "Close order").click()
    expect(page.get_by_text("Not done: ")).to_contain_text("resolve with a reason")
    settled(page)
    with company.core() as core:
        assert core.queries.transfer_order(number).order.status is Status.RECEIVING

    page.get_by_role("link", name="Give reasons").click()
    expect(page.get_by_role("heading", name="Discrepancies")).to_be_visible()
    settled(page)
    explain(page, "LAMP-01", "Lost on the way")
    explain(page, "CASE-01", "Damaged on the way")
    expect(page.get_by_text("Nothing differs without a reason.")).to_be_visible()

    open_order(page, company, "dora", number)
    button(page, "Close order").click()
    expect(page.get_by_text(f"{number}: done. It is now: Closed.")).to_be_visible()
    with company.core() as core:
        order = core.queries.transfer_order(number).order
        assert order.status is Status.CLOSED
        assert sum(shipment.in_transit_units for shipment in order.shipments) == 0
        with pytest.raises(Refused):
            core.execute(
                CloseTransferOrder(
                    actor_id="dora", at=datetime.now(UTC), idempotency_key="close-twice", transfer_order_id=number
                )
            )
