"""What screens, the pipeline and scripts ask the core. Read-only, each answer from one consistent state.

Belongs here: questions that join concepts. Does not: dashboards over history (marts), rows for the warehouse
(`export.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from inventory_core.access.model import Actor, Person, Token
from inventory_core.approvals.delegations import Delegation
from inventory_core.approvals.model import ApprovalPolicy, ApprovalRule
from inventory_core.catalog.model import CatalogLane, CatalogProduct, CatalogWarehouse, Company
from inventory_core.journal import Entry
from inventory_core.outbox.model import Message, MessageState
from inventory_core.receiving.commands import CountedUnits
from inventory_core.receiving.events import ResolvedCount
from inventory_core.receiving.model import ReceivingRule, Resolution
from inventory_core.receiving.scanning import resolve_counts
from inventory_core.stock_ledger.free_stock import FreeStock, free_stock
from inventory_core.stock_ledger.model import PlaceKind, RecordedMovement, Reservation, StockKey
from inventory_core.storage.ports import Storage
from inventory_core.transfer_orders.comments import OrderComment
from inventory_core.transfer_orders.loading import UnableToFindTransferOrder, find_shipment
from inventory_core.transfer_orders.model import OPEN_STATUSES, RESERVING_STATUSES, Status, TransferOrder
from inventory_core.transfer_orders.shipments import ShipmentStatus


@dataclass(frozen=True, kw_only=True)
class TransferOrderHistory:
    """An order (its lines, steps and decisions inside), what people said, and everything that ever happened to it."""

    order: TransferOrder
    entries: tuple[Entry, ...]
    comments: tuple[OrderComment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UnitsOnOrder:
    """Units of a product that orders of one status will still move over one pair of warehouses."""

    origin_id: str
    destination_id: str
    sku: str
    status: Status
    units: int


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """Everything that was registered; `company` is None before the first time."""

    company: Company | None
    products: dict[str, CatalogProduct]
    warehouses: dict[str, CatalogWarehouse]
    lanes: frozenset[CatalogLane]


@dataclass(frozen=True, kw_only=True)
class ExpectedLine:
    """One product for whoever counts a shipment. `expected_units` is None where the warehouse counts blindly."""

    sku: str
    codes: tuple[str, ...]
    expected_units: int | None
    counted_units: int


class Queries:
    """Questions to a core, as `core.queries`."""

    def __init__(self, storage: Storage) -> None:
        """Over the core's storage."""
        self._storage = storage

    def transfer_orders(self, *, status: Status | str | None = None, actor: Actor | None = None) -> list[TransferOrder]:
        """All orders, or those of one status, or those with an end in the actor's scope, by document number.

        Raises: ValueError for a status that there is none of.
        """
        with self._storage.reading() as store:
            orders = store.transfer_orders(status=None if status is None else Status(status))
        return [order for order in orders if actor is None or order.is_within(actor)]

    def transfer_order(self, reference: str) -> TransferOrderHistory:
        """One order by id or document number, with its journal entries, oldest first.

        Raises: UnableToFindTransferOrder.
        """
        with self._storage.reading() as store:
            order = store.transfer_order(reference)
            if order is None:
                raise UnableToFindTransferOrder(f"there is no transfer order {reference}")
            entries = store.journal(transfer_order_id=order.transfer_order_id)
            comments = store.comments(transfer_order_id=order.transfer_order_id)
            return TransferOrderHistory(order=order, entries=tuple(entries), comments=tuple(comments))

    def units_on_order(self) -> list[UnitsOnOrder]:
        """One row per origin, destination, sku and status: what orders that are not over will still move.

        Of an approved order only what has not left yet counts; what has is in transit.
        """
        units: Counter[tuple[str, str, str, Status]] = Counter()
        with self._storage.reading() as store:
            for status in dict.fromkeys((*OPEN_STATUSES, *RESERVING_STATUSES)):
                for order in store.transfer_orders(status=status):
                    left = order.open_units() if status in RESERVING_STATUSES else order.ordered_units()
                    for sku, count in left.items():
                        units[order.origin_id, order.destination_id, sku, status] += count
        return [
            UnitsOnOrder(origin_id=origin_id, destination_id=destination_id, sku=sku, status=status, units=count)
            for (origin_id, destination_id, sku, status), count in sorted(units.items())
            if count
        ]

    def receiving_list(self, reference: str, shipment: str) -> list[ExpectedLine]:
        """What to count of an order's shipment (id, label or waybill); blind until its receiving is complete.

        Raises: UnableToFindTransferOrder, UnableToFindShipment.
        """
        order = self.transfer_order(reference).order
        found = find_shipment(order, shipment)
        with self._storage.reading() as store:
            rules = {rule.warehouse_id: rule for rule in store.receiving_rules()}
            products = store.products(line.sku for line in found.lines)
        is_blind = order.destination_id in rules and rules[order.destination_id].is_blind
        is_hidden = is_blind and found.status is not ShipmentStatus.RECEIVED
        return [
            ExpectedLine(
                sku=line.sku,
                codes=products[line.sku].codes if line.sku in products else (),
                expected_units=None if is_hidden else line.dispatched_units,
                counted_units=line.received_units,
            )
            for line in found.lines
        ]

    def read_codes(
        self, reference: str, counts: Iterable[CountedUnits], *, shipment_id: str | None = None
    ) -> tuple[ResolvedCount, ...]:
        """What a receipt of these counts would say, so that a scanner hears of an unreadable code at once.

        Raises: UnableToFindTransferOrder, UnableToReadCode.
        """
        order = self.transfer_order(reference).order
        with self._storage.reading() as store:
            return resolve_counts(counts, order=order, store=store, shipment_id=shipment_id)

    def receiving_rule(self, warehouse_id: str) -> ReceivingRule:
        """How that warehouse counts."""
        with self._storage.reading() as store:
            rules = {rule.warehouse_id: rule for rule in store.receiving_rules()}
        return rules.get(warehouse_id, ReceivingRule(warehouse_id=warehouse_id))

    def resolutions(self) -> list[Resolution]:
        """Every reason that was given for a discrepancy, oldest first."""
        with self._storage.reading() as store:
            return store.resolutions()

    def opened_warehouses(self) -> dict[str, datetime]:
        """Warehouses whose stock the ledger keeps, with the instant since when."""
        with self._storage.reading() as store:
            return store.opened_warehouses()

    def balances(self, *, warehouse_id: str | None = None, actor: Actor | None = None) -> dict[StockKey, int]:
        """Units by place, product, lot and condition where there are any: everywhere, or in one warehouse.

        An actor sees all of what is in no warehouse (in transit, lost ...), and the warehouses of his scope.
        """
        with self._storage.reading() as store:
            if warehouse_id is None:
                found = store.balances()
            else:
                found = store.balances(place_kind=PlaceKind.WAREHOUSE, place_id=warehouse_id)
        return {
            key: units
            for key, units in found.items()
            if actor is None
            or key.place.place_kind is not PlaceKind.WAREHOUSE
            or actor.may_see_warehouse(key.place.place_id)
        }

    def reservations(self, *, warehouse_id: str | None = None, actor: Actor | None = None) -> list[Reservation]:
        """Units that approved orders hold: everywhere, or in one warehouse, or in those of the actor's scope."""
        with self._storage.reading() as store:
            found = store.reservations(warehouse_id=warehouse_id)
        return [one for one in found if actor is None or actor.may_see_warehouse(one.warehouse_id)]

    def free_stock(self, warehouse_id: str, *, skus: Collection[str]) -> dict[str, FreeStock] | None:
        """On hand and reserved good units of those products; None where the ledger does not keep the warehouse."""
        with self._storage.reading() as store:
            return free_stock(store, warehouse_id=warehouse_id, skus=skus)

    def messages(self, *, state: MessageState | str | None = None) -> list[Message]:
        """The outbox, or its messages of one state ("parked" wait for a person), oldest first.

        Raises: ValueError for a state that there is none of.
        """
        with self._storage.reading() as store:
            return store.messages(state=None if state is None else MessageState(state))

    def movements(self) -> list[RecordedMovement]:
        """Every movement of the ledger, oldest first."""
        with self._storage.reading() as store:
            return store.movements()

    def journal(self) -> list[Entry]:
        """Every entry, oldest first."""
        with self._storage.reading() as store:
            return store.journal()

    def people(self) -> list[Person]:
        """Everyone who ever had an account, by login."""
        with self._storage.reading() as store:
            return store.people()

    def person(self, login: str) -> Person | None:
        """The person of that login, as he is now: screens ask it again on every run to see who was disabled."""
        with self._storage.reading() as store:
            return store.person(login)

    def tokens(self) -> list[Token]:
        """All tokens, revoked ones too."""
        with self._storage.reading() as store:
            return store.tokens()

    def approval_rules(self) -> list[ApprovalRule]:
        """In the order of the steps that they ask for."""
        with self._storage.reading() as store:
            return store.approval_rules()

    def approval_policy(self) -> ApprovalPolicy:
        """What the company has switched on."""
        with self._storage.reading() as store:
            return store.approval_policy()

    def delegations(self) -> list[Delegation]:
        """All that were ever given, by delegation_id; `holds_at` says which hold."""
        with self._storage.reading() as store:
            return store.delegations()

    def warehouses(self) -> dict[str, CatalogWarehouse]:
        """Warehouses that the core accepts, by id, without the rest of the catalog."""
        with self._storage.reading() as store:
            return store.warehouses()

    def catalog(self) -> Catalog:
        """Products, warehouses and lanes that the core accepts."""
        with self._storage.reading() as store:
            return Catalog(
                company=store.company(),
                products=store.products(),
                warehouses=store.warehouses(),
                lanes=frozenset(store.lanes()),
            )
