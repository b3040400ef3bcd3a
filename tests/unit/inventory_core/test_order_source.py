"""Where an order's lines come from: a suggestion and the run that made it, or a person."""

from __future__ import annotations

import pytest

from inventory_core.bootstrap import Core
from inventory_core.errors import Malformed
from inventory_core.transfer_orders.commands import ChangeTransferOrder, LineToOrder
from inventory_core.transfer_orders.model import TransferOrder
from inventory_core.verification import verify
from tests.core_builders import draft, line, sender

ADVICE = {"suggestion_id": "s", "suggested_units": 40, "suggestion_run_id": "2026-11-02/run-1"}


def order_of(core: Core, *lines: LineToOrder) -> TransferOrder:
    number = str(core.execute(draft(lines=lines)).document_number)
    return core.queries.transfer_order(number).order


def test_a_line_keeps_the_run_of_its_suggestion(core: Core) -> None:
    order = order_of(core, line(**ADVICE), line("LAMP", 3))
    assert [one.suggestion_run_id for one in order.lines] == ["2026-11-02/run-1", None]
    exported = core.export()
    assert [one["suggestion_run_id"] for one in exported["core_transfer_order_lines"]] == ["2026-11-02/run-1", None]
    assert verify(core).is_sound


def test_a_change_keeps_the_run_with_the_advice(core: Core) -> None:
    order = order_of(core, line(**ADVICE))
    lines = (line(units=50), line("LAMP", 3))
    core.execute(
        ChangeTransferOrder(**sender("pia"), transfer_order_id=order.transfer_order_id, expected_version=1, lines=lines)
    )
    changed = core.queries.transfer_order(order.transfer_order_id).order
    assert [(one.units, one.suggestion_id, one.suggestion_run_id) for one in changed.lines] == [
        (50, "s", "2026-11-02/run-1"),
        (3, None, None),
    ]


@pytest.mark.parametrize(
    ("lines", "source"),
    [
        ((line(**ADVICE),), "suggestion"),
        ((line(),), "by_hand"),
        ((line(**ADVICE), line("LAMP", 3)), "mixed"),
    ],
)
def test_the_source_of_an_order_follows_from_its_lines(core: Core, lines: tuple[LineToOrder, ...], source: str) -> None:
    assert order_of(core, *lines).source == source
    assert core.export()["core_transfer_orders"][0]["source"] == source


def test_a_run_without_its_suggestion_is_malformed() -> None:
    with pytest.raises(Malformed, match="only beside the suggestion_id"):
        line(suggestion_run_id="2026-11-02/run-1")
