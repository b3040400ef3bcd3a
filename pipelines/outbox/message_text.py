"""A message of the outbox as people read it: title and body in their language. Pure.

Belongs here: what each kind says, from the message's payload alone. Does not: to whom (`people.py`), by which words for
codes and numbers (`words.py`). What a payload does not hold is left out; nothing is looked up, so that a text says what
was true when the message was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.outbox.words import MODES, ROLES, Words, marked

# More lines than that do not help to decide on a telephone; the app shows all.
LINES_SHOWN = 20

TITLES = {
    "approval_requested": marked("{order} waits for your decision"),
    "approval_reminder": marked("Reminder: {order} still waits for your decision"),
    "approval_escalated": marked("Escalated to you: {order} waits for a decision"),
    "approved": marked("{order} is approved"),
    "rejected": marked("{order} is rejected"),
    "withdrawn": marked("{order} is withdrawn"),
    "cancelled": marked("{order} is cancelled"),
    "reopened": marked("{order} is open again"),
    "commented": marked("New comment on {order}"),
}


def text_of(
    kind: str,
    payload: Mapping[str, Any],
    *,
    language: str,
    app_url: str | None = None,
    names: Mapping[str, str] | None = None,
) -> tuple[str, str]:
    """Title and body. `names` are people's by login; a kind that this program does not know is called by its code.

    >>> text_of("approved", {"document_number": "TO-2026-00001", "decided_by": "sam"}, language="en")
    ('TO-2026-00001 is approved', 'Decided by: sam')
    """
    text = Words(language)
    order = str(payload.get("document_number") or payload.get("transfer_order_id") or "")
    title = text(TITLES[kind], order=order) if kind in TITLES else f"{order}: {kind}"
    lines = [*_route(payload, text), *_decision(payload, text, names or {}), *_lines(payload, text)]
    if app_url and order:
        lines.append(text("Open: {link}", link=f"{app_url}/?order={order}"))
    return title, "\n".join(lines).strip("\n")


def _route(payload: Mapping[str, Any], text: Words) -> Iterator[str]:
    if payload.get("origin_id") and payload.get("destination_id"):
        route = f"{payload['origin_id']} → {payload['destination_id']}"
        mode = payload.get("mode")
        yield f"{route} · {text.word(MODES, str(mode))}" if mode else route
    if payload.get("ship_date"):
        yield text("Ship: {day}", day=text.date(payload["ship_date"]))
    if payload.get("arrival_date"):
        yield text("Arrive: {day}", day=text.date(payload["arrival_date"]))
    if payload.get("units") is not None:
        yield text("Units: {count}", count=text.number(payload["units"]))
    if payload.get("value"):
        yield text("Value: {amount}", amount=_money(payload["value"], text))
    if payload.get("deviation_share") is not None:
        yield text("Differs from the advice by {share}", share=text.share(float(payload["deviation_share"])))
    if payload.get("margin_at_risk"):
        yield text("Margin at risk: {amount}", amount=_money(payload["margin_at_risk"], text))


def _decision(payload: Mapping[str, Any], text: Words, names: Mapping[str, str]) -> Iterator[str]:
    for key, words in (
        ("submitted_by", marked("Submitted by: {person}")),
        ("decided_by", marked("Decided by: {person}")),
        ("commented_by", marked("Comment by: {person}")),
    ):
        if payload.get(key):
            yield text(words, person=names.get(payload[key], payload[key]))
    if payload.get("roles"):
        roles = text.listed([text.word(ROLES, role) for role in payload["roles"]])
        yield text("Must decide: {roles}", roles=roles)
    if rules := _rules(payload):
        yield text("Because of the rules: {rules}", rules=text.listed(rules))
    if payload.get("reason"):
        yield text("Reason: {reason}", reason=payload["reason"])
    if payload.get("text"):
        yield text("Comment: {comment}", comment=payload["text"])


def _rules(payload: Mapping[str, Any]) -> list[str]:
    """The rules that ask for somebody's yes, each once."""
    return list(dict.fromkeys(rule["rule_id"] for step in payload.get("steps") or () for rule in step["rules"]))


def _lines(payload: Mapping[str, Any], text: Words) -> Iterator[str]:
    lines = payload.get("lines") or []
    if lines:
        yield ""
    for line in lines[:LINES_SHOWN]:
        yield "- " + text.listed([_ordered(line, text), *_advice(line, text)])
    if len(lines) > LINES_SHOWN:
        yield text("... and {count} more lines", count=text.number(len(lines) - LINES_SHOWN))
    if lines:
        yield ""


def _ordered(line: Mapping[str, Any], text: Words) -> str:
    return f"{line['sku']} × {text.number(line['units'])}"


def _advice(line: Mapping[str, Any], text: Words) -> Iterator[str]:
    advised = line.get("suggested_units")
    if advised is not None:
        said = text("advice {count}", count=text.number(advised))
        yield f"{said} ({text.signed_share(line['units'] / advised - 1)})" if advised else said
    if line.get("free_units") is not None:
        yield text("free {count}", count=text.number(line["free_units"]))


def _money(value: Mapping[str, str], text: Words) -> str:
    return text.money(value["amount"], value["currency"])
