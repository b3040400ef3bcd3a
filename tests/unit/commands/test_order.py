"""`diaobo order` as scripts see it: JSON in, JSON out, exit statuses, tokens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from inventory_core.access.commands import IssueToken
from inventory_core.bootstrap import database_url, open_core
from pipelines.commands.order import ORDER_COMMANDS, command
from tests.core_builders import PEOPLE, cheap_passwords, core_on, sender

DRAFT = {
    "origin_id": "cn_main",
    "destination_id": "fba_us",
    "mode": "sea",
    "ship_date": "2026-11-05",
    "arrival_date": "2026-12-15",
    "lines": [
        {
            "sku": "CHAIR",
            "units": 40,
            "suggestion_id": "s1",
            "suggested_units": 48,
            "suggestion_run_id": "2026-11-02/run-1",
        }
    ],
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("DIAOBO_TOKEN", "DIAOBO_DATABASE_URL", "DIAOBO_COMPANY"):
        monkeypatch.delenv(name, raising=False)
    with cheap_passwords():
        yield


@pytest.fixture
def tokens(tmp_path: Path) -> dict[str, str]:
    """A company in the test's folder; a token for each of its people."""
    with open_core(database_url(tmp_path, {}), create=True) as core:
        core_on(core.storage)
        return {
            login: core.execute(IssueToken(**sender("ada"), login=login, label="test")).secrets["token"]
            for login in PEOPLE
        }


@pytest.fixture
def order(tmp_path: Path, tokens: dict[str, str]) -> Callable[..., Result]:
    """Runs `diaobo order` with that content on stdin as that person."""

    def run(name: str, content: Any, *, login: str = "pia") -> Result:
        text = content if isinstance(content, str) else json.dumps(content)
        arguments = [name, "--json", "-", "--company", str(tmp_path), "--token", tokens[login]]
        return CliRunner().invoke(command, arguments, input=text)

    return run


def test_an_order_from_draft_to_approved(order: Callable[..., Result], tmp_path: Path) -> None:
    drafted = order("draft", {**DRAFT, "idempotency_key": "1"})
    assert drafted.exit_code == 0, drafted.stderr
    number = json.loads(drafted.stdout)["document_number"]
    reference = {"transfer_order_id": number}
    changed = {**reference, "idempotency_key": "2", "expected_version": 1, "lines": [{"sku": "CHAIR", "units": 50}]}
    assert order("change", changed).exit_code == 0
    assert json.loads(order("submit", {**reference, "idempotency_key": "3"}).stdout)["waiting_for_roles"] == [
        "supervisor"
    ]
    assert (
        order("comment", {**reference, "idempotency_key": "c", "text": "Zeile 1\n第二行"}, login="vic").exit_code == 0
    )
    approved = order("approve", {**reference, "idempotency_key": "4", "reason": "好"}, login="sam")
    assert json.loads(approved.stdout)["status"] == "approved"
    shown = CliRunner().invoke(command, ["show", number, "--company", str(tmp_path)])
    content = json.loads(shown.stdout)
    assert content["lines"][0] == {
        "line_number": 1,
        "sku": "CHAIR",
        "units": 50,
        "suggestion_id": "s1",
        "suggested_units": 48,
        "suggestion_run_id": "2026-11-02/run-1",
        "unit_value": {"amount": "12.3456", "currency": "USD"},
        "unit_margin": {"amount": "7.6544", "currency": "USD"},
        "cancelled_units": 0,
    }
    assert [entry["actor_id"] for entry in content["history"]] == ["pia", "pia", "pia", "vic", "sam", "sam"]
    assert [(one["commented_by"], one["text"]) for one in content["comments"]] == [("vic", "Zeile 1\n第二行")]
    assert (content["source"], content["margin_at_risk"]) == ("suggestion", {"amount": "382.72", "currency": "USD"})
    assert content["history"][-1]["reason"] == "好"
    listed = CliRunner().invoke(command, ["list", "--status", "approved", "--company", str(tmp_path)])
    assert [one["document_number"] for one in json.loads(listed.stdout)] == [number]
    drafts = CliRunner().invoke(command, ["list", "--status", "draft", "--company", str(tmp_path)])
    assert json.loads(drafts.stdout) == []


def test_a_repetition_is_done_before_and_exits_well(order: Callable[..., Result]) -> None:
    first, again = (order("draft", {**DRAFT, "idempotency_key": "1"}) for _ in range(2))
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert json.loads(again.stdout) == {**json.loads(first.stdout), "was_done_before": True}


