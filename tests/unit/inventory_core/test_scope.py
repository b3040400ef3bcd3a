"""Scope by warehouse: who may touch what, in words; what a scoped person sees; and that nobody widens himself."""

from __future__ import annotations

import pytest

from inventory_core.access import commands as access
from inventory_core.access import handlers
from inventory_core.access.model import Actor, Person
from inventory_core.access.scope import UnableToReach
from inventory_core.bootstrap import Core
from inventory_core.errors import Malformed
from inventory_core.receiving.commands import CloseTransferOrder, CountedUnits, RecordReceipt
from inventory_core.stock_ledger.commands import BinUnits, CountStock, SetOpeningStock
from inventory_core.stock_ledger.model import PlaceKind
from inventory_core.storage.memory import MemoryStorage
from inventory_core.transfer_orders.commands import SubmitTransferOrder
from inventory_core.transfer_orders.shipment_commands import DispatchShipment, RecordMilestone
from tests.core_builders import approved, draft, sender, stocked


def add(
    core: Core, login: str, *roles: str, warehouse_ids: tuple[str, ...] = (), shop_ids: tuple[str, ...] = ()
) -> None:
    person = access.PersonToAdd(login=login, name=login, roles=roles, warehouse_ids=warehouse_ids, shop_ids=shop_ids)
    core.execute(access.AddPerson(**sender("ada"), person=person))


def person(core: Core, login: str) -> Person:
    found = core.queries.person(login)
    assert found is not None
    return found


class TestCommands:
    def test_each_end_does_its_part_of_an_order(self, core: Core) -> None:
        add(core, "wei", "warehouse", warehouse_ids=("cn_main",))
        add(core, "uma", "warehouse", warehouse_ids=("us_3pl", "fba_us"))
        number = approved(core)
        order = {"transfer_order_id": number}
        with pytest.raises(UnableToReach):
            core.execute(DispatchShipment(**sender("uma"), **order))
        core.execute(DispatchShipment(**sender("wei"), **order, waybill="WB"))
        shipment = {**order, "shipment_id": "WB"}
        for login in ("wei", "uma"):
            at = core.queries.journal()[-1].at
            core.execute(RecordMilestone(**sender(login), **shipment, milestone="departed", occurred_at=at))
        receipt = {**order, "counts": (CountedUnits(code="CHAIR", units=40),), "is_complete": True}
        with pytest.raises(UnableToReach):
            core.execute(RecordReceipt(**sender("wei"), **receipt))
        core.execute(RecordReceipt(**sender("uma"), **receipt))
        assert core.execute(CloseTransferOrder(**sender("pia"), **order)).status == "closed"

    def test_the_refusal_says_who_which_warehouse_and_whom_to_ask(self, core: Core) -> None:
        add(core, "uma", "warehouse", warehouse_ids=("us_3pl", "fba_us"))
        number = approved(core)
        with pytest.raises(UnableToReach) as refused:
            core.execute(DispatchShipment(**sender("uma"), transfer_order_id=number))
        assert str(refused.value) == (
            f"uma may not send DispatchShipment about {number}: the origin (cn_main) must be in his scope, and he is "
            "responsible for fba_us, us_3pl only: ask somebody who is responsible for cn_main, or an admin to widen "
            "the scope"
        )

    def test_stock_is_touched_in_ones_own_warehouse_only(self, core: Core) -> None:
        add(core, "uma", "warehouse", warehouse_ids=("us_3pl",))
        counts = (BinUnits(sku="CHAIR", units=3),)
        core.execute(SetOpeningStock(**sender("uma"), warehouse_id="us_3pl", counts=counts))
        core.execute(CountStock(**sender("uma"), warehouse_id="us_3pl", counts=counts, reason="again"))
        for command in (
            SetOpeningStock(**sender("uma"), warehouse_id="cn_main", counts=counts),
            CountStock(**sender("uma"), warehouse_id="cn_main", counts=counts, reason="again"),
        ):
            with pytest.raises(UnableToReach, match=r"the warehouse \(cn_main\) must be in his scope"):
                core.execute(command)
        assert "cn_main" not in {key.place.place_id for key in core.queries.balances()}

    def test_a_planner_asks_another_country_for_goods_but_not_between_two_others(self, core: Core) -> None:
        add(core, "ula", "planner", warehouse_ids=("us_3pl",))
        number = str(core.execute(draft("ula", destination_id="us_3pl")).document_number)
        assert core.execute(SubmitTransferOrder(**sender("ula"), transfer_order_id=number)).status == "submitted"
        with pytest.raises(UnableToReach, match="cn_main or fba_us"):
            core.execute(draft("ula", destination_id="fba_us"))

    def test_an_order_that_does_not_exist_is_answered_like_everybodys(self, core: Core) -> None:
        add(core, "ula", "planner", warehouse_ids=("us_3pl",))
        words = []
        for login in ("ula", "pia"):
            with pytest.raises(Exception, match="there is no transfer order") as refused:
                core.execute(SubmitTransferOrder(**sender(login), transfer_order_id="TO-2026-00009"))
            words.append(str(refused.value))
        assert words[0] == words[1]

    def test_a_changed_scope_holds_from_the_next_command_on(self, core: Core) -> None:
        core.execute(draft("pia"))
        core.execute(access.ChangePerson(**sender("ada"), login="pia", warehouse_ids=("us_3pl",)))
        with pytest.raises(UnableToReach):
            core.execute(draft("pia"))
        core.execute(access.ChangePerson(**sender("ada"), login="pia", warehouse_ids=()))
        core.execute(draft("pia"))


