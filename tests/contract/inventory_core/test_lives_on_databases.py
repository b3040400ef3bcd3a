"""The lives of goods of `tests/property` over SQLite and PostgreSQL: fewer, for every command is a transaction."""

from __future__ import annotations

import os
from collections.abc import Callable

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from inventory_core.bootstrap import Core, open_core
from tests.core_builders import core_on
from tests.property.inventory_core.test_lives_of_goods import LivesOfGoods

LIVES = 200 if os.environ.get("DIAOBO_SOAK") == "1" else 6


def test_no_unit_is_lost(fresh_database: Callable[[], str]) -> None:
    class LivesOnADatabase(LivesOfGoods):
        def new_core(self) -> Core:
            return core_on(open_core(fresh_database()).storage)

        def record(self) -> object:
            return [entry.hash for entry in self.core.queries.journal()], self.core.queries.messages()

        def teardown(self) -> None:
            super().teardown()
            if hasattr(self, "core"):
                self.core.close()

    run_state_machine_as_test(
        LivesOnADatabase, settings=settings(max_examples=LIVES, stateful_step_count=50, deadline=None)
    )
