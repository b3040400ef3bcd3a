"""What others must be told is written with the command and delivered at least once, in order, under one id."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from inventory_core.approvals.handlers import UnableToApproveTransferOrder
from inventory_core.approvals.model import ApprovalRule
from inventory_core.approvals.rules import SetApprovalRules
from inventory_core.bootstrap import Core
from inventory_core.errors import Malformed
from inventory_core.outbox.commands import AddressMessage, DiscardMessage, ReleaseMessage, UnableToChangeMessage
from inventory_core.outbox.delivery import LEASE, DeliveryRound, Sender, UnableToDeliver, deliver_due
from inventory_core.outbox.model import CHANNELS, TRIES_BEFORE_PARKING, Message, messages_of
from inventory_core.receiving.commands import CloseTransferOrder, CountedUnits, RecordReceipt, ReopenTransferOrder
from inventory_core.receiving.events import TransferOrderReopened
from inventory_core.transfer_orders.commands import (
    ApproveTransferOrder,
    CancelTransferOrder,
    RejectTransferOrder,
    WithdrawTransferOrder,
)
from inventory_core.transfer_orders.events import (
    TransferOrderCancelled,
    TransferOrderSubmitted,
    TransferOrderWithdrawn,
)
from inventory_core.transfer_orders.shipment_commands import DispatchShipment
from inventory_core.verification import verify
from tests.core_builders import AT, approved, line, sender, stocked, submitted


class Receiver:
    """Honours the key: it may hear a message often and applies it once. Fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.heard: list[Message] = []
        self.applied: dict[str, Message] = {}

    def __call__(self, message: Message) -> None:
        self.heard.append(message)
        if self.failures:
            self.failures -= 1
            raise UnableToDeliver("the line is dead")
        self.applied.setdefault(message.message_id, message)


def everyone(receiver: Sender) -> dict[str, Sender]:
    return dict.fromkeys(CHANNELS, receiver)


def run(core: Core, receiver: Sender, at: datetime = AT) -> DeliveryRound:
    return deliver_due(core.storage, everyone(receiver), at=at)


def test_people_and_the_origin_are_told_in_order(core: Core) -> None:
    number = approved(core)
    core.execute(CancelTransferOrder(**sender("pia"), transfer_order_id=number, reason="sold out"))
    receiver = Receiver()
    assert run(core, receiver) == DeliveryRound(delivered_count=5)
    assert [(one.channel, one.kind) for one in receiver.heard] == [
        ("people", "approval_requested"),
        ("people", "approved"),
        ("origin", "outbound_order"),
        ("people", "cancelled"),
        ("origin", "outbound_order_cancelled"),
    ]
    request = json.loads(receiver.heard[0].payload)
    assert (request["roles"], request["value"], request["document_number"]) == (
        ["supervisor"],
        {"amount": "493.82", "currency": "USD"},
        number,
    )
    assert json.loads(receiver.heard[4].payload)["lines"] == [{"sku": "CHAIR", "units": 40}]
    assert run(core, receiver) == DeliveryRound()


def test_a_failing_channel_blocks_neither_approvals_nor_other_channels(core: Core) -> None:
    senders = {"people": Receiver(failures=99), "origin": Receiver()}
    approved(core)
    assert deliver_due(core.storage, senders, at=AT) == DeliveryRound(delivered_count=1, failed_count=1)
    assert [one.kind for one in senders["origin"].heard] == ["outbound_order"]


def test_messages_of_one_key_wait_for_the_first(core: Core) -> None:
    approved(core)
    receiver = Receiver(failures=1)
    senders = {"people": receiver}
    deliver_due(core.storage, senders, at=AT)
    deliver_due(core.storage, senders, at=AT + timedelta(seconds=59))
    assert [one.kind for one in receiver.heard] == ["approval_requested"]
    deliver_due(core.storage, senders, at=AT + timedelta(seconds=60))
    assert [one.kind for one in receiver.heard] == ["approval_requested", "approval_requested", "approved"]
    assert len(receiver.applied) == 2


def test_too_many_failures_park_and_a_person_releases(core: Core) -> None:
    submitted(core)
    receiver, at = Receiver(failures=TRIES_BEFORE_PARKING), AT
    rounds = Counter[str]()
    for _ in range(TRIES_BEFORE_PARKING + 3):
        found = run(core, receiver, at)
        rounds.update({"failed": found.failed_count, "parked": found.parked_count})
        at += timedelta(hours=7)
    assert rounds == {"failed": TRIES_BEFORE_PARKING - 1, "parked": 1}
    [parked] = core.queries.messages(state="parked")
    assert (parked.last_error, parked.tries) == ("UnableToDeliver: the line is dead", TRIES_BEFORE_PARKING)
    core.execute(ReleaseMessage(**sender("ada", at=at), message_number=parked.message_number))
    assert run(core, receiver, at) == DeliveryRound(delivered_count=1)
    with pytest.raises(UnableToChangeMessage, match="is delivered, not parked"):
        core.execute(ReleaseMessage(**sender("ada"), message_number=parked.message_number))
    assert verify(core).is_sound


