"""Every page, in both languages, with and without data: it shows what it should and raises nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.company_builder import LONG_TITLE, add_people, build_company, disable, publish_marts, submit_order
from tests.app.conftest import SmallCompany

PAGES = (
    "home",
    "suggestions",
    "orders",
    "stock",
    "in_transit",
    "receiving",
    "discrepancies",
    "warehouse_stock",
    "account",
)
LIVE_PAGES = {"orders", "receiving", "discrepancies", "warehouse_stock", "account"}  # these need no publication
TITLES = {
    "en": (
        "What needs attention",
        "Suggestions",
        "Orders",
        "Stock",
        "In transit",
        "Receiving",
        "Discrepancies",
        "Warehouse stock",
        "My account",
    ),
    "zh": ("需要关注的事", "调拨建议", "调拨单", "库存", "在途", "收货", "收货差异", "仓内库存", "我的账户"),
}
CASES = [(language, page, title) for language in TITLES for page, title in zip(PAGES, TITLES[language], strict=True)]


def shown(app: AppTest) -> str:
    """All the words of a page, escapes of Markdown taken out."""
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.info, app.warning, app.error, app.success)
    return "\n".join(str(element.value) for kind in kinds for element in kind).replace("\\", "")


def metrics(app: AppTest) -> dict[str, str]:
    """The figures by label."""
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize(("language", "page", "title"), CASES)
def test_every_page_shows_itself(
    company: SmallCompany, signed_in: Callable[..., AppTest], language: str, page: str, title: str
) -> None:
    submit_order(company.folder)
    app = signed_in(company, "pia", language=language)
    app.switch_page(f"app_pages/{page}.py").run()
    assert not app.exception
    assert app.title[0].value == title
    assert not app.error
    # The company, the day of the figures, the age of their publication and its zone stand on every page.
    line = app.caption[0].value.replace("\\", "")
    assert line.startswith("**Sample Seller**")
    assert "America/Los_Angeles" in line
    assert ("Nov 2, 2026" if language == "en" else "2026年11月2日") in line


@pytest.mark.parametrize(("language", "page", "title"), CASES)
def test_every_page_of_a_company_without_publication_says_which_command_to_run(
    tmp_path: Path, signed_in: Callable[..., AppTest], language: str, page: str, title: str
) -> None:
    folder = build_company(tmp_path / "empty", publish=False)
    app = signed_in(SmallCompany(folder, add_people(folder)), "pia", language=language)
    app.switch_page(f"app_pages/{page}.py").run()
    assert not app.exception
    assert app.title[0].value == title
    if page not in LIVE_PAGES:
        assert app.code[0].value == f"diaobo run --company {folder}"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_before_the_first_run_the_app_says_which_command_to_run(
    tmp_path: Path, open_app: Callable[..., AppTest], language: str
) -> None:
    folder = build_company(tmp_path / "new", publish=False)
    app = open_app(folder, language=language)
    assert not app.exception
    assert app.code[0].value == f"diaobo run --company {folder}"
    assert not app.text_input
    assert not (folder / "core.sqlite").exists()  # looking must not make a database


def test_a_folder_that_is_no_company_is_said_in_words(tmp_path: Path, open_app: Callable[..., AppTest]) -> None:
    app = open_app(tmp_path)
    assert not app.exception
    assert "diaobo company new" in app.error[0].value


def test_strangers_see_the_sign_in_page_only(company: SmallCompany, open_app: Callable[..., AppTest]) -> None:
    app = open_app(company.folder)
    app.switch_page("app_pages/stock.py").run()
    assert not app.dataframe
    assert not app.metric
    assert "demo people" in app.info[0].value
    assert not any(password in shown(app) for password in company.passwords.values())


def test_a_wrong_password_is_refused_in_words_and_sign_out_forgets(
    company: SmallCompany, open_app: Callable[..., AppTest], signed_in: Callable[..., AppTest]
) -> None:
    app = open_app(company.folder)
    app.text_input("login").set_value("pia")
    app.text_input("password").set_value("wrong")
    app.button[0].click().run()
    assert "login or password is wrong" in app.error[0].value
    app = signed_in(company, "pia")
    next(button for button in app.button if button.label == "Sign out").click().run()
    assert "person" not in app.session_state
    assert app.text_input("login").value == ""


def test_a_disabled_person_is_out_at_the_next_click(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    app = signed_in(company, "pia")
    assert app.title[0].value == "What needs attention"
    disable(company.folder, "pia")
    app.run()
    assert app.text_input("login")


def test_people_see_their_own_language_unless_they_chose_another(
    company: SmallCompany, open_app: Callable[..., AppTest]
) -> None:
    app = open_app(company.folder)
    del app.session_state["language"]
    app.text_input("login").set_value("fang")
    app.text_input("password").set_value(company.passwords["fang"])
    app.button[0].click().run()
    assert app.title[0].value == "需要关注的事"


def test_home_counts_what_the_marts_and_the_core_hold(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    submit_order(company.folder)
    app = signed_in(company, "sven")
    assert metrics(app) == {
        "Orders that wait for me": "1",
        "Unexplained discrepancies": "0",
        "Transfer suggestions": "24",
        "Purchase suggestions": "3",
        "Products below safety stock": "1",
        "Stock-outs before arrival": "1",
        "Delayed shipments": "1",
        "Refused rows": "1",
    }
    assert "$2,924" in shown(app)
    planner = metrics(signed_in(company, "pia"))
    assert planner["My orders in approval"] == "1"
    assert "Orders that wait for me" not in planner


def test_stock_filters_in_the_database_and_keeps_to_the_chosen_day(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    app = signed_in(company, "vera")
    app.switch_page("app_pages/stock.py").run()
    app.query_params["state"] = "below_safety_stock"
    app.run()
    assert metrics(app)["Product × warehouse"] == "6"  # two products in the three warehouses that are planned
    app.text_input("stock_text").set_value("usb-c cable").run()
    assert metrics(app)["Product × warehouse"] == "3"
    assert set(app.dataframe[0].value["sku"]) == {"CABLE-2M"}
    app.text_input("stock_text").set_value("no such thing").run()
    assert "Nothing matches" in app.info[0].value


def test_where_are_my_units_finds_shipments_by_title(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    app = signed_in(company, "vera")
    app.switch_page("app_pages/in_transit.py").run()
    app.text_input("transit_text").set_value("desk LAMP").run()
    lines = app.dataframe[1].value
    assert set(lines["title"]) == {LONG_TITLE}
    assert metrics(app)["Units in transit"] == "60"
    app.toggle("transit_delayed").set_value(True).run()
    assert metrics(app)["Shipments"] == "1"


def test_a_new_publication_is_seen_without_a_restart(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    app = signed_in(company, "vera")
    assert "Nov 2, 2026" in app.caption[0].value
    publish_marts(company.folder, as_of=date(2026, 11, 3))
    app.run()
    assert not app.exception
    assert "data as of Nov 3, 2026" in app.caption[0].value
