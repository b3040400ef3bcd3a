"""`diaobo order`: the core's commands about transfer orders for scripts, JSON in and JSON out.

Exit status 0: done, or done before under the same idempotency key. 3: refused, in words on stderr and as JSON on
stdout. 2: malformed, one line per problem on stderr. Who sends is the token's owner, as far as the token lets him;
when is the machine's clock.
Several commands at once: a JSON array, or one object in each line; each is answered by one line of JSON.
Reading (`list`, `show`) asks for no token: whoever can open the company's database can read it.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import click

from inventory_core.access.model import Actor
from inventory_core.approvals.delegating import DelegateApproval, RevokeDelegation
from inventory_core.approvals.pressing import PressForDecisions
from inventory_core.approvals.rules import SetApprovalPolicy, SetApprovalRules
from inventory_core.bootstrap import Core
from inventory_core.commands import Command
from inventory_core.errors import Malformed, Refused
from inventory_core.json_commands import (
    UnableToReadCommand,
    batch_of,
    command_from_json,
    command_schema,
    history_as_json,
    order_as_json,
    outcome_as_json,
)
from inventory_core.outbox import commands as outbox_commands
from inventory_core.receiving import commands as receiving_commands
from inventory_core.stock_ledger import commands as stock_commands
from inventory_core.transfer_orders import commands as order_commands
from inventory_core.transfer_orders import shipment_commands
from inventory_core.transfer_orders.model import Status
from pipelines.core_session import EXIT_REFUSED, company_option, core_session

ORDER_COMMANDS: dict[str, type[Command]] = {
    "draft": order_commands.DraftTransferOrder,
    "change": order_commands.ChangeTransferOrder,
    "submit": order_commands.SubmitTransferOrder,
    "approve": order_commands.ApproveTransferOrder,
    "reject": order_commands.RejectTransferOrder,
    "withdraw": order_commands.WithdrawTransferOrder,
    "cancel": order_commands.CancelTransferOrder,
    "comment": order_commands.CommentOnTransferOrder,
    "delegate": DelegateApproval,
    "revoke-delegation": RevokeDelegation,
    "press": PressForDecisions,
    "set-approval-rules": SetApprovalRules,
    "set-approval-policy": SetApprovalPolicy,
    "plan": shipment_commands.PlanShipment,
    "dispatch": shipment_commands.DispatchShipment,
    "cancel-shipment": shipment_commands.CancelShipment,
    "milestone": shipment_commands.RecordMilestone,
    "receive": receiving_commands.RecordReceipt,
    "complete": receiving_commands.CompleteReceiving,
    "resolve": receiving_commands.ResolveDiscrepancy,
    "close": receiving_commands.CloseTransferOrder,
    "reopen": receiving_commands.ReopenTransferOrder,
    "set-receiving-rules": receiving_commands.SetReceivingRules,
    "set-opening-stock": stock_commands.SetOpeningStock,
    "count-stock": stock_commands.CountStock,
    "move-stock": stock_commands.MoveStock,
    "receive-purchase": stock_commands.ReceivePurchase,
    "release-message": outbox_commands.ReleaseMessage,
    "discard-message": outbox_commands.DiscardMessage,
}


@click.group("order")
def command() -> None:
    """Transfer orders: commands of the core as JSON, `--schema` shows which; `list` and `show` read."""


def _sending(name: str) -> click.Command:
    """The command line of one command of the core."""
    command_type = ORDER_COMMANDS[name]

    @click.command(name, help=command_type.__doc__)
    @click.option("--json", "source", type=click.File("r", encoding="utf-8-sig"), help="The command; - is stdin.")
    @click.option("--token", envvar="DIAOBO_TOKEN", help="Who sends it (`diaobo user token`); else DIAOBO_TOKEN.")
    @click.option("--schema", "wants_schema", is_flag=True, help="Print the JSON schema of the command instead.")
    @company_option
    def send(*, source: Any, token: str | None, wants_schema: bool, folder: Path | None) -> None:
        if wants_schema:
            _print(command_schema(command_type))
            return
        if source is None:
            raise click.UsageError("pass the command with --json FILE, or --json - for stdin")
        if not token:
            raise click.UsageError("pass --token, or set DIAOBO_TOKEN; an admin makes one with `diaobo user token`")
        with core_session(folder) as core:
            try:
                now = dt.datetime.now(dt.UTC)
                sender = core.actor_of_token(token, at=now)
                text = _read(source)
                texts = batch_of(text)
                if texts is not None:
                    _send_batch(core, command_type, texts, sender=sender)
                    return
                content = command_from_json(
                    command_type, text, actor_id=sender.actor_id, by_token_id=sender.token_id, at=now
                )
                _print(outcome_as_json(core.execute(content)))
            except Refused as refusal:
                _print(_refusal_as_json(refusal))
                raise

    return send


def _send_batch(core: Core, command_type: type[Command], texts: list[str], *, sender: Actor) -> None:
    """Every command, each answered in a line of its own; nothing is sent when one of them is malformed.

    Ends the program with exit status 3 when one of them was refused, after all were tried.
    """
    commands, problems = [], []
    for number, text in enumerate(texts, start=1):
        try:
            now = dt.datetime.now(dt.UTC)
            commands.append(
                command_from_json(command_type, text, actor_id=sender.actor_id, by_token_id=sender.token_id, at=now)
            )
        except UnableToReadCommand as error:
            problems += [f"command {number}: {problem}" for problem in error.problems]
    if problems:
        raise UnableToReadCommand(problems)
    refused = 0
    for number, content in enumerate(commands, start=1):
        try:
            answer = outcome_as_json(core.execute(content))
        except Refused as refusal:
            refused += 1
            answer = _refusal_as_json(refusal)
            for problem in refusal.problems:
                click.echo(f"command {number}: {problem}", err=True)
        click.echo(json.dumps(answer, ensure_ascii=False))
    if refused:
        raise SystemExit(EXIT_REFUSED)


def _refusal_as_json(refusal: Refused) -> dict[str, Any]:
    return {"refused": type(refusal).__name__, "problems": refusal.problems}


def _read(source: Any) -> str:
    try:
        return str(source.read())
    except UnicodeDecodeError as error:
        raise Malformed(f"{source.name}: this is no UTF-8 text: {error}") from None


for _name in ORDER_COMMANDS:
    command.add_command(_sending(_name))


@command.command("list")
@click.option("--status", type=click.Choice([status.value for status in Status]), help="Only orders of this status.")
@company_option
def list_orders(status: str | None, folder: Path | None) -> None:
    """All orders as a JSON array, by document number."""
    with core_session(folder) as core:
        _print([order_as_json(order) for order in core.queries.transfer_orders(status=status)])


@command.command("show")
@click.argument("order")
@company_option
def show(order: str, folder: Path | None) -> None:
    """One ORDER, by id or document number, with its journal."""
    with core_session(folder) as core:
        _print(history_as_json(core.queries.transfer_order(order)))


def _print(content: object) -> None:
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))