def test_a_discarded_message_makes_way(core: Core) -> None:
    number = str(submitted(core).document_number)
    core.execute(WithdrawTransferOrder(**sender("pia"), transfer_order_id=number, reason="no"))
    core.execute(DiscardMessage(**sender("ada"), message_number=1, reason="he knows"))
    receiver = Receiver()
    run(core, receiver)
    assert [one.kind for one in receiver.heard] == ["withdrawn"]
    with pytest.raises(UnableToChangeMessage, match="is discarded already"):
        core.execute(DiscardMessage(**sender("ada"), message_number=1, reason="again"))
    with pytest.raises(UnableToChangeMessage, match="there is no message 9"):
        core.execute(DiscardMessage(**sender("ada"), message_number=9, reason="what"))
    assert verify(core).is_sound


def test_a_worker_that_dies_in_the_middle_leaves_nothing_untold(core: Core) -> None:
    """The receiver heard it, the worker died before it could write that down."""
    submitted(core)
    receiver = Receiver()

    def told_and_killed(message: Message) -> None:
        receiver(message)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(core, told_and_killed)
    assert run(core, receiver, AT + LEASE - timedelta(seconds=1)) == DeliveryRound()
    assert run(core, receiver, AT + LEASE) == DeliveryRound(delivered_count=1)
    assert (len(receiver.heard), len(receiver.applied)) == (2, 1)


def test_a_refused_command_tells_nobody(core: Core) -> None:
    submitted(core)
    before = core.queries.messages()
    with pytest.raises(UnableToApproveTransferOrder, match="cannot approve"):
        core.execute(ApproveTransferOrder(**sender("fay"), transfer_order_id="TO-2026-00001"))
    assert core.queries.messages() == before


def test_any_error_of_a_sender_is_kept_with_the_message(core: Core) -> None:
    submitted(core)

    def broken(message: Message) -> None:
        raise ZeroDivisionError("oops")

    assert run(core, broken).failed_count == 1
    assert core.queries.messages()[0].last_error == "ZeroDivisionError: oops"


def test_a_message_is_addressed_once_to_channels_that_wait_for_none_but_their_own(core: Core) -> None:
    number = approved(core)
    for message_number in (1, 2):
        core.execute(
            AddressMessage(
                **sender("operator", key=f"address-{message_number}"),
                message_number=message_number,
                channels=("people/group", "people/mail/sam"),
            )
        )
    dead, alive = Receiver(failures=99), Receiver()
    deliver_due(core.storage, {"people/group": dead, "people/mail/sam": alive, "people": alive}, at=AT)
    assert [one.kind for one in dead.heard] == ["approval_requested"], "the second waits for the first"
    assert [(one.channel, one.kind, one.message_number) for one in alive.heard] == [
        ("people/mail/sam", "approval_requested", 5),
        ("people/mail/sam", "approved", 7),
    ]
    assert alive.heard[0].payload == dead.heard[0].payload
    assert json.loads(alive.heard[0].payload)["document_number"] == number
    with pytest.raises(UnableToChangeMessage, match="message 1 is delivered already"):
        core.execute(AddressMessage(**sender("operator"), message_number=1, channels=("people/other",)))
    assert verify(core).is_sound, "copies are part of the record"


@pytest.mark.parametrize("channels", [(), ("origin",), ("people/a", "people/a"), ("people",)])
def test_a_message_of_people_is_addressed_to_people_alone(core: Core, channels: tuple[str, ...]) -> None:
    submitted(core)
    with pytest.raises(Malformed, match="one or more below people/"):
        core.execute(AddressMessage(**sender("operator"), message_number=1, channels=channels))


def payload(core: Core, kind: str) -> dict[str, Any]:
    """Of the last message of that kind."""
    found: dict[str, Any] = json.loads([one for one in core.queries.messages() if one.kind == kind][-1].payload)
    return found


