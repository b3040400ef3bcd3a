"""Commands from JSON that strangers wrote, and the schema that tells them how. Outcomes and orders as JSON for them.

Belongs here: what every door for scripts shares (the command line, later HTTP). Does not: where the text comes from,
exit statuses (`pipelines/commands/order.py`). Pydantic is imported only here and where the journal is read back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from inventory_core.commands import Command, Outcome
from inventory_core.errors import Malformed
from inventory_core.instants import instant_text
from inventory_core.queries import TransferOrderHistory
from inventory_core.receiving.model import discrepancies
from inventory_core.records import plain
from inventory_core.transfer_orders.model import TransferOrder

AnyCommand = TypeVar("AnyCommand", bound=Command)

# Filled in by whoever knows the sender and the time; nobody may claim them in the text.
GIVEN_FROM_OUTSIDE = ("actor_id", "at", "by_token_id")


class UnableToReadCommand(Malformed):
    """The JSON is no such command; `problems` holds one line each, with the place in the JSON."""

    def __init__(self, problems: Iterable[str]) -> None:
        """At least one problem."""
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def command_from_json(
    command_type: type[AnyCommand], text: str, *, actor_id: str, at: datetime, by_token_id: str | None = None
) -> AnyCommand:
    """The command that the text describes, sent by that actor (through that token) at that time.

    Raises: UnableToReadCommand with every problem at once.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnableToReadCommand([f"this is no JSON: {error}"]) from None
    if not isinstance(content, dict):
        raise UnableToReadCommand([f"pass one JSON object, not {type(content).__name__}"])
    claimed = [f"{name}: leave it out, it is known already" for name in GIVEN_FROM_OUTSIDE if name in content]
    if claimed:
        raise UnableToReadCommand(claimed)
    complete = {**content, "actor_id": actor_id, "at": instant_text(at), "by_token_id": by_token_id}
    try:
        return TypeAdapter(command_type).validate_json(json.dumps(complete))
    except ValidationError as error:
        raise UnableToReadCommand(_problem(found) for found in error.errors()) from None


def batch_of(text: str) -> list[str] | None:
    """The texts of several commands in one: a JSON array of them, or one in each line. None for a single command.

    Raises: UnableToReadCommand for an array of nothing.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if text.lstrip().startswith("["):
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise UnableToReadCommand([f"this is no JSON: {error}"]) from None
        if not content:
            raise UnableToReadCommand(["the array holds no command"])
        return [json.dumps(one) for one in content]
    return lines if len(lines) > 1 and _is_json(lines[0]) else None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _problem(found: Mapping[str, Any]) -> str:
    """One of pydantic's findings in our words: place, what is wrong, what was found there."""
    kind, place = found["type"], ".".join(str(part) for part in found["loc"])
    if kind == "json_invalid":
        return f"this is no JSON: {found['msg'].removeprefix('Invalid JSON: ')}"
    if kind == "value_error":  # Malformed says itself what was found
        message = found["msg"].removeprefix("Value error, ")
    elif kind in _WITHOUT_INPUT:
        message = _WITHOUT_INPUT[kind]
    else:
        message = f"{_WANTED.get(kind, found['msg'])}, not {json.dumps(found['input'], ensure_ascii=False)}"
    return f"{place}: {message}" if place else message


_WITHOUT_INPUT = {
    "missing": "it is missing",
    "unexpected_keyword_argument": "there is no such field (`--schema` shows those there are)",
}
_WANTED = {
    "int_type": "it must be a whole number",
    "int_from_float": "it must be a whole number",
    "string_type": "it must be text",
    "tuple_type": "it must be a list",
    "dataclass_type": "it must be an object",
    "decimal_parsing": 'it must be a decimal number such as "12.50"',
    "decimal_type": 'it must be a decimal number such as "12.50"',
    "bool_type": "it must be true or false",
    "datetime_type": "it must be an instant in UTC such as 2026-11-02T09:00:00Z",
    "datetime_parsing": "it must be an instant in UTC such as 2026-11-02T09:00:00Z",
    "datetime_from_date_parsing": "it must be an instant in UTC such as 2026-11-02T09:00:00Z",
    "date_type": "it must be a date such as 2026-11-05",
    "date_parsing": "it must be a date such as 2026-11-05",
    "date_from_datetime_parsing": "it must be a date such as 2026-11-05",
}


def command_schema(command_type: type[Command]) -> dict[str, Any]:
    """JSON Schema of what `command_from_json` reads."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(command_type).json_schema()
    for name in GIVEN_FROM_OUTSIDE:
        del schema["properties"][name]
    schema["required"] = [name for name in schema["required"] if name not in GIVEN_FROM_OUTSIDE]
    if command_type.reason_is_required:
        schema["required"].append("reason")
        del schema["properties"]["reason"]["default"]
    return schema


def outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    """The outcome in JSON's types; secrets only where there are some."""
    content: dict[str, Any] = plain(outcome)
    if not outcome.secrets:
        del content["secrets"]
    return content


def order_as_json(order: TransferOrder) -> dict[str, Any]:
    """The order in JSON's types, with what it computes: number, source, units, roles it waits for, discrepancies."""
    return {
        "document_number": order.document_number,
        **plain(order),
        "source": order.source,
        "units": order.units,
        "margin_at_risk": plain(order.margin_at_risk),
        "waiting_for_roles": list(order.waiting_for_roles),
        "discrepancies": plain(discrepancies(order)),
    }


def history_as_json(history: TransferOrderHistory) -> dict[str, Any]:
    """The order with its comments and its journal, payloads unfolded."""
    entries = [{**plain(entry), "payload": json.loads(entry.payload)} for entry in history.entries]
    return {**order_as_json(history.order), "comments": plain(history.comments), "history": entries}
