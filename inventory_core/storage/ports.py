"""What the core asks of its storage. `sql.py` and `memory.py` answer; `tests/contract/inventory_core` holds both to it.

A `Reader` sees one unchanging state; a `Writer` is alone with it until its transaction ends, so that document numbers
are gapless and the chain of the journal has one end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from inventory_core.access.model import Credentials, Person, Token
from inventory_core.approvals.delegations import Delegation
from inventory_core.approvals.model import ApprovalPolicy, ApprovalRule, ApprovalStep
from inventory_core.catalog.model import CatalogLane, CatalogProduct, CatalogWarehouse, Company
from inventory_core.journal import Entry
from inventory_core.storage.ledger_ports import LedgerReader, LedgerWriter
from inventory_core.transfer_orders.comments import OrderComment
from inventory_core.transfer_orders.model import Status, TransferOrder


class UnableToReadRow(Exception):
    """A stored row holds what this program never writes; `sequence` names the entry where it is one."""

    def __init__(self, message: str, *, sequence: int | None = None) -> None:
        """In words for whoever verifies the record."""
        super().__init__(message)
        self.sequence = sequence


@dataclass(frozen=True, kw_only=True)
class HandledCommand:
    """That a command was done: under its sender's key (`own_key`), what it said and what was answered.

    What it said is a digest, the answer is JSON without secrets.
    """

    idempotency_key: str
    command: str
    content_digest: str
    outcome: str


class Reader(LedgerReader, Protocol):
    """Questions."""

    def transfer_order(self, reference: str) -> TransferOrder | None:
        """The order of that transfer_order_id or document number."""

    def transfer_orders(self, *, status: Status | None = None) -> list[TransferOrder]:
        """All orders, or those of one status, by document number."""

    def last_document_sequence(self, year: int) -> int:
        """The last number given in that year; 0 when there is none."""

    def company(self) -> Company | None:
        """None until a catalog was registered."""

    def products(self, skus: Iterable[str] | None = None) -> dict[str, CatalogProduct]:
        """By sku: all, or those asked for that are known."""

    def warehouses(self) -> dict[str, CatalogWarehouse]:
        """By warehouse_id."""

    def lanes(self) -> set[CatalogLane]:
        """All lanes."""

    def approval_rules(self) -> list[ApprovalRule]:
        """In the order in which they were set."""

    def approval_policy(self) -> ApprovalPolicy:
        """As it was set last; everything switched off until then."""

    def delegations(self) -> list[Delegation]:
        """All that were ever given, by delegation_id."""

    def waiting_steps(self) -> list[tuple[str, ApprovalStep]]:
        """Steps of submitted orders that wait for a decision and have a time after which somebody is told.

        With their transfer_order_id, by that and step. Asked every minute, so it must cost little.
        """

    def comments(self, *, transfer_order_id: str | None = None) -> list[OrderComment]:
        """All comments, or those on one order, as they were made."""

    def people(self) -> list[Person]:
        """Everyone who ever had an account, by login."""

    def person(self, login: str) -> Person | None:
        """The person of exactly that login."""

    def credentials(self, login: str) -> Credentials | None:
        """What proves that person's identity, or how often strangers tried (`access/sign_in.py`)."""

    def tokens(self) -> list[Token]:
        """All tokens, revoked ones too, by token_id."""

    def token(self, token_id: str) -> Token | None:
        """The token of that id."""

    def token_of_hash(self, token_hash: str) -> Token | None:
        """The token whose text has that hash."""

    def journal(self, *, transfer_order_id: str | None = None) -> list[Entry]:
        """All entries, or those of one order, by sequence."""

    def last_entry(self) -> Entry | None:
        """The end of the journal."""

    def handled_command(self, idempotency_key: str) -> HandledCommand | None:
        """The command that was done under that key."""

    def handled_keys(self) -> set[str]:
        """The keys of all commands that were done."""


class Writer(Reader, LedgerWriter, Protocol):
    """Changes. Each replaces what was there under the same identifier."""

    def save_transfer_order(self, order: TransferOrder, *, before: TransferOrder | None) -> None:
        """Store an order; `before` is its stored state (None for a new one), so that only what changed is written."""

    def save_company(self, company: Company) -> None:
        """Store the company."""

    def save_products(self, products: Iterable[CatalogProduct], *, removed_skus: Iterable[str]) -> None:
        """Add or replace products, forget others."""

    def replace_warehouses(self, warehouses: Iterable[CatalogWarehouse]) -> None:
        """These and no others."""

    def replace_lanes(self, lanes: Iterable[CatalogLane]) -> None:
        """These and no others."""

    def replace_approval_rules(self, rules: Iterable[ApprovalRule]) -> None:
        """These and no others, in this order."""

    def save_approval_policy(self, policy: ApprovalPolicy) -> None:
        """Store the policy."""

    def save_delegation(self, delegation: Delegation) -> None:
        """Store a delegation."""

    def append_comment(self, comment: OrderComment) -> None:
        """Add a comment."""

    def save_person(self, person: Person) -> None:
        """Store a person."""

    def save_credentials(self, credentials: Credentials) -> None:
        """Store a person's credentials."""

    def save_token(self, token: Token) -> None:
        """Store a token."""

    def save_token_hashes(self, hashes: Mapping[str, str]) -> None:
        """Store the hashes of tokens by token_id."""

    def append_entry(self, entry: Entry) -> None:
        """Add to the end of the journal. There is no way to change or remove an entry."""

    def save_handled_command(self, handled: HandledCommand) -> None:
        """Remember that a command was done."""


class Storage(Protocol):
    """A place that keeps the core's state."""

    def reading(self) -> AbstractContextManager[Reader]:
        """One consistent state to read."""

    def writing(self) -> AbstractContextManager[Writer]:
        """One transaction: everything is kept when the block ends well, nothing when it raises."""

    def close(self) -> None:
        """Give back connections."""