def test_a_refusal_is_said_in_words_and_in_json(order: Callable[..., Result]) -> None:
    refused = order("draft", {**DRAFT, "idempotency_key": "1", "mode": "rail"})
    assert refused.exit_code == 3
    assert refused.stderr == "there is no lane cn_main → fba_us by rail: add it to the master data or choose another\n"
    assert json.loads(refused.stdout) == {
        "refused": "UnableToDraftTransferOrder",
        "problems": [refused.stderr.strip()],
    }


def test_the_core_decides_who_may(order: Callable[..., Result]) -> None:
    number = json.loads(order("draft", {**DRAFT, "idempotency_key": "1"}, login="ada").stdout)["document_number"]
    assert order("submit", {"transfer_order_id": number, "idempotency_key": "2"}, login="ada").exit_code == 0
    for login in ("ada", "pia", "vic"):
        refused = order("approve", {"transfer_order_id": number, "idempotency_key": f"a-{login}"}, login=login)
        assert refused.exit_code == 3, login
        assert login in refused.stderr


def test_malformed_is_one_line_per_problem_and_writes_nothing(order: Callable[..., Result]) -> None:
    malformed = order("draft", {**DRAFT, "lines": [{"sku": "CHAIR", "units": "many"}], "mode": 7})
    assert malformed.exit_code == 2
    assert malformed.stderr.splitlines() == [
        "idempotency_key: it is missing",
        "mode: it must be text, not 7",
        'lines.0.units: it must be a whole number, not "many"',
    ]
    assert malformed.stdout == ""


@pytest.mark.parametrize("text", ["", "{", "[]", '"draft"'])
def test_text_that_is_no_command(order: Callable[..., Result], text: str) -> None:
    assert order("draft", text).exit_code == 2


def test_nobody_chooses_his_name_or_his_time(order: Callable[..., Result]) -> None:
    claimed = order("draft", {**DRAFT, "idempotency_key": "1", "actor_id": "ada", "at": "2020-01-01T00:00:00Z"})
    assert claimed.exit_code == 2
    assert "actor_id: leave it out" in claimed.stderr


def test_a_file_that_is_no_text(tmp_path: Path, tokens: dict[str, str]) -> None:
    file = tmp_path / "order.json"
    file.write_bytes(b"\xff\xfe\x00")
    arguments = ["draft", "--json", str(file), "--token", tokens["pia"], "--company", str(tmp_path)]
    result = CliRunner().invoke(command, arguments)
    assert (result.exit_code, "no UTF-8 text" in result.stderr) == (2, True)


def test_a_spreadsheets_byte_order_mark_is_no_problem(tmp_path: Path, tokens: dict[str, str]) -> None:
    file = tmp_path / "order.json"
    file.write_text(json.dumps({**DRAFT, "idempotency_key": "1"}), encoding="utf-8-sig")
    arguments = ["draft", "--json", str(file), "--token", tokens["pia"], "--company", str(tmp_path)]
    assert CliRunner().invoke(command, arguments).exit_code == 0


def test_a_wrong_token_is_refused_and_a_missing_one_is_asked_for(tmp_path: Path, tokens: dict[str, str]) -> None:
    company = ["--company", str(tmp_path)]
    wrong = CliRunner().invoke(command, ["submit", "--json", "-", "--token", "diaobo_x", *company], input="{}")
    assert (wrong.exit_code, json.loads(wrong.stdout)["refused"]) == (3, "UnableToSignIn")
    missing = CliRunner().invoke(command, ["submit", "--json", "-", *company], input="{}")
    assert (missing.exit_code, "--token" in missing.stderr) == (2, True)


def test_token_and_company_may_come_from_the_environment(tmp_path: Path, tokens: dict[str, str]) -> None:
    environment = {"DIAOBO_TOKEN": tokens["pia"], "DIAOBO_COMPANY": str(tmp_path)}
    text = json.dumps({**DRAFT, "idempotency_key": "1"})
    assert CliRunner(env=environment).invoke(command, ["draft", "--json", "-"], input=text).exit_code == 0


@pytest.mark.parametrize("name", ORDER_COMMANDS)
def test_every_command_tells_its_schema_without_a_company(name: str) -> None:
    schema = json.loads(CliRunner().invoke(command, [name, "--schema"]).stdout)
    assert "idempotency_key" in schema["required"]
    assert {"actor_id", "at"}.isdisjoint(schema["properties"])