class TestSettingUp:
    @pytest.mark.parametrize("scope", [{"warehouse_ids": ("cn_main",)}, {"shop_ids": ("amazon_us",)}])
    def test_a_scoped_admin_widens_neither_himself_nor_others(
        self, core: Core, scope: dict[str, tuple[str, ...]]
    ) -> None:
        add(core, "zoe", "admin", **scope)
        for login in ("zoe", "pia"):
            with pytest.raises(UnableToReach, match="concerns the whole company"):
                core.execute(access.ChangePerson(**sender("zoe"), login=login, warehouse_ids=(), shop_ids=()))
        with pytest.raises(UnableToReach):
            core.execute(access.IssueToken(**sender("zoe"), login="ada", label="x"))
        assert person(core, "zoe").actor.is_scoped

    def test_a_scope_names_warehouses_that_there_are(self, core: Core) -> None:
        with pytest.raises(handlers.UnableToAddPerson, match="there is no warehouse us_3lp: the catalog has cn_main"):
            add(core, "uma", "warehouse", warehouse_ids=("us_3pl", "us_3lp"))
        with pytest.raises(handlers.UnableToChangePerson, match="there is no warehouse nowhere"):
            core.execute(access.ChangePerson(**sender("ada"), login="pia", warehouse_ids=("nowhere",)))
        sheet = (access.PersonToAdd(login="uma", name="Uma", roles=("warehouse",), warehouse_ids=("nowhere",)),)
        with pytest.raises(handlers.UnableToAddPerson, match="there is no warehouse nowhere"):
            core.execute(access.EnsurePeople(**sender("operator"), people=sheet))

    def test_before_the_first_catalog_every_warehouse_is_believed(self) -> None:
        core = Core(MemoryStorage())
        sheet = (access.PersonToAdd(login="uma", name="Uma", roles=("warehouse",), warehouse_ids=("us_3pl",)),)
        core.execute(access.EnsurePeople(**sender("operator"), people=sheet))
        assert person(core, "uma").warehouse_ids == ("us_3pl",)

    @pytest.mark.parametrize("ids", [("",), ("a", "a"), (" a",)])
    def test_scopes_that_mean_nothing_are_malformed(self, ids: tuple[str, ...]) -> None:
        for name in ("warehouse_ids", "shop_ids"):
            with pytest.raises(Malformed, match=name):
                access.PersonToAdd(login="zoe", name="Zoe", roles=("viewer",), **{name: ids})  # type: ignore[arg-type]
            with pytest.raises(Malformed, match=name):
                access.ChangePerson(**sender("ada"), login="zoe", **{name: ids})


class TestReading:
    def test_lists_show_what_is_in_the_scope(self, core: Core) -> None:
        for warehouse_id in ("cn_main", "us_3pl"):
            stocked(core, warehouse_id, CHAIR=90)
        to_fba, to_us = approved(core), approved(core, destination_id="us_3pl")
        add(core, "uma", "viewer", warehouse_ids=("us_3pl",))
        add(core, "wei", "viewer", warehouse_ids=("cn_main",))
        uma, wei = person(core, "uma").actor, person(core, "wei").actor
        assert [one.document_number for one in core.queries.transfer_orders(actor=uma)] == [to_us]
        assert [one.document_number for one in core.queries.transfer_orders(actor=wei)] == [to_fba, to_us]
        assert len(core.queries.transfer_orders(status="approved")) == 2
        assert core.queries.reservations(actor=uma) == []
        assert len(core.queries.reservations(actor=wei)) == len(core.queries.reservations()) == 2
        seen = {key.place.place_id for key in core.queries.balances(actor=uma) if is_warehouse(key.place.place_kind)}
        assert seen == {"us_3pl"}
        assert core.queries.balances(warehouse_id="cn_main", actor=uma) == {}
        assert core.queries.balances(actor=person(core, "ada").actor) == core.queries.balances()

    def test_shops(self, core: Core) -> None:
        add(core, "zoe", "planner", shop_ids=("amazon_us",))
        zoe = person(core, "zoe").actor
        assert (zoe.may_see_shop("amazon_us"), zoe.may_see_shop("shopify")) == (True, False)
        assert zoe.may_see_warehouse("anywhere")
        everybody = Actor("pia", ("planner",))
        assert everybody.may_see_shop("shopify")
        assert not everybody.is_scoped

    def test_the_screen_hides_what_is_out_of_scope(self, core: Core) -> None:
        add(core, "uma", "warehouse", warehouse_ids=("us_3pl",))
        order = core.queries.transfer_order(approved(core, destination_id="us_3pl")).order
        everywhere, here = (core.permissions(person(core, login).actor, order=order) for login in ("wim", "uma"))
        assert everywhere - here == {"PlanShipment", "DispatchShipment", "CancelShipment"}
        assert here == {"RecordMilestone", "RecordReceipt", "CommentOnTransferOrder"}


def is_warehouse(kind: PlaceKind) -> bool:
    """Whether the place is one that scopes are about."""
    return kind is PlaceKind.WAREHOUSE
