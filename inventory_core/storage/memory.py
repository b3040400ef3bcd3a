"""The fake: the core's state in dictionaries of frozen values. For tests, and for `verification.py` to replay into."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import RLock

from inventory_core.access.model import Credentials, Person, Token
from inventory_core.approvals.delegations import Delegation
from inventory_core.approvals.model import ApprovalPolicy, ApprovalRule, ApprovalStep
from inventory_core.catalog.model import CatalogLane, CatalogProduct, CatalogWarehouse, Company
from inventory_core.journal import Entry
from inventory_core.storage.memory_ledger import MemoryLedger
from inventory_core.storage.ports import HandledCommand, Reader, Writer
from inventory_core.transfer_orders.comments import OrderComment
from inventory_core.transfer_orders.model import Status, TransferOrder


class MemoryStore(MemoryLedger):
    """All state, changed in place."""

    def __init__(self) -> None:
        """Empty."""
        super().__init__()
        self._orders: dict[str, TransferOrder] = {}
        self._company: Company | None = None
        self._products: dict[str, CatalogProduct] = {}
        self._warehouses: dict[str, CatalogWarehouse] = {}
        self._lanes: set[CatalogLane] = set()
        self._rules: list[ApprovalRule] = []
        self._policy = ApprovalPolicy()
        self._delegations: dict[str, Delegation] = {}
        self._comments: list[OrderComment] = []
        self._people: dict[str, Person] = {}
        self._credentials: dict[str, Credentials] = {}
        self._tokens: dict[str, Token] = {}
        self._token_hashes: dict[str, str] = {}
        self._journal: list[Entry] = []
        self._handled: dict[str, HandledCommand] = {}

    def copy(self) -> MemoryStore:
        """A state of its own: the values are frozen, so copying the collections is enough."""
        twin = MemoryStore()
        for name, value in vars(self).items():
            setattr(twin, name, copy.copy(value))
        return twin

    def transfer_order(self, reference: str) -> TransferOrder | None:
        """See `Reader`."""
        by_number = (order for order in self._orders.values() if order.document_number == reference)
        return self._orders.get(reference) or next(by_number, None)

    def transfer_orders(self, *, status: Status | None = None) -> list[TransferOrder]:
        """See `Reader`."""
        chosen = [order for order in self._orders.values() if status in (None, order.status)]
        return sorted(chosen, key=lambda order: (order.document_year, order.document_sequence))

    def last_document_sequence(self, year: int) -> int:
        """See `Reader`."""
        given = (order.document_sequence for order in self._orders.values() if order.document_year == year)
        return max(given, default=0)

    def company(self) -> Company | None:
        """See `Reader`."""
        return self._company

    def products(self, skus: Iterable[str] | None = None) -> dict[str, CatalogProduct]:
        """See `Reader`."""
        if skus is None:
            return dict(self._products)
        return {sku: self._products[sku] for sku in skus if sku in self._products}

    def skus_of_codes(self, codes: Collection[str]) -> dict[str, tuple[str, ...]]:
        """See `LedgerReader`."""
        found: dict[str, tuple[str, ...]] = {}
        for sku in sorted(self._products):
            for code in self._products[sku].codes:
                if code in codes:
                    found[code] = (*found.get(code, ()), sku)
        return found

    def warehouses(self) -> dict[str, CatalogWarehouse]:
        """See `Reader`."""
        return dict(self._warehouses)

    def lanes(self) -> set[CatalogLane]:
        """See `Reader`."""
        return set(self._lanes)

    def approval_rules(self) -> list[ApprovalRule]:
        """See `Reader`."""
        return list(self._rules)

    def approval_policy(self) -> ApprovalPolicy:
        """See `Reader`."""
        return self._policy

    def delegations(self) -> list[Delegation]:
        """See `Reader`."""
        return sorted(self._delegations.values(), key=lambda one: one.delegation_id)

    def waiting_steps(self) -> list[tuple[str, ApprovalStep]]:
        """See `Reader`."""
        return [
            (order.transfer_order_id, step)
            for order in sorted(self._orders.values(), key=lambda one: one.transfer_order_id)
            if order.status is Status.SUBMITTED
            for step in order.current_steps
            if step.asked_at is not None and (step.remind_after_hours or step.escalate_after_hours)
        ]

    def comments(self, *, transfer_order_id: str | None = None) -> list[OrderComment]:
        """See `Reader`."""
        return [one for one in self._comments if transfer_order_id in (None, one.transfer_order_id)]

    def people(self) -> list[Person]:
        """See `Reader`."""
        return sorted(self._people.values(), key=lambda person: person.login)

    def person(self, login: str) -> Person | None:
        """See `Reader`."""
        return self._people.get(login)

    def credentials(self, login: str) -> Credentials | None:
        """See `Reader`."""
        return self._credentials.get(login)

    def tokens(self) -> list[Token]:
        """See `Reader`."""
        return sorted(self._tokens.values(), key=lambda token: token.token_id)

    def token(self, token_id: str) -> Token | None:
        """See `Reader`."""
        return self._tokens.get(token_id)

    def token_of_hash(self, token_hash: str) -> Token | None:
        """See `Reader`."""
        token_ids = (token_id for token_id, hashed in self._token_hashes.items() if hashed == token_hash)
        return self._tokens.get(next(token_ids, ""))

    def journal(self, *, transfer_order_id: str | None = None) -> list[Entry]:
        """See `Reader`."""
        return [entry for entry in self._journal if transfer_order_id in (None, entry.transfer_order_id)]

    def last_entry(self) -> Entry | None:
        """See `Reader`."""
        return self._journal[-1] if self._journal else None

    def handled_command(self, idempotency_key: str) -> HandledCommand | None:
        """See `Reader`."""
        return self._handled.get(idempotency_key)

    def handled_keys(self) -> set[str]:
        """See `Reader`."""
        return set(self._handled)

    def save_transfer_order(self, order: TransferOrder, *, before: TransferOrder | None) -> None:
        """See `Writer`."""
        self._orders[order.transfer_order_id] = order

    def save_company(self, company: Company) -> None:
        """See `Writer`."""
        self._company = company

    def save_products(self, products: Iterable[CatalogProduct], *, removed_skus: Iterable[str]) -> None:
        """See `Writer`."""
        for sku in removed_skus:
            self._products.pop(sku, None)
        self._products.update({product.sku: product for product in products})

    def replace_warehouses(self, warehouses: Iterable[CatalogWarehouse]) -> None:
        """See `Writer`."""
        self._warehouses = {warehouse.warehouse_id: warehouse for warehouse in warehouses}

    def replace_lanes(self, lanes: Iterable[CatalogLane]) -> None:
        """See `Writer`."""
        self._lanes = set(lanes)

    def replace_approval_rules(self, rules: Iterable[ApprovalRule]) -> None:
        """See `Writer`."""
        self._rules = list(rules)

    def save_approval_policy(self, policy: ApprovalPolicy) -> None:
        """See `Writer`."""
        self._policy = policy

    def save_delegation(self, delegation: Delegation) -> None:
        """See `Writer`."""
        self._delegations[delegation.delegation_id] = delegation

    def append_comment(self, comment: OrderComment) -> None:
        """See `Writer`."""
        self._comments.append(comment)

    def save_person(self, person: Person) -> None:
        """See `Writer`."""
        self._people[person.login] = person

    def save_credentials(self, credentials: Credentials) -> None:
        """See `Writer`."""
        self._credentials[credentials.login] = credentials

    def save_token(self, token: Token) -> None:
        """See `Writer`."""
        self._tokens[token.token_id] = token

    def save_token_hashes(self, hashes: Mapping[str, str]) -> None:
        """See `Writer`."""
        self._token_hashes.update(hashes)

    def append_entry(self, entry: Entry) -> None:
        """See `Writer`."""
        self._journal.append(entry)

    def save_handled_command(self, handled: HandledCommand) -> None:
        """See `Writer`."""
        self._handled[handled.idempotency_key] = handled


class MemoryStorage:
    """Transactions over a `MemoryStore`: a writer works on a copy, which takes its place only when all went well."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        """Empty unless a state is given."""
        self._store = store or MemoryStore()
        self._lock = RLock()

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """See `Storage`."""
        yield self._store

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """See `Storage`."""
        with self._lock:
            work = self._store.copy()
            yield work
            self._store = work

    def close(self) -> None:
        """See `Storage`; there is nothing to give back."""
