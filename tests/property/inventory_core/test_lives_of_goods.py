"""Whole lives of goods: partial dispatches, receipts in any order, losses, counts, cancels, repetitions, wrong actors.

Holds invariant 1, "Units are conserved", and with it 3 ("Nothing happens twice"), 4 ("Nothing is lost": messages) and
5 ("History is not rewritten") of domain.md, after every step. `test_lives_of_orders.py` does the same up to approval.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from inventory_core.bootstrap import Core
from inventory_core.commands import Command, Outcome
from inventory_core.errors import Refused
from inventory_core.outbox.delivery import UnableToDeliver, deliver_due
from inventory_core.outbox.model import CHANNELS, Message
from inventory_core.receiving.commands import (
    CloseTransferOrder,
    CompleteReceiving,
    CountedUnits,
    RecordReceipt,
    ReopenTransferOrder,
    ResolveDiscrepancy,
)
from inventory_core.receiving.model import CLAIMS, RESOLUTIONS, discrepancies
from inventory_core.stock_ledger.commands import BinUnits, CountStock, MovedUnits, MoveStock, ReceivePurchase
from inventory_core.stock_ledger.invariants import broken_invariants
from inventory_core.stock_ledger.model import PlaceKind
from inventory_core.transfer_orders.commands import (
    ApproveTransferOrder,
    CancelTransferOrder,
    LineToOrder,
    SubmitTransferOrder,
)
from inventory_core.transfer_orders.model import Status, TransferOrder
from inventory_core.transfer_orders.shipment_commands import (
    CancelShipment,
    DispatchShipment,
    PlanShipment,
    RecordMilestone,
)
from inventory_core.transfer_orders.shipments import Shipment, ShipmentStatus, ShipmentUnits
from inventory_core.verification import verify
from tests.core_builders import AT, draft, memory_core, stocked

SKUS = ("CHAIR", "LAMP", "MYSTERY")
# Mostly people who may, sometimes those who may not: a refusal must leave nothing behind
HANDS = st.sampled_from(["wim"] * 12 + ["ada", "pia", "vic", "operator", "nobody"])
HEADS = st.sampled_from(["sam"] * 8 + ["fay", "wim", "vic", "nobody"])
FEW = st.integers(0, 12)
ON_THE_WAY = (Status.IN_TRANSIT, Status.RECEIVING)


class LivesOfGoods(RuleBasedStateMachine):
    """Sends commands about two or three orders and looks at all units after each."""

    @initialize(is_kept=st.booleans())
    def set_up(self, is_kept: bool) -> None:
        self.core: Core = self.new_core()
        self.clock = 0
        self.sent: list[tuple[Command, Outcome]] = []
        self.applied: dict[str, Message] = {}
        self.heard = Counter[str]()
        if is_kept:
            stocked(self.core, CHAIR=60, LAMP=40)

    def new_core(self) -> Core:
        """Over the fake; `tests/contract` leads the same lives over databases."""
        return memory_core()

    def sender(self, actor_id: str) -> dict[str, Any]:
        self.clock += 1
        at = AT + timedelta(minutes=self.clock)
        return {"actor_id": actor_id, "at": at, "idempotency_key": f"step-{self.clock}", "reason": "so it is"}

    def send(self, command: Command) -> Outcome | None:
        """The outcome; None for a refusal, which must leave nothing behind."""
        before = self.record()
        try:
            outcome = self.core.execute(command)
        except Refused:
            assert self.record() == before
            return None
        self.sent.append((command, outcome))
        return outcome

    def record(self) -> object:
        """Something that differs as soon as anything was written: the fake replaces its whole state then."""
        return self.core.storage._store  # type: ignore[attr-defined]

    def held(self) -> Counter[tuple[PlaceKind, str]]:
        """Units by kind of place and sku."""
        found: Counter[tuple[PlaceKind, str]] = Counter()
        for key, units in self.core.queries.balances().items():
            found[key.place.place_kind, key.sku] += units
        return found

    def draw_order(self, data: st.DataObject) -> TransferOrder:
        return data.draw(st.sampled_from(self.core.queries.transfer_orders()))

    def draw_shipment(self, data: st.DataObject, order: TransferOrder) -> Shipment | None:
        return data.draw(st.sampled_from(order.shipments)) if order.shipments else None

    @precondition(lambda self: len(self.core.queries.transfer_orders()) < 3)
    @rule(chairs=st.integers(1, 40), lamps=st.integers(0, 20))
    def an_order_is_approved(self, chairs: int, lamps: int) -> None:
        lines = [LineToOrder(sku="CHAIR", units=chairs)]
        lines += [LineToOrder(sku="LAMP", units=lamps)] if lamps else []
        given = self.sender("pia")
        outcome = self.send(draft("pia", key=given["idempotency_key"], at=given["at"], lines=tuple(lines)))
        assert outcome is not None
        reference = {"transfer_order_id": str(outcome.document_number)}
        self.send(SubmitTransferOrder(**self.sender("pia"), **reference))
        self.send(ApproveTransferOrder(**self.sender("sam"), **reference))

    @precondition(lambda self: self.core.queries.transfer_orders())
    @rule(data=st.data(), actor_id=HANDS, chairs=FEW, lamps=FEW, by_plan=st.booleans(), all_of_it=st.booleans())
    def goods_leave(
        self, data: st.DataObject, actor_id: str, chairs: int, lamps: int, by_plan: bool, all_of_it: bool
    ) -> None:
        order = self.draw_order(data)
        shipment = self.draw_shipment(data, order) if by_plan else None
        lines = (
            None if all_of_it else (ShipmentUnits(sku="CHAIR", units=chairs), ShipmentUnits(sku="LAMP", units=lamps))
        )
        fields: dict[str, Any] = {"transfer_order_id": order.transfer_order_id, "lines": lines}
        if data.draw(st.integers(0, 3)) == 0:
            self.send(PlanShipment(**self.sender(actor_id), **fields))
            return
        before = self.held()
        shipment_id = shipment.shipment_id if shipment else None
        command = DispatchShipment(
            **self.sender(actor_id), **fields, shipment_id=shipment_id, waybill=f"WB-{self.clock}"
        )
        if self.send(command) is None:
            return
        after, changed = self.held(), self.core.queries.transfer_order(order.transfer_order_id).order
        left = changed.dispatched_units() - order.dispatched_units()
        assert left, "a dispatch moves something"
        for sku in SKUS:
            assert before[PlaceKind.WAREHOUSE, sku] - after[PlaceKind.WAREHOUSE, sku] == left[sku]
            moving = (PlaceKind.IN_TRANSIT, PlaceKind.OVER_RECEIVED)
            assert sum(after[kind, sku] - before[kind, sku] for kind in moving) == left[sku]

    @precondition(lambda self: self.core.queries.transfer_orders())
    @rule(
        data=st.data(),
        actor_id=HANDS,
        counts=st.lists(
            st.builds(
                CountedUnits,
                code=st.sampled_from(["CHAIR", "CHAIR", "CHAIR", "X001CHAIR", "LAMP", "LAMP", "MYSTERY", "unreadable"]),
                units=st.integers(1, 15),
                condition=st.sampled_from(["good", "good", "damaged"]),
                bin_id=st.sampled_from(["", "A-1"]),
            ),
            min_size=1,
            max_size=3,
        ).map(tuple),
        is_complete=st.booleans(),
    )
    def goods_arrive(
        self, data: st.DataObject, actor_id: str, counts: tuple[CountedUnits, ...], is_complete: bool
    ) -> None:
        order = self.draw_order(data)
        shipment = self.draw_shipment(data, order)
        before = self.held()
        command = RecordReceipt(
            **self.sender(actor_id),
            transfer_order_id=order.transfer_order_id,
            shipment_id=shipment.shipment_id if shipment else None,
            counts=counts,
            is_complete=is_complete,
        )
        if self.send(command) is None:
            return
        after = self.held()
        arrived = Counter[str]()
        for count in counts:
            arrived["CHAIR" if count.code == "X001CHAIR" else count.code] += count.units
        for sku in SKUS:
            assert after[PlaceKind.WAREHOUSE, sku] - before[PlaceKind.WAREHOUSE, sku] == arrived[sku]

    @precondition(lambda self: self.core.queries.transfer_orders())
    @rule(data=st.data(), actor_id=HANDS)
    def the_carrier_or_the_warehouse_tells_something(self, data: st.DataObject, actor_id: str) -> None:
        order = self.draw_order(data)
        shipment = self.draw_shipment(data, order)
        if shipment is None:
            return
        fields = {"transfer_order_id": order.transfer_order_id, "shipment_id": shipment.shipment_id}
        kind = data.draw(st.sampled_from(["complete", "complete", "milestone", "cancel"]))
        if kind == "complete":
            self.send(CompleteReceiving(**self.sender(actor_id), **fields))
        elif kind == "cancel":
            self.send(CancelShipment(**self.sender(actor_id), **fields))
        else:
            milestone = data.draw(st.sampled_from(["departed", "delivered", "exception"]))
            day = AT + timedelta(days=data.draw(st.integers(0, 3)))
            self.send(RecordMilestone(**self.sender(actor_id), **fields, milestone=milestone, occurred_at=day))

    @precondition(lambda self: any(discrepancies(order) for order in self.core.queries.transfer_orders()))
    @rule(data=st.data(), actor_id=HEADS, units=st.integers(1, 20), all_of_it=st.booleans())
    def a_difference_gets_a_reason(self, data: st.DataObject, actor_id: str, units: int, all_of_it: bool) -> None:
        found = [(order, one) for order in self.core.queries.transfer_orders() for one in discrepancies(order)]
        order, one = data.draw(st.sampled_from(found))
        resolution = data.draw(st.sampled_from(RESOLUTIONS[one.kind]))
        command = ResolveDiscrepancy(
            **self.sender(actor_id),
            transfer_order_id=order.transfer_order_id,
            shipment_id=one.shipment_id,
            sku=one.sku,
            kind=one.kind,
            units=max(one.open_units, 1) if all_of_it else units,
            resolution=resolution,
            evidence=("claim",) if resolution in CLAIMS else (),
        )
        done = self.send(command)
        assert done is None or command.units <= one.open_units

    @precondition(lambda self: self.core.queries.transfer_orders())
    @rule(data=st.data(), actor_id=HEADS)
    def an_order_ends_or_begins_again(self, data: st.DataObject, actor_id: str) -> None:
        order = self.draw_order(data)
        command = data.draw(
            st.sampled_from([CloseTransferOrder, CloseTransferOrder, ReopenTransferOrder, CancelTransferOrder])
        )
        if self.send(command(**self.sender(actor_id), transfer_order_id=order.transfer_order_id)) is None:
            return
        after = self.core.queries.transfer_order(order.transfer_order_id).order
        if command is CloseTransferOrder:
            assert sum(one.in_transit_units for one in after.shipments) == 0
            assert all(one.open_units == 0 for one in discrepancies(after))
        if command is CancelTransferOrder:
            assert after.dispatched_units() == order.dispatched_units()
            assert sum(after.open_units().values()) == 0

    @precondition(lambda self: any(one.status in ON_THE_WAY for one in self.core.queries.transfer_orders()))
    @rule(data=st.data())
    def the_right_people_bring_an_order_to_its_end(self, data: st.DataObject) -> None:
        """Random commands seldom close an order: here each does his part, so every step must work."""
        orders = [one for one in self.core.queries.transfer_orders() if one.status in ON_THE_WAY]
        reference = {"transfer_order_id": data.draw(st.sampled_from(orders)).transfer_order_id}

        def order() -> TransferOrder:
            return self.core.queries.transfer_order(reference["transfer_order_id"]).order

        if sum(order().open_units().values()):
            assert self.send(CancelTransferOrder(**self.sender("pia"), **reference))
        for shipment in order().shipments:
            is_counted = any(line.received_units for line in shipment.lines)
            if shipment.status is ShipmentStatus.PLANNED and not is_counted:
                # everything left in another one, which its destination had announced
                fields = {**reference, "shipment_id": shipment.shipment_id}
                assert self.send(CancelShipment(**self.sender("wim"), **fields))
            if shipment.is_under_way:
                command = CompleteReceiving(**self.sender("wim"), **reference, shipment_id=shipment.shipment_id)
                assert self.send(command)
        for one in discrepancies(order()):
            if one.open_units:
                plainly = {"short": "lost", "damaged": "damaged"}.get(one.kind, "unexplained")
                content = {"sku": one.sku, "kind": one.kind, "units": one.open_units, "resolution": plainly}
                fields = {**reference, "shipment_id": one.shipment_id, **content}
                assert self.send(ResolveDiscrepancy(**self.sender("sam"), **fields))
        assert self.send(CloseTransferOrder(**self.sender("pia"), **reference))

    @rule(
        data=st.data(),
        actor_id=HANDS,
        warehouse_id=st.sampled_from(["cn_main", "fba_us"]),
        sku=st.sampled_from(SKUS),
        units=st.integers(1, 30),
    )
    def stock_moves_otherwise(
        self, data: st.DataObject, actor_id: str, warehouse_id: str, sku: str, units: int
    ) -> None:
        sent_by = {**self.sender(actor_id), "warehouse_id": warehouse_id}
        kind = data.draw(st.sampled_from(["count", "purchase", "sale", "scrap", "loss", "found", "customer_return"]))
        if kind == "count":
            self.send(CountStock(**sent_by, counts=(BinUnits(sku=sku, units=units),)))
            return
        moves = (MovedUnits(sku=sku, units=units, condition=data.draw(st.sampled_from(["good", "good", "damaged"]))),)
        if kind == "purchase":
            self.send(ReceivePurchase(**sent_by, purchase_order_id="PO", supplier_id="factory", lines=moves))
        else:
            self.send(MoveStock(**sent_by, kind=kind, moves=moves))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def a_message_is_replayed(self, data: st.DataObject) -> None:
        command, first = data.draw(st.sampled_from(self.sent))
        entries, balances = len(self.core.queries.journal()), self.core.queries.balances()
        for _ in range(3):
            again = self.core.execute(command)
            assert again.was_done_before
            assert (again.status, again.shipment_id) == (first.status, first.shipment_id)
        assert (len(self.core.queries.journal()), self.core.queries.balances()) == (entries, balances)

    @rule(is_broken=st.booleans(), minutes=st.sampled_from([0, 1, 10, 1000]))
    def messages_are_delivered(self, is_broken: bool, minutes: int) -> None:
        def receiver(message: Message) -> None:
            self.heard[message.message_id] += 1
            if is_broken:
                raise UnableToDeliver("the line is dead")
            assert message.message_id not in self.applied, "told again after it was told"
            self.applied[message.message_id] = message

        at = AT + timedelta(minutes=self.clock + minutes)
        deliver_due(self.core.storage, dict.fromkeys(CHANNELS, receiver), at=at, limit=20)

    @invariant()
    def units_are_conserved(self) -> None:
        with self.core.storage.reading() as store:
            assert list(broken_invariants(store)) == []

    @invariant()
    def dispatched_is_received_and_in_transit_and_written_off_less_over(self) -> None:
        for order in self.core.queries.transfer_orders():
            for shipment in order.shipments:
                for line in shipment.lines:
                    received = line.good_units + line.damaged_units
                    assert (
                        line.dispatched_units
                        == received + line.in_transit_units + line.written_off_units - line.over_units
                    )
                    assert min(vars(line)[name] for name in vars(line) if name.endswith("_units")) >= 0
                    assert line.open_over_units >= 0
                    assert line.in_transit_units >= 0

    @invariant()
    def no_more_leaves_than_was_ordered_and_what_is_promised_is_what_is_open(self) -> None:
        with self.core.storage.reading() as store:
            reserved = {(one.transfer_order_id, one.sku): one.units for one in store.reservations()}
        wanted = {
            (order.transfer_order_id, sku): units
            for order in self.core.queries.transfer_orders()
            for sku, units in order.open_units().items()
            if units
        }
        assert reserved == wanted
        assert all(units > 0 for units in wanted.values())

    def teardown(self) -> None:
        """The journal tells the state: once at the end, for it replays every step. And every message finds its way."""
        if not hasattr(self, "core"):
            return
        found = verify(self.core)
        assert found.is_sound, found.first_break
        parked = {one.message_id for one in self.core.queries.messages(state="parked")}
        assert all(self.heard[message_id] >= 10 for message_id in parked)
        told = {one.message_id for one in self.core.queries.messages(state="delivered")}
        assert told == set(self.applied)


LivesOfGoods.TestCase.settings = settings(max_examples=300, stateful_step_count=100, deadline=None)
TestLivesOfGoods = LivesOfGoods.TestCase