def test_a_company_without_a_core_says_what_to_do(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["list", "--company", str(tmp_path)])
    assert (result.exit_code, "`diaobo run` makes it" in result.stderr) == (3, True)


def test_an_unknown_order(tmp_path: Path, tokens: dict[str, str]) -> None:
    result = CliRunner().invoke(command, ["show", "TO-1", "--company", str(tmp_path)])
    assert (result.exit_code, "there is no transfer order TO-1" in result.stderr) == (3, True)


def test_an_order_from_dispatch_to_close(order: Callable[..., Result]) -> None:
    number = json.loads(order("draft", {**DRAFT, "idempotency_key": "1"}).stdout)["document_number"]
    reference = {"transfer_order_id": number}
    order("submit", {**reference, "idempotency_key": "2"})
    order("approve", {**reference, "idempotency_key": "3"}, login="sam")
    carton = {"carton_id": "C1", "weight_kg": "12.50", "contents": [{"sku": "CHAIR", "units": 40}]}
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("wim", "plan", {"carrier": "Sea Line", "cartons": [carton]}),
        ("wim", "dispatch", {"shipment_id": f"{number}-S1", "waybill": "WB-1"}),
        (
            "wim",
            "milestone",
            {"shipment_id": "WB-1", "milestone": "departed", "occurred_at": "2026-11-06T01:00:00Z"},
        ),
        ("wim", "receive", {"counts": [{"code": "CHAIR", "units": 30}]}),
        ("wim", "receive", {"counts": [{"code": "X001CHAIR", "units": 9}], "is_complete": True}),
        (
            "sam",
            "resolve",
            {"shipment_id": "WB-1", "sku": "CHAIR", "kind": "short", "units": 1, "resolution": "lost"},
        ),
        ("pia", "close", {}),
    ]
    statuses = []
    for key, (login, name, content) in enumerate(steps, start=10):
        result = order(name, {**reference, **content, "idempotency_key": str(key)}, login=login)
        assert result.exit_code == 0, result.stderr
        statuses.append(json.loads(result.stdout)["status"])
    assert statuses == ["picking", "in_transit", "in_transit", "receiving", "receiving", "receiving", "closed"]


@pytest.mark.parametrize("as_lines", [False, True])
def test_a_batch_is_answered_one_by_one(order: Callable[..., Result], as_lines: bool) -> None:
    contents: list[dict[str, Any]] = [
        {**DRAFT, "idempotency_key": "1"},
        {**DRAFT, "idempotency_key": "2", "mode": "rail"},
        {**DRAFT, "idempotency_key": "1"},
        {**DRAFT, "idempotency_key": "3"},
    ]
    text = "\n".join(json.dumps(one) for one in contents) + "\n" if as_lines else json.dumps(contents, indent=1)
    result = order("draft", text)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one.get("document_number", one.get("refused")) for one in answers] == [
        "TO-2026-00001",
        "UnableToDraftTransferOrder",
        "TO-2026-00001",
        "TO-2026-00002",
    ]
    assert [one.get("was_done_before") for one in answers] == [False, None, True, False]
    assert result.exit_code == 3
    assert result.stderr.startswith("command 2: there is no lane cn_main → fba_us by rail")


def test_a_batch_with_one_malformed_command_sends_none(order: Callable[..., Result], tmp_path: Path) -> None:
    result = order("draft", [{**DRAFT, "idempotency_key": "1"}, {**DRAFT, "mode": 7}, "x"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "command 2: idempotency_key: it is missing",
        "command 2: mode: it must be text, not 7",
        "command 3: pass one JSON object, not str",
    ]
    listed = CliRunner().invoke(command, ["list", "--company", str(tmp_path)])
    assert json.loads(listed.stdout) == []


def test_the_journal_shows_which_script_sent_it(order: Callable[..., Result], tmp_path: Path) -> None:
    number = json.loads(order("draft", {**DRAFT, "idempotency_key": "1"}).stdout)["document_number"]
    order("submit", [{"transfer_order_id": number, "idempotency_key": "2"}])
    shown = json.loads(CliRunner().invoke(command, ["show", number, "--company", str(tmp_path)]).stdout)
    with open_core(database_url(tmp_path, {})) as core:
        [token_id] = [one.token_id for one in core.queries.tokens() if one.login == "pia"]
    assert {entry["token_id"] for entry in shown["history"]} == {token_id}
