"""Commands from JSON: every problem at once, each with its place, and a schema that tells the truth."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from inventory_core.approvals.delegating import DelegateApproval
from inventory_core.approvals.model import ApprovalRule
from inventory_core.approvals.rules import SetApprovalRules
from inventory_core.bootstrap import Core
from inventory_core.json_commands import (
    UnableToReadCommand,
    command_from_json,
    command_schema,
    history_as_json,
    outcome_as_json,
)
from inventory_core.transfer_orders.commands import DraftTransferOrder, RejectTransferOrder
from tests.core_builders import AT, line, submitted

GOOD: dict[str, Any] = {
    "idempotency_key": "k",
    "origin_id": "cn_main",
    "destination_id": "fba_us",
    "mode": "sea",
    "ship_date": "2026-11-05",
    "arrival_date": "2026-12-15",
    "lines": [{"sku": "CHAIR", "units": 40}],
}


def read(content: Any) -> DraftTransferOrder:
    text = content if isinstance(content, str) else json.dumps(content)
    return command_from_json(DraftTransferOrder, text, actor_id="pia", at=AT)


def test_a_good_command() -> None:
    command = read(GOOD)
    assert (command.actor_id, command.at, command.ship_date) == ("pia", AT, date(2026, 11, 5))
    assert command.lines == (line(units=40),)


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        (
            {"lines": [{"sku": "A", "units": 3.0}, {"sku": "B", "units": -1}, {"units": "4"}]},
            [
                "lines.0.units: it must be a whole number, not 3.0",
                "lines.1: units of B must be between 1 and 1000000000, not -1",
                "lines.2.sku: it is missing",
                'lines.2.units: it must be a whole number, not "4"',
            ],
        ),
        ({"ship_date": "11/05/2026"}, ['ship_date: it must be a date such as 2026-11-05, not "11/05/2026"']),
        ({"ship_date": 20261105}, ["ship_date: it must be a date such as 2026-11-05, not 20261105"]),
        ({"colour": "red"}, ["colour: there is no such field (`--schema` shows those there are)"]),
        ({"lines": {"sku": "A"}}, ['lines: it must be a list, not {"sku": "A"}']),
        ({"lines": ["A"]}, ['lines.0: it must be an object, not "A"']),
        ({"mode": 7}, ["mode: it must be text, not 7"]),
        ({"mode": "teleport"}, ["mode must be one of sea, air, rail, express, truck, not 'teleport'"]),
        (
            {"actor_id": "ada", "at": "2020-01-01"},
            ["actor_id: leave it out, it is known already"] * 1 + ["at: leave it out, it is known already"],
        ),
    ],
)
def test_every_problem_at_once_with_its_place(changes: dict[str, Any], problems: list[str]) -> None:
    with pytest.raises(UnableToReadCommand) as refused:
        read({**GOOD, **changes})
    assert list(refused.value.problems) == problems


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "this is no JSON"),
        ('{"a": ', "this is no JSON"),
        ("[1]", "pass one JSON object, not list"),
        ("null", "pass one JSON object, not NoneType"),
        ("[" * 100_000, "this is no JSON"),
        (json.dumps({**GOOD, "origin_id": "\ud800"}), "this is no JSON"),
    ],
)
def test_text_that_is_no_command(text: str, words: str) -> None:
    with pytest.raises(UnableToReadCommand, match=words):
        read(text)


def test_the_schema_asks_for_what_the_sender_must_say() -> None:
    schema = command_schema(DraftTransferOrder)
    assert set(schema["required"]) == set(GOOD)
    assert {"actor_id", "at"}.isdisjoint(schema["properties"])
    assert schema["additionalProperties"] is False
    assert set(command_schema(RejectTransferOrder)["required"]) == {"idempotency_key", "transfer_order_id", "reason"}


def test_outcomes_and_orders_are_plain_json(core: Core) -> None:
    outcome = submitted(core)
    assert "secrets" not in outcome_as_json(outcome)
    shown = json.loads(json.dumps(history_as_json(core.queries.transfer_order("TO-2026-00001"))))
    assert shown["value"] == {"amount": "493.82", "currency": "USD"}
    assert [entry["event_type"] for entry in shown["history"]] == ["TransferOrderDrafted", "TransferOrderSubmitted"]
    assert shown["history"][1]["payload"]["steps"][0]["role"] == "supervisor"
    assert (shown["status"], shown["units"], shown["waiting_for_roles"]) == ("submitted", 40, ["supervisor"])


def rules_from(**fields: Any) -> SetApprovalRules:
    text = json.dumps({"idempotency_key": "k", "rules": [{"rule_id": "r", "role": "finance", **fields}]})
    return command_from_json(SetApprovalRules, text, actor_id="ada", at=AT)


def test_rules_come_as_json_with_every_condition() -> None:
    [rule] = rules_from(
        minimum_value="100.50", signatures=2, origin_id="cn", escalate_after_hours=8, escalation_role="admin"
    ).rules
    assert rule == ApprovalRule(
        rule_id="r",
        role="finance",
        minimum_value=Decimal("100.50"),
        signatures=2,
        origin_id="cn",
        escalate_after_hours=8,
        escalation_role="admin",
    )


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"min_value": "1"}, "rules.0.min_value: there is no such field (`--schema` shows those there are)"),
        ({"signatures": "2"}, 'rules.0.signatures: it must be a whole number, not "2"'),
        (
            {"escalate_after_hours": 8},
            "rules.0: rule r: pass escalate_after_hours and escalation_role together, or neither",
        ),
    ],
)
def test_a_rule_that_says_something_unknown_is_refused(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(UnableToReadCommand) as refused:
        rules_from(**fields)
    assert refused.value.problems == (problem,)


def test_a_delegation_comes_as_json() -> None:
    content = {
        "delegate": "vic",
        "roles": ["finance"],
        "from_at": "2026-11-02T09:00:00Z",
        "to_at": "2026-11-03T09:00:00Z",
    }
    text = json.dumps({"idempotency_key": "k", **content})
    command = command_from_json(DelegateApproval, text, actor_id="fay", at=AT)
    assert (command.from_at, command.to_at - command.from_at) == (AT, timedelta(days=1))
    assert set(command_schema(DelegateApproval)["required"]) == {"idempotency_key", *content}
