"""The lives of goods of `tests/property` over SQLite and PostgreSQL, at least 10,000 steps; `make soak` leads more."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import seed, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from inventory_core.bootstrap import Core, open_core
from tests.core_builders import core_on
from tests.property.inventory_core.test_lives_of_goods import LivesOfGoods

STEPS_PER_LIFE = 100


def lead_lives(new_database: Callable[[], str], *, lives: int, seeded: int | None = None) -> int:
    """So many lives, each in a database of its own; the steps that were taken."""
    steps = 0

    class LivesOnADatabase(LivesOfGoods):
        def new_core(self) -> Core:
            return core_on(open_core(new_database()).storage)

        def record(self) -> object:
            with self.core.storage.reading() as store:
                return store.last_entry(), store.messages()

        @invariant()
        def a_step_was_taken(self) -> None:
            nonlocal steps
            steps += 1

        def teardown(self) -> None:
            super().teardown()
            if hasattr(self, "core"):
                self.core.close()

    machine = LivesOnADatabase if seeded is None else seed(seeded)(LivesOnADatabase)
    run_state_machine_as_test(
        machine, settings=settings(max_examples=lives, stateful_step_count=STEPS_PER_LIFE, deadline=None)
    )
    return steps


def test_no_unit_is_lost(fresh_database: Callable[[], str]) -> None:
    assert lead_lives(fresh_database, lives=75) >= 5_000, "10,000 on both"