def test_a_request_carries_what_an_approver_needs_to_decide(core: Core) -> None:
    rule = ApprovalRule(rule_id="big", role="supervisor", mode="sea", minimum_value=Decimal(100))
    core.execute(SetApprovalRules(**sender("operator"), rules=(rule,)))
    stocked(core, CHAIR=60)
    advice = {"suggestion_id": "s", "suggested_units": 48, "suggestion_run_id": "2026-11-02/run"}
    submitted(core, lines=(line(units=40, **advice), line("LAMP", 2)))
    request = payload(core, "approval_requested")
    assert request["tell"] == ["sam"]
    assert (request["source"], request["deviation_share"]) == ("mixed", "0.2083")
    assert request["value"] == {"amount": "500.02", "currency": "USD"}
    assert request["margin_at_risk"] == {"amount": "305.98", "currency": "USD"}
    assert (request["ship_date"], request["arrival_date"]) == ("2026-11-05", "2026-12-15")
    assert request["steps"] == [
        {
            "step": 1,
            "role": "supervisor",
            "deciding_roles": ["supervisor"],
            "asked_at": "2026-11-02T09:00:00.000000Z",
            "rules": [{"rule_id": "big", "conditions": {"minimum_value": "100", "mode": "sea"}}],
        }
    ]
    assert request["lines"] == [
        {
            "sku": "CHAIR",
            "units": 40,
            "suggested_units": 48,
            "deviation_units": -8,
            "value": {"amount": "493.82", "currency": "USD"},
            "margin_at_risk": {"amount": "306.18", "currency": "USD"},
            "free_units": 60,
        },
        {
            "sku": "LAMP",
            "units": 2,
            "suggested_units": None,
            "deviation_units": None,
            "value": {"amount": "6.20", "currency": "USD"},
            "margin_at_risk": {"amount": "-0.20", "currency": "USD"},
            "free_units": 0,
        },
    ]


def test_what_nobody_knows_is_null_in_a_request(core: Core) -> None:
    submitted(core, lines=(line("MYSTERY", 1),))
    request = payload(core, "approval_requested")
    assert (request["value"], request["margin_at_risk"], request["deviation_share"]) == (None, None, None)
    assert request["lines"][0]["free_units"] is None, "the ledger does not keep the origin"


def test_every_message_to_people_names_them(core: Core) -> None:
    first = str(submitted(core).document_number)
    core.execute(WithdrawTransferOrder(**sender("pia"), transfer_order_id=first, reason="no"))
    assert payload(core, "withdrawn")["tell"] == ["sam"], "who was asked need not look any more"
    second = approved(core)
    core.execute(CancelTransferOrder(**sender("ada"), transfer_order_id=second, reason="no"))
    assert payload(core, "cancelled")["tell"] == ["pia", "sam"]
    third = str(submitted(core).document_number)
    core.execute(RejectTransferOrder(**sender("sam"), transfer_order_id=third, reason="no"))
    assert payload(core, "rejected")["tell"] == payload(core, "approved")["tell"] == ["pia"]
    core.execute(ReopenTransferOrder(**sender("sam"), transfer_order_id=closed(core), reason="a box came"))
    assert payload(core, "reopened")["tell"] == ["pia"]
    people = [json.loads(one.payload) for one in core.queries.messages() if one.channel == "people"]
    assert all(isinstance(one["tell"], list) for one in people)


def closed(core: Core) -> str:
    """The number of an order that came and was closed."""
    number = approved(core)
    core.execute(DispatchShipment(**sender("wim"), transfer_order_id=number, waybill="WB"))
    counts = (CountedUnits(code="CHAIR", units=40),)
    core.execute(RecordReceipt(**sender("wim"), transfer_order_id=number, counts=counts, is_complete=True))
    core.execute(CloseTransferOrder(**sender("pia"), transfer_order_id=number))
    return number


def test_messages_of_older_journals_stay_as_they_were_written(core: Core) -> None:
    """A verified core compares what it told with what its journal tells: new fields must not change old messages."""
    order = core.queries.transfer_order(str(submitted(core).document_number)).order
    reference = order.transfer_order_id
    events: list[Any] = [
        TransferOrderSubmitted(transfer_order_id=reference, lines=order.lines, value=order.value, steps=order.steps),
        TransferOrderWithdrawn(transfer_order_id=reference),
        TransferOrderCancelled(transfer_order_id=reference),
        TransferOrderReopened(transfer_order_id=reference),
    ]
    route = {"transfer_order_id", "document_number", "origin_id", "destination_id", "mode", "ship_date", "arrival_date"}
    request = route | {"roles", "submitted_by", "units", "value", "lines"}
    told = [next(messages_of(event, before=order, after=order))[2] for event in events]
    assert [set(one) for one in told] == [request, route, route, route]
    assert set(told[0]["lines"][0]) == {"sku", "units", "suggested_units"}


def test_a_try_that_fails_late_does_not_take_back_the_count_of_a_later_one(core: Core) -> None:
    """The lease ended, another worker tried and failed too: the first one's old copy must not come back."""
    submitted(core)

    def slow(message: Message) -> None:
        deliver_due(core.storage, {"people": Receiver(failures=1)}, at=AT + LEASE, limit=1)
        raise UnableToDeliver("late")

    deliver_due(core.storage, {"people": slow}, at=AT, limit=1)
    [message] = core.queries.messages()
    assert (message.tries, "the line is dead" in message.last_error) == (2, True)
