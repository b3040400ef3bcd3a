"""`diaobo verify`: whether the core's record can be trusted, and the first thing that is wrong.

Belongs here: the company's core and its anchors, told to people and scripts. Does not: what is checked
(`inventory_core/verification.py`), whether the machine is in order (`doctor`).
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click

from pipelines.company import company_folder
from pipelines.core_session import company_option, core_session

EXIT_BROKEN = 1


@click.command("verify")
@click.option("--anchor", "wants_anchor", is_flag=True, help="Keep the journal's head in landing when all is well.")
@company_option
def command(*, wants_anchor: bool, folder: Path | None) -> None:
    """Recomputes the journal's chain, its anchors, the balances and the invariants; exit status 1 when one is broken.

    Prints the first broken entry. Anchors are in `landing/journal_anchors.jsonl`; the daily job adds one.
    """
    from inventory_core.anchors import ANCHOR_FILE, AnchorFile, anchor
    from inventory_core.verification import verify

    book = AnchorFile(company_folder(folder, environ=os.environ) / "landing" / ANCHOR_FILE)
    with core_session(folder) as core:
        anchors = book.read()
        found = verify(core, anchors=anchors)
        if found.first_break is not None:
            click.echo(found.first_break.message, err=True)
            raise SystemExit(EXIT_BROKEN)
        click.echo(f"sound: {found.entry_count} entries, {len(anchors)} anchors, balances and invariants agree")
        if wants_anchor:
            head = anchor(core.storage, book, at=dt.datetime.now(dt.UTC))
            if head is not None:
                click.echo(f"anchored entry {head.sequence}: {head.hash}")
