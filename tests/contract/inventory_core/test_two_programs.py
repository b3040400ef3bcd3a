"""What a program remembers between commands never hides what another one wrote into the same database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from inventory_core.access.commands import DisablePerson
from inventory_core.access.sign_in import UnableToAct
from inventory_core.bootstrap import Core, open_core
from inventory_core.errors import Refused
from inventory_core.storage import sql
from inventory_core.transfer_orders.commands import CancelTransferOrder, SubmitTransferOrder
from inventory_core.transfer_orders.model import TransferOrder
from inventory_core.verification import verify
from tests.core_builders import PRODUCTS, WAREHOUSES, approved, catalog, core_on, draft, line, sender, stocked


@pytest.fixture
def programs(database: str) -> Iterator[tuple[Core, Core]]:
    """Two on one database; both have worked already."""
    with open_core(database) as one, open_core(database) as other:
        core_on(one.storage)
        stocked(one, CHAIR=100)
        other.execute(draft("paul"))
        one.execute(draft("pia"))
        yield one, other


def test_an_order_that_the_other_changed_is_seen_as_it_is(programs: tuple[Core, Core]) -> None:
    one, other = programs
    other.execute(CancelTransferOrder(**sender("pia"), transfer_order_id="TO-2026-00002", reason="late"))
    with pytest.raises(Refused, match="TO-2026-00002 is cancelled"):
        one.execute(SubmitTransferOrder(**sender("pia"), transfer_order_id="TO-2026-00002"))
    assert verify(one).is_sound


def test_a_person_whom_the_other_disabled_may_do_nothing(programs: tuple[Core, Core]) -> None:
    one, other = programs
    other.execute(DisablePerson(**sender("ada"), login="pia", reason="left"))
    with pytest.raises(UnableToAct, match="pia is disabled"):
        one.execute(draft("pia"))


def test_a_catalog_that_the_other_registered_counts(programs: tuple[Core, Core]) -> None:
    one, other = programs
    other.execute(catalog(warehouses=WAREHOUSES[:1], lanes=(), products=PRODUCTS[:1]))
    with pytest.raises(Refused, match="warehouse fba_us is not in the catalog"):
        one.execute(draft("pia"))
    one.execute(catalog())
    one.execute(draft("pia", lines=(line("LAMP", 3),)))
    assert verify(other).is_sound


def test_units_that_the_other_reserved_are_not_free(programs: tuple[Core, Core]) -> None:
    one, other = programs
    approved(one, lines=(line("CHAIR", 60),))
    approved(other, lines=(line("CHAIR", 40),))
    with pytest.raises(Refused, match="0 free at cn_main"):
        approved(one, lines=(line("CHAIR", 1),))


def test_a_transaction_that_was_given_up_is_not_remembered(programs: tuple[Core, Core]) -> None:
    one, _ = programs
    order = one.queries.transfer_order("TO-2026-00002").order
    with pytest.raises(RuntimeError, match="power cut"):
        _give_up(one, replace(order, mode="air"), before=order)
    with one.storage.writing() as store:
        assert store.transfer_order("TO-2026-00002") == order
        assert len(store.warehouses()) == len(WAREHOUSES)


def _give_up(core: Core, order: TransferOrder, *, before: TransferOrder) -> None:
    with core.storage.writing() as store:
        store.save_transfer_order(order, before=before)
        store.replace_warehouses(())
        raise RuntimeError("power cut")


def test_who_waits_too_long_for_the_other_is_told(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "BUSY_TIMEOUT_SECONDS", 1)
    with open_core(database) as one, open_core(database) as other, one.storage.writing():
        with pytest.raises(sql.UnableToWrite, match="others have been writing for more than 1 seconds"):
            other.execute(catalog())
        other.queries.journal()  # readers do not wait
