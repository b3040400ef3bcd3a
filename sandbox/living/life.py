"""The whole living world, and the table of what it can be told.

Belongs here: the last layer (numbers registered with the carriers' news, documents asked of Amazon, faults that are on)
and `COMMANDS`. Every change of a world is one of these commands, so that its journal says everything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.living.bulk_storage import BulkStorage
from sandbox.living.selling import Push
from sandbox.living.world import UnableToDo
from sandbox.parameters import Parameters
from sandbox.shipments import Shipment


@dataclass
class Watched:
    """A waybill that was registered with the carriers' news."""

    number: str
    carrier: int
    tag: str | None
    param: str | None
    registered_at: int
    is_stopped: bool = False


@dataclass
class Requested:
    """A report or feed that was asked of Amazon."""

    request_id: str
    kind: str
    account: str
    what: str
    marketplaces: list[str]
    created_at: int
    options: dict[str, Any]
    document_id: str
    status: str = "DONE"


@dataclass
class Fault:
    """A fault of the servers: where (`*` is every vendor), how often (share of calls), and its own size."""

    name: str
    vendor: str = "*"
    share: float = 0.3
    size: float = 0.0
    options: dict[str, Any] = field(default_factory=dict)


class LivingWorld(BulkStorage):
    """Everything outside of the seller's own system."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        self.watched: dict[str, Watched] = {}
        self.requested: dict[str, Requested] = {}
        self.faults: dict[str, Fault] = {}
        self.keys: dict[str, str] = {}  # idempotency key -> what it was used for
        self.webhook_url = ""
        self.begin_day()
        # What is due at the very first second has happened when the world is first looked at.
        self.pass_time(0)

    def set_webhook(self, *, url: str) -> None:
        """The carriers' news are to be posted there as well."""
        self.webhook_url = url

    def push_all(self, *, pushes: list[tuple[int, int]], key: str = "", fingerprint: str = "") -> list[Push]:
        """Shops are told many quantities at once: (listing, units). A key stands for one fingerprint for good."""
        for listing, units in pushes:
            self.check_push(listing=listing, units=units)
        if key:
            self.keys[key] = fingerprint
        return [self.push(listing=listing, units=units) for listing, units in pushes]

    def shipment_of(self, waybill: str) -> Shipment | None:
        """The shipment of a waybill, once it has left."""
        found = (item for item in self.shipments if item.waybill == waybill and item.is_dispatched)
        return next(found, None)

    def watch(self, *, numbers: list[dict[str, Any]]) -> None:
        """Register waybills."""
        fresh = [
            Watched(str(item["number"]), int(item["carrier"]), item.get("tag"), item.get("param"), self.now)
            for item in numbers
        ]
        self.watched |= {watched.number: watched for watched in fresh}

    def stop_watching(self, *, number: str) -> None:
        """No more news of a waybill."""
        self.watched[number].is_stopped = True

    def next_request(self) -> str:
        """The id that the next report or feed will get."""
        return str(50_000_000_017 + len(self.requested) * 17)

    def request(
        self, *, kind: str, account: str, what: str, marketplaces: list[str], options: dict[str, Any], document_id: str
    ) -> Requested:
        """Remember that a report or feed was asked for; the document is kept by the journal."""
        found = Requested(
            self.next_request(),
            kind,
            account,
            what,
            marketplaces,
            self.now,
            options,
            document_id,
        )
        self.requested[found.request_id] = found
        return found

    def cancel_request(self, *, request_id: str) -> None:
        """A report or feed is no longer wanted."""
        self.requested[request_id].status = "CANCELLED"

    def set_fault(self, *, name: str, vendor: str, share: float, size: float, is_on: bool) -> None:
        """Switch a fault on or off."""
        if is_on:
            self.faults[name] = Fault(name, vendor, share, size)
        else:
            self.faults.pop(name, None)

    def set_habit(self, *, is_on: bool) -> None:
        """Let the seller ship by his own habit again, as in the history, or leave it to what he is told."""
        self.ships_by_habit = is_on


def advance(world: LivingWorld, *, seconds: int) -> None:
    """Move time."""
    if seconds > 400 * 86_400:
        raise UnableToDo("move time by at most 400 days at once")
    world.pass_time(seconds)


COMMANDS: dict[str, Callable[..., Any]] = {
    "advance": advance,
    "push": LivingWorld.push_all,
    "send_out": LivingWorld.send_out,
    "cancel_outbound": LivingWorld.cancel_outbound,
    "expect": LivingWorld.expect,
    "expect_otherwise": LivingWorld.expect_otherwise,
    "cancel_inbound": LivingWorld.cancel_inbound,
    "create_plan": LivingWorld.create_plan,
    "cancel_plan": LivingWorld.cancel_plan,
    "offer_packing": LivingWorld.offer_packing,
    "accept_packing": LivingWorld.accept_packing,
    "pack": LivingWorld.pack,
    "offer_placement": LivingWorld.offer_placement,
    "accept_placement": LivingWorld.accept_placement,
    "offer_transport": LivingWorld.offer_transport,
    "accept_transport": LivingWorld.accept_transport,
    "track": LivingWorld.track,
    "create_replenishment": LivingWorld.create_replenishment,
    "confirm_replenishment": LivingWorld.confirm_replenishment,
    "watch": LivingWorld.watch,
    "stop_watching": LivingWorld.stop_watching,
    "request": LivingWorld.request,
    "cancel_request": LivingWorld.cancel_request,
    "set_fault": LivingWorld.set_fault,
    "set_habit": LivingWorld.set_habit,
    "set_webhook": LivingWorld.set_webhook,
}
