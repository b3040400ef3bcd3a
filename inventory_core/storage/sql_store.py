"""Questions and changes as SQL, over one connection whose transaction `sql.py` began and will end.

Belongs here: statements. Does not: transactions and engines (`sql.py`), what a row means (`rows.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, func, or_, select, update

from inventory_core.access.model import Credentials, Person, Token
from inventory_core.approvals.model import ApprovalRule
from inventory_core.catalog.model import CatalogLane, CatalogProduct, CatalogWarehouse, Company
from inventory_core.journal import Entry
from inventory_core.records import plain
from inventory_core.storage import rows, tables
from inventory_core.storage.ports import HandledCommand
from inventory_core.storage.sql_approvals import SqlApprovals
from inventory_core.storage.sql_ledger import SqlLedger
from inventory_core.storage.sql_outbox import SqlOutbox
from inventory_core.storage.sql_receiving import SqlReceiving
from inventory_core.storage.sql_shipments import SqlShipments
from inventory_core.storage.sql_statements import in_parts
from inventory_core.transfer_orders.model import Status, TransferOrder


class SqlStore(SqlLedger, SqlReceiving, SqlShipments, SqlApprovals, SqlOutbox):
    """A `Writer` over one connection."""

    def __init__(self, connection: Connection) -> None:
        """Inside a transaction already."""
        super().__init__(connection)
        # A command asks for its order several times, and nobody else changes it inside this transaction.
        self._known_orders: dict[str, TransferOrder] = {}

    # Transfer orders

    def transfer_order(self, reference: str) -> TransferOrder | None:
        """See `Reader`."""
        orders = tables.transfer_orders
        for known in self._known_orders.values():
            if reference in (known.transfer_order_id, known.document_number):
                return known
        found = self._orders(or_(orders.c.transfer_order_id == reference, orders.c.document_number == reference))
        self._known_orders |= {order.transfer_order_id: order for order in found}
        return found[0] if found else None

    def transfer_orders(self, *, status: Status | None = None) -> list[TransferOrder]:
        """See `Reader`."""
        return self._orders(*([tables.transfer_orders.c.status == status.value] if status else []))

    def _orders(self, *conditions: ColumnElement[bool]) -> list[TransferOrder]:
        """Five statements for any number of orders, one for none."""
        orders = tables.transfer_orders
        headers = self._rows(
            select(orders).where(*conditions).order_by(orders.c.document_year, orders.c.document_sequence)
        )
        if not headers:
            return []
        wanted = select(orders.c.transfer_order_id).where(*conditions)
        lines = self._of_orders(tables.transfer_order_lines, wanted, tables.transfer_order_lines.c.line_number)
        steps = self._of_orders(tables.approval_steps, wanted, tables.approval_steps.c.step)
        shipments = self._shipments_of(wanted)
        return [
            rows.order_of(
                row,
                lines=lines.get(row["transfer_order_id"], []),
                steps=steps.get(row["transfer_order_id"], []),
                shipments=shipments.get(row["transfer_order_id"], []),
            )
            for row in headers
        ]

    def _of_orders(
        self, table: Table, wanted: Select[Any], order_by: ColumnElement[Any]
    ) -> dict[str, list[dict[str, Any]]]:
        parts: dict[str, list[dict[str, Any]]] = {}
        for row in self._rows(select(table).where(table.c.transfer_order_id.in_(wanted)).order_by(order_by)):
            parts.setdefault(row["transfer_order_id"], []).append(row)
        return parts

    def last_document_sequence(self, year: int) -> int:
        """See `Reader`."""
        orders = tables.transfer_orders
        last = select(func.coalesce(func.max(orders.c.document_sequence), 0)).where(orders.c.document_year == year)
        return self._connection.execute(last).scalar_one()

    def save_transfer_order(self, order: TransferOrder, *, before: TransferOrder | None) -> None:
        """See `Writer`."""
        if before is None:
            self._insert(tables.transfer_orders, [rows.order_row(order)])
        else:
            self._put(tables.transfer_orders, rows.order_row(order))
        self._known_orders[order.transfer_order_id] = order
        if before is None or before.lines != order.lines:
            self._replace_parts(tables.transfer_order_lines, order, rows.line_rows(order))
        if before is None or before.steps != order.steps:
            self._replace_parts(tables.approval_steps, order, rows.step_rows(order))
        self._save_shipments(order, before=before)

    def _replace_parts(self, table: Table, order: TransferOrder, new_rows: Sequence[Mapping[str, Any]]) -> None:
        self._connection.execute(delete(table).where(table.c.transfer_order_id == order.transfer_order_id))
        self._insert(table, new_rows)

    # Catalog and rules

    def company(self) -> Company | None:
        """See `Reader`."""
        found = self._rows(select(tables.company.c.base_currency, tables.company.c.time_zone))
        return Company(**found[0]) if found else None

    def save_company(self, company: Company) -> None:
        """See `Writer`."""
        self._put(tables.company, {"company_id": 1, **plain(company)})

    def products(self, skus: Iterable[str] | None = None) -> dict[str, CatalogProduct]:
        """See `Reader`."""
        table, codes = tables.products, tables.product_codes
        if skus is None:
            found, codes_found = self._rows(select(table)), self._rows(select(codes).order_by(codes.c.position))
        else:
            found, codes_found = [], []
            for some in in_parts(skus):
                found += self._rows(select(table).where(table.c.sku.in_(some)))
                codes_found += self._rows(select(codes).where(codes.c.sku.in_(some)).order_by(codes.c.position))
        codes_of: dict[str, list[str]] = {}
        for row in codes_found:
            codes_of.setdefault(row["sku"], []).append(row["code"])
        return {row["sku"]: rows.product_of(row, codes=codes_of.get(row["sku"], ())) for row in found}

    def save_products(self, products: Iterable[CatalogProduct], *, removed_skus: Iterable[str]) -> None:
        """See `Writer`."""
        added = list(products)
        for some in in_parts([*removed_skus, *(product.sku for product in added)]):
            for table in (tables.product_codes, tables.products):
                self._connection.execute(delete(table).where(table.c.sku.in_(some)))
        self._insert(tables.products, [rows.product_row(product) for product in added])
        self._insert(tables.product_codes, [row for product in added for row in rows.code_rows(product)])

    def skus_of_codes(self, codes: Collection[str]) -> dict[str, tuple[str, ...]]:
        """See `LedgerReader`."""
        table = tables.product_codes
        found: dict[str, list[str]] = {}
        for some in in_parts(codes):
            for row in self._rows(select(table).where(table.c.code.in_(some))):
                found.setdefault(row["code"], []).append(row["sku"])
        return {code: tuple(sorted(skus)) for code, skus in found.items()}

    def warehouses(self) -> dict[str, CatalogWarehouse]:
        """See `Reader`."""
        return {row["warehouse_id"]: CatalogWarehouse(**row) for row in self._rows(select(tables.warehouses))}

    def replace_warehouses(self, warehouses: Iterable[CatalogWarehouse]) -> None:
        """See `Writer`."""
        self._replace_all(tables.warehouses, [plain(warehouse) for warehouse in warehouses])

    def lanes(self) -> set[CatalogLane]:
        """See `Reader`."""
        return {CatalogLane(**row) for row in self._rows(select(tables.lanes))}

    def replace_lanes(self, lanes: Iterable[CatalogLane]) -> None:
        """See `Writer`."""
        self._replace_all(tables.lanes, [plain(lane) for lane in lanes])

    def approval_rules(self) -> list[ApprovalRule]:
        """See `Reader`."""
        rules = select(tables.approval_rules).order_by(tables.approval_rules.c.position)
        return [rows.rule_of(row) for row in self._rows(rules)]

    def replace_approval_rules(self, rules: Iterable[ApprovalRule]) -> None:
        """See `Writer`."""
        new_rows = [rows.rule_row(rule, position=position) for position, rule in enumerate(rules, start=1)]
        self._replace_all(tables.approval_rules, new_rows)

    # People and tokens

    def people(self) -> list[Person]:
        """See `Reader`."""
        return sorted((rows.person_of(row) for row in self._rows(select(tables.people))), key=lambda one: one.login)

    def person(self, login: str) -> Person | None:
        """See `Reader`."""
        found = self._rows(select(tables.people).where(tables.people.c.login == login))
        return rows.person_of(found[0]) if found else None

    def save_person(self, person: Person) -> None:
        """See `Writer`."""
        self._put(tables.people, rows.person_row(person))

    def credentials(self, login: str) -> Credentials | None:
        """See `Reader`."""
        found = self._rows(select(tables.credentials).where(tables.credentials.c.login == login))
        return rows.credentials_of(found[0]) if found else None

    def save_credentials(self, credentials: Credentials) -> None:
        """See `Writer`."""
        self._put(tables.credentials, plain(credentials))

    def tokens(self) -> list[Token]:
        """See `Reader`."""
        found = self._rows(select(tables.tokens))
        return sorted((rows.token_of(row) for row in found), key=lambda token: token.token_id)

    def token(self, token_id: str) -> Token | None:
        """See `Reader`."""
        found = self._rows(select(tables.tokens).where(tables.tokens.c.token_id == token_id))
        return rows.token_of(found[0]) if found else None

    def token_of_hash(self, token_hash: str) -> Token | None:
        """See `Reader`."""
        found = self._rows(select(tables.tokens).where(tables.tokens.c.token_hash == token_hash))
        return rows.token_of(found[0]) if found else None

    def save_token(self, token: Token) -> None:
        """See `Writer`."""
        self._put(tables.tokens, rows.token_row(token))

    def save_token_hashes(self, hashes: Mapping[str, str]) -> None:
        """See `Writer`."""
        for token_id, token_hash in hashes.items():
            same = tables.tokens.c.token_id == token_id
            self._connection.execute(update(tables.tokens).where(same).values(token_hash=token_hash))

    # Journal and handled commands

    def journal(self, *, transfer_order_id: str | None = None) -> list[Entry]:
        """See `Reader`."""
        journal = tables.journal
        conditions = [] if transfer_order_id is None else [journal.c.transfer_order_id == transfer_order_id]
        return [
            rows.entry_of(row) for row in self._rows(select(journal).where(*conditions).order_by(journal.c.sequence))
        ]

    def last_entry(self) -> Entry | None:
        """See `Reader`."""
        found = self._rows(select(tables.journal).order_by(tables.journal.c.sequence.desc()).limit(1))
        return rows.entry_of(found[0]) if found else None

    def append_entry(self, entry: Entry) -> None:
        """See `Writer`."""
        self._insert(tables.journal, [rows.entry_row(entry)])

    def handled_command(self, idempotency_key: str) -> HandledCommand | None:
        """See `Reader`."""
        handled = tables.handled_commands
        found = self._rows(select(handled).where(handled.c.idempotency_key == idempotency_key))
        return HandledCommand(**found[0]) if found else None

    def handled_keys(self) -> set[str]:
        """See `Reader`."""
        return set(self._connection.execute(select(tables.handled_commands.c.idempotency_key)).scalars())

    def save_handled_command(self, handled: HandledCommand) -> None:
        """See `Writer`."""
        self._insert(tables.handled_commands, [plain(handled)])
