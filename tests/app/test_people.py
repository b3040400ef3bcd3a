"""Delegations, passwords, people and tokens through the pages; scope and blind counts where a link would go around."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from inventory_core.access.commands import ChangePerson, DisablePerson
from inventory_core.approvals.delegating import DelegateApproval
from inventory_core.approvals.rules import SetApprovalPolicy
from inventory_core.errors import Refused
from inventory_core.transfer_orders.commands import CommentOnTransferOrder
from inventory_core.transfer_orders.model import Status
from tests.app.company_builder import add_people, build_company, submit_order
from tests.app.conftest import SmallCompany
from tests.app.goods_builder import AT, count_blindly, dispatch_order, execute, receive_order
from tests.app.test_goods import field, page
from tests.app.test_ordering import labels, press, suggestions_page
from tests.app.test_pages import metrics, shown


def narrow(company: SmallCompany, login: str, *warehouse_ids: str) -> None:
    """From now on the person is responsible for those warehouses only."""
    execute(
        company.folder,
        ChangePerson(
            actor_id="ada", at=AT, idempotency_key=f"narrow-{login}", login=login, warehouse_ids=warehouse_ids
        ),
    )


def lend_to_vera(company: SmallCompany) -> None:
    """Sven lets the viewer decide for him now."""
    now = datetime.now(UTC)
    execute(
        company.folder,
        DelegateApproval(
            actor_id="sven",
            at=now,
            idempotency_key="lend",
            delegate="vera",
            roles=("supervisor",),
            from_at=now - timedelta(days=1),
            to_at=now + timedelta(days=1),
        ),
    )


def test_a_delegate_finds_the_order_approves_it_and_the_step_says_for_whom(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    number = submit_order(company.folder)
    lend_to_vera(company)
    app = signed_in(company, "vera")
    assert metrics(app)["Orders that wait for me"] == "1"
    app = signed_in(company, "vera", order=number)
    assert "You decide this for Sven Supervisor." in shown(app)
    press(app, "Approve")
    assert not app.exception
    with company.core() as core:
        order = core.queries.transfer_order(number).order
    assert order.status is Status.APPROVED
    steps = app.dataframe[-2].value
    assert list(steps["decided_for"]) == ["Sven Supervisor"]
    assert list(steps["decided_by"]) == ["Vera Viewer"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_comments_keep_their_lines_are_never_markup_and_change_no_version(
    company: SmallCompany, signed_in: Callable[..., AppTest], language: str
) -> None:
    number = submit_order(company.folder)
    said = "Where is it?\n    **not bold** <b>no tag</b>\nTitle\n==="
    execute(
        company.folder,
        CommentOnTransferOrder(actor_id="pia", at=AT, idempotency_key="said", transfer_order_id=number, text=said),
    )
    app = signed_in(company, "vera", language=language, order=number)
    assert not app.exception
    (comment,) = [one.value for one in app.markdown if one.value.startswith("Where is it?")]
    assert comment == ("Where is it?  \n\\*\\*not bold\\*\\* \\<b\\>no tag\\</b\\>  \nTitle  \n\\=\\=\\=")
    with company.core() as core:
        before = core.queries.transfer_order(number).order.version
    press(app, {"en": "Comment", "zh": "发表留言"}[language])  # nothing was written
    assert app.error
    app.text_area[0].set_value("On its way\nsoon")
    press(app, {"en": "Comment", "zh": "发表留言"}[language])
    assert not app.exception
    assert app.text_area[0].value == ""
    with company.core() as core:
        found = core.queries.transfer_order(number)
    assert [(one.commented_by, one.text) for one in found.comments] == [("pia", said), ("vera", "On its way\nsoon")]
    assert found.order.version == before


def test_a_right_is_lent_and_revoked_on_my_account(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    app = page(signed_in(company, "sven"), "account")
    field(app, "selectbox", "Who").set_value("vera")
    press(app, "Lend")
    assert "Vera Viewer can decide for you in that time." in shown(app)
    with company.core() as core:
        (lent,) = core.queries.delegations()
    assert (lent.delegator, lent.delegate, lent.roles) == ("sven", "vera", ("supervisor",))
    assert lent.from_at.tzinfo is UTC
    assert "Sven Supervisor: Supervisor" in shown(page(signed_in(company, "vera"), "account"))
    press(app, "Revoke")
    assert "Revoked. You decide for yourself again." in shown(app)
    assert "Revoke" not in labels(app)
    with company.core() as core:
        assert core.queries.delegations()[0].revoked_at is not None


def test_a_right_is_not_lent_backwards_in_time_or_for_no_role(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    app = page(signed_in(company, "sven"), "account")
    first = field(app, "date_input", "First day").value
    field(app, "date_input", "First day").set_value(first + timedelta(days=9))
    field(app, "date_input", "Last day").set_value(first)
    press(app, "Lend")
    assert "The last day is before the first one." in shown(app)
    field(app, "multiselect", "Roles").set_value([])
    press(app, "Lend")
    assert "Choose at least one role." in shown(app)
    with company.core() as core:
        assert core.queries.delegations() == []


def test_who_decides_nothing_is_offered_to_lend_nothing(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    app = page(signed_in(company, "pia"), "account")
    assert "Lend" not in labels(app)
    assert "Change password" in labels(app)


def test_a_password_is_changed_by_who_knows_the_old_one(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    app = page(signed_in(company, "pia"), "account")
    for old, new, again, told in (
        (company.passwords["pia"], "many long words", "many other words", "not written the same twice"),
        ("wrong", "many long words", "many long words", "Not done: login or password is wrong"),
        (company.passwords["pia"], "short", "short", "Not done: the new password must have"),
        (company.passwords["pia"], "many long words", "many long words", "Your password is changed."),
    ):
        field(app, "text_input", "Old password").set_value(old)
        field(app, "text_input", "New password").set_value(new)
        field(app, "text_input", "New password again").set_value(again)
        press(app, "Change password")
        assert told in shown(app)
    assert "many long words" not in shown(app)
    with company.core() as core:
        assert core.sign_in(login="pia", password="many long words", at=datetime.now(UTC)).login == "pia"
        with pytest.raises(Refused):
            core.sign_in(login="pia", password=company.passwords["pia"], at=datetime.now(UTC))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_empty_company_has_people(tmp_path: Path, signed_in: Callable[..., AppTest], language: str) -> None:
    folder = build_company(tmp_path / "empty", publish=False)
    app = page(signed_in(SmallCompany(folder, add_people(folder)), "ada", language=language), "people")
    assert not app.exception
    assert app.title[0].value == {"en": "People", "zh": "人员"}[language]
    assert "wei" in set(app.dataframe[0].value["login"])


def test_an_administrator_adds_a_person_and_sees_the_password_once(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    app = page(signed_in(company, "ada"), "people")
    field(app, "text_input", "Login").set_value("two words")
    field(app, "text_input", "Name").set_value("Lin")
    press(app, "Add")
    assert "Not done: login must be one word" in shown(app)
    field(app, "text_input", "Login").set_value("lin")
    field(app, "multiselect", "Roles").set_value(["warehouse"])
    field(app, "multiselect", "Warehouses").set_value(["US-LAX"])
    press(app, "Add")
    assert not app.exception
    password = app.code[0].value
    with company.core() as core:
        person = core.sign_in(login="lin", password=password, at=datetime.now(UTC))
    assert (person.roles, person.warehouse_ids) == (("warehouse",), ("US-LAX",))
    press(app, "I have it, hide it")
    assert not app.code


def test_an_administrator_changes_closes_and_opens_an_account(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    app = page(signed_in(company, "ada"), "people")
    field(app, "selectbox", "Person").set_value("wei").run()
    app.multiselect(
        next(
            one.key
            for one in app.multiselect
            if one.key.startswith("changed_person_wei") and one.key.endswith("_warehouses")
        )
    ).set_value(["DE-HAM"])
    press(app, "Save")
    assert "Wei Warehouse 仓管 is changed." in shown(app)
    press(app, "Make a new password")
    with company.core() as core:
        person = core.sign_in(login="wei", password=app.code[0].value, at=datetime.now(UTC))
    assert person.warehouse_ids == ("DE-HAM",)
    press(app, "Yes, close it")
    assert "The account of Wei Warehouse 仓管 is closed." in shown(app)
    press(app, "Open the account again")
    with company.core() as core:
        person = core.queries.person("wei")
    assert person is not None
    assert not person.is_disabled


def test_the_last_administrator_cannot_be_closed(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    app = page(signed_in(company, "ada"), "people")
    field(app, "selectbox", "Person").set_value("ada").run()
    press(app, "Yes, close it")
    assert "Not done: ada is the last admin" in shown(app)


def test_a_token_is_issued_narrow_shown_once_and_revoked(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    app = page(signed_in(company, "ada"), "people")
    field(app, "selectbox", "Person").set_value("wei").run()
    press(app, "Issue")
    assert "Not done: label must be printable text" in shown(app)
    field(app, "text_input", "Label").set_value("scanner")
    assert "Add people" not in field(app, "multiselect", "Commands").options
    field(app, "multiselect", "Commands").set_value(["RecordReceipt"])
    press(app, "Issue")
    assert not app.exception
    text = app.code[0].value
    with company.core() as core:
        actor = core.actor_of_token(text, at=datetime.now(UTC))
        (token,) = core.queries.tokens()
    assert (actor.actor_id, actor.commands) == ("wei", frozenset({"RecordReceipt"}))
    assert token.expires_at is not None
    press(app, "Revoke scanner")
    assert "The token scanner is useless now." in shown(app)
    with company.core() as core, pytest.raises(Refused):
        core.actor_of_token(text, at=datetime.now(UTC))


def test_people_are_no_page_for_others(company: SmallCompany, signed_in: Callable[..., AppTest]) -> None:
    app = signed_in(company, "sven")
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        page(app, "people")


def test_an_order_that_the_rule_approves_says_so_at_once(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    execute(
        company.folder,
        SetApprovalPolicy(actor_id="operator", at=AT, idempotency_key="allow", allow_approval_by_rule=True),
        DisablePerson(actor_id="operator", at=AT, idempotency_key="no sven", login="sven"),
    )
    app = suggestions_page(signed_in(company, "dora"), chosen={"LAMP-01": 96})
    press(app, "Submit 1 order")
    assert "TO-2026-00001 is submitted and was approved by rule." in shown(app)
    app = signed_in(company, "dora", order="TO-2026-00001")
    assert list(app.dataframe[-2].value["decision"]) == ["Approved by rule"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_scoped_person_sees_his_warehouses_and_opens_no_other_order(
    company: SmallCompany, signed_in: Callable[..., AppTest], language: str
) -> None:
    number = receive_order(company.folder)  # from CN-SZX to US-LAX
    dispatch_order(company.folder, key="other")
    for login in ("wei", "sven", "pia"):
        narrow(company, login, "DE-HAM")
    app = signed_in(company, "sven", language=language, order=number)
    assert not app.exception
    assert "DE-HAM" in app.warning[0].value.replace("\\", "")
    assert not app.dataframe
    for login, name in (("wei", "receiving"), ("sven", "discrepancies"), ("wei", "orders")):
        app = page(signed_in(company, login, language=language), name)
        assert not app.exception
        assert not app.dataframe
    app = page(signed_in(company, "wei", language=language), "warehouse_stock")
    assert app.selectbox[0].options == ["Hamburg"]
    app = page(signed_in(company, "pia", language=language), "in_transit")
    assert {"CN-SZX → DE-HAM"} == {
        lane.rsplit(" · ", 1)[0] for frame in app.dataframe[1:] for lane in frame.value["lane"]
    }


def test_counts_at_home_are_those_of_the_persons_warehouses(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    receive_order(company.folder)
    narrow(company, "sven", "DE-HAM")
    app = signed_in(company, "sven")
    assert metrics(app) == {
        "Orders that wait for me": "0",
        "Unexplained discrepancies": "0",
        "Transfer suggestions": "8",
        "Purchase suggestions": "0",
        "Products below safety stock": "0",
        "Stock-outs before arrival": "0",
        "Delayed shipments": "0",
        "Refused rows": "1",
    }


def test_who_counts_blindly_reads_no_units_on_the_orders_page(
    company: SmallCompany, signed_in: Callable[..., AppTest]
) -> None:
    number = dispatch_order(company.folder)
    count_blindly(company.folder, "US-LAX")
    told = _everything(signed_in(company, "wei", order=number))
    assert "counts blindly" in told
    assert not {"144", "224", "80"} & set(told.replace("×", " ").split())
    assert "144" in _everything(signed_in(company, "sven", order=number))


def _everything(app: AppTest) -> str:
    assert not app.exception
    tables = [str(list(frame.value.to_dict("list").values())) for frame in app.dataframe]
    return (
        "\n".join((shown(app), *metrics(app).values(), *tables))
        .replace("'", " ")
        .replace(",", " ")
        .replace("]", " ")
        .replace("[", " ")
    )
