"""What a writer remembers is true as of an entry, and bounded."""

from __future__ import annotations

from dataclasses import replace

from inventory_core.storage.known import Known
from tests.core_builders import draft, memory_core


def test_what_was_learned_counts_only_as_of_the_same_entry() -> None:
    core = memory_core()
    before = core.queries.journal()[-1]
    core.execute(draft())
    last = core.queries.journal()[-1]
    known = Known(last)
    known.learn_order(core.queries.transfer_orders()[0])
    assert known.as_of(last).order("TO-2026-00001") is not None
    assert known.as_of(before).order("TO-2026-00001") is None
    assert known.as_of(replace(last, hash="another")).order("TO-2026-00001") is None
    assert known.as_of(None).order("TO-2026-00001") is None


def test_a_copy_is_changed_alone() -> None:
    core = memory_core()
    core.execute(draft())
    known = Known(core.queries.journal()[-1])
    copied = known.as_of(known.last_entry)
    copied.learn_order(core.queries.transfer_orders()[0])
    assert known.order("TO-2026-00001") is None


def test_the_orders_that_nobody_asked_for_the_longest_are_forgotten() -> None:
    core = memory_core()
    for _ in range(102):
        core.execute(draft())
    known = Known()
    for order in core.queries.transfer_orders():
        known.learn_order(order)
    assert [known.order(f"TO-2026-{number:05d}") is None for number in (1, 2, 3)] == [True, True, False]


def test_an_answer_is_asked_for_once_until_it_is_forgotten() -> None:
    known, asked = Known(), []
    for _ in range(2):
        assert known.answer("lanes", lambda: asked.append(1) or len(asked)) == 1
    known.forget_answers()
    assert known.answer("lanes", lambda: asked.append(1) or len(asked)) == 2
