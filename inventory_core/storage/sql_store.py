"""Questions and changes as SQL, over one connection whose transaction `sql.py` began and will end.

Belongs here: statements. Does not: transactions and engines (`sql.py`), what a row means (`rows.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam, func, or_, select, update

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
from inventory_core.storage.sql_shipments import SqlShipments, shipment_statements
from inventory_core.storage.sql_statements import by_order, is_one_of, texts
from inventory_core.transfer_orders.model import Status, TransferOrder

_OrderStatements = tuple[Select[Any], ...]  # headers, lines, steps, shipments, lines of shipments


def _order_statements(*conditions: ColumnElement[bool]) -> _OrderStatements:
    orders, lines, steps = tables.transfer_orders, tables.transfer_order_lines, tables.approval_steps
    wanted = select(orders.c.transfer_order_id).where(*conditions)
    return (
        select(orders).where(*conditions).order_by(orders.c.document_year, orders.c.document_sequence),
        select(lines).where(lines.c.transfer_order_id.in_(wanted)).order_by(lines.c.line_number),
        select(steps).where(steps.c.transfer_order_id.in_(wanted)).order_by(steps.c.step),
        *shipment_statements(wanted),
    )


_REFERENCE = bindparam("reference", type_=Text)
_ONE_ORDER = _order_statements(
    or_(
        tables.transfer_orders.c.transfer_order_id == _REFERENCE, tables.transfer_orders.c.document_number == _REFERENCE
    )
)
_ORDERS_OF_STATUS = _order_statements(tables.transfer_orders.c.status == bindparam("status"))
_ALL_ORDERS = _order_statements()
_LAST_DOCUMENT = select(func.coalesce(func.max(tables.transfer_orders.c.document_sequence), 0)).where(
    tables.transfer_orders.c.document_year == bindparam("year")
)
_COMPANY = select(tables.company.c.base_currency, tables.company.c.time_zone)
_PRODUCTS, _CODES = select(tables.products), select(tables.product_codes).order_by(tables.product_codes.c.position)
_SOME_PRODUCTS = _PRODUCTS.where(is_one_of(tables.products.c.sku, "skus"))
_CODES_OF_SOME = _CODES.where(is_one_of(tables.product_codes.c.sku, "skus"))
_PRODUCTS_OF_CODES = select(tables.product_codes).where(is_one_of(tables.product_codes.c.code, "codes"))
_WAREHOUSES, _LANES, _PEOPLE, _TOKENS = map(select, (tables.warehouses, tables.lanes, tables.people, tables.tokens))
_APPROVAL_RULES = select(tables.approval_rules).order_by(tables.approval_rules.c.position)
_PERSON = _PEOPLE.where(tables.people.c.login == bindparam("login"))
_CREDENTIALS = select(tables.credentials).where(tables.credentials.c.login == bindparam("login"))
_TOKEN_OF_HASH = _TOKENS.where(tables.tokens.c.token_hash == bindparam("token_hash"))
_SET_TOKEN_HASH = (
    update(tables.tokens)
    .where(tables.tokens.c.token_id == bindparam("known_id"))
    .values(token_hash=bindparam("token_hash"))
)
_JOURNAL = select(tables.journal).order_by(tables.journal.c.sequence)
_JOURNAL_OF_ORDER = _JOURNAL.where(tables.journal.c.transfer_order_id == bindparam("transfer_order_id"))
_LAST_ENTRY = select(tables.journal).order_by(tables.journal.c.sequence.desc()).limit(1)
_HANDLED = select(tables.handled_commands).where(tables.handled_commands.c.idempotency_key == bindparam("key"))
_HANDLED_KEYS = select(tables.handled_commands.c.idempotency_key)


class SqlStore(SqlLedger, SqlReceiving, SqlShipments, SqlApprovals, SqlOutbox):
    """A `Writer` over one connection."""

    # Transfer orders

    def transfer_order(self, reference: str) -> TransferOrder | None:
        """See `Reader`."""
        known = self.known.order(reference)
        if known is not None:
            return known
        found = self._orders(_ONE_ORDER, reference=reference)
        for order in found:
            self.known.learn_order(order)
        return found[0] if found else None

    def transfer_orders(self, *, status: Status | None = None) -> list[TransferOrder]:
        """See `Reader`."""
        return self._orders(_ALL_ORDERS) if status is None else self._orders(_ORDERS_OF_STATUS, status=status.value)

    def _orders(self, chosen: _OrderStatements, **values: Any) -> list[TransferOrder]:
        """Five statements for any number of orders."""
        headers, lines, steps, shipments, shipment_lines = self._rows_of_each(chosen, **values)
        lines_of, steps_of = by_order(lines), by_order(steps)
        shipments_of = self._shipments_of(shipments, shipment_lines)
        return [
            rows.order_of(
                row,
                lines=lines_of.get(row["transfer_order_id"], []),
                steps=steps_of.get(row["transfer_order_id"], []),
                shipments=shipments_of.get(row["transfer_order_id"], []),
            )
            for row in headers
        ]

    def last_document_sequence(self, year: int) -> int:
        """See `Reader`."""
        return int(self._value(_LAST_DOCUMENT, year=year))

    def save_transfer_order(self, order: TransferOrder, *, before: TransferOrder | None) -> None:
        """See `Writer`."""
        self._put(tables.transfer_orders, rows.order_row(order))
        self.known.learn_order(order)
        if before is None or before.lines != order.lines:
            self._put_changed(
                tables.transfer_order_lines,
                before=rows.line_rows(before) if before else (),
                after=rows.line_rows(order),
            )
        if before is None or before.steps != order.steps:
            self._put_changed(
                tables.approval_steps, before=rows.step_rows(before) if before else (), after=rows.step_rows(order)
            )
        self._save_shipments(order, before=before)

    # Catalog and rules

    def company(self) -> Company | None:
        """See `Reader`."""
        found = self.known.answer("company", lambda: self._rows(_COMPANY))
        return Company(**found[0]) if found else None

    def save_company(self, company: Company) -> None:
        """See `Writer`."""
        self._put(tables.company, {"company_id": 1, **plain(company)})

    def products(self, skus: Iterable[str] | None = None) -> dict[str, CatalogProduct]:
        """See `Reader`."""
        if skus is None:
            found, codes_found = self._rows_of_each((_PRODUCTS, _CODES))
        else:
            found, codes_found = self._rows_of_each((_SOME_PRODUCTS, _CODES_OF_SOME), skus=texts(skus))
        codes_of: dict[str, list[str]] = {}
        for row in codes_found:
            codes_of.setdefault(row["sku"], []).append(row["code"])
        return {row["sku"]: rows.product_of(row, codes=codes_of.get(row["sku"], ())) for row in found}

    def save_products(self, products: Iterable[CatalogProduct], *, removed_skus: Iterable[str]) -> None:
        """See `Writer`."""
        added = list(products)
        gone = [{"sku": sku} for sku in (*removed_skus, *(product.sku for product in added))]
        for table in (tables.product_codes, tables.products):
            self._remove(table, *gone)
        self._insert(tables.products, [rows.product_row(product) for product in added])
        self._insert(tables.product_codes, [row for product in added for row in rows.code_rows(product)])

    def skus_of_codes(self, codes: Collection[str]) -> dict[str, tuple[str, ...]]:
        """See `LedgerReader`."""
        found: dict[str, list[str]] = {}
        for row in self._rows(_PRODUCTS_OF_CODES, codes=texts(codes)):
            found.setdefault(row["code"], []).append(row["sku"])
        return {code: tuple(sorted(skus)) for code, skus in found.items()}

    def warehouses(self) -> dict[str, CatalogWarehouse]:
        """See `Reader`."""
        found = self.known.answer("warehouses", lambda: [CatalogWarehouse(**row) for row in self._rows(_WAREHOUSES)])
        return {warehouse.warehouse_id: warehouse for warehouse in found}

    def replace_warehouses(self, warehouses: Iterable[CatalogWarehouse]) -> None:
        """See `Writer`."""
        self._replace_all(tables.warehouses, [plain(warehouse) for warehouse in warehouses])

    def lanes(self) -> set[CatalogLane]:
        """See `Reader`."""
        return set(self.known.answer("lanes", lambda: [CatalogLane(**row) for row in self._rows(_LANES)]))

    def replace_lanes(self, lanes: Iterable[CatalogLane]) -> None:
        """See `Writer`."""
        self._replace_all(tables.lanes, [plain(lane) for lane in lanes])

    def approval_rules(self) -> list[ApprovalRule]:
        """See `Reader`."""
        found = self.known.answer("approval rules", lambda: self._rows(_APPROVAL_RULES))
        return [rows.rule_of(row) for row in found]

    def replace_approval_rules(self, rules: Iterable[ApprovalRule]) -> None:
        """See `Writer`."""
        new_rows = [rows.rule_row(rule, position=position) for position, rule in enumerate(rules, start=1)]
        self._replace_all(tables.approval_rules, new_rows)

    # People and tokens

    def people(self) -> list[Person]:
        """See `Reader`."""
        return sorted((rows.person_of(row) for row in self._rows(_PEOPLE)), key=lambda one: one.login)

    def person(self, login: str) -> Person | None:
        """See `Reader`."""
        found = self.known.answer(("person", login), lambda: self._rows(_PERSON, login=login))
        return rows.person_of(found[0]) if found else None

    def save_person(self, person: Person) -> None:
        """See `Writer`."""
        self._put(tables.people, rows.person_row(person))

    def credentials(self, login: str) -> Credentials | None:
        """See `Reader`."""
        found = self._rows(_CREDENTIALS, login=login)
        return rows.credentials_of(found[0]) if found else None

    def save_credentials(self, credentials: Credentials) -> None:
        """See `Writer`."""
        self._put(tables.credentials, plain(credentials))

    def tokens(self) -> list[Token]:
        """See `Reader`."""
        found = self._rows(_TOKENS)
        return sorted((rows.token_of(row) for row in found), key=lambda token: token.token_id)

    def token(self, token_id: str) -> Token | None:
        """See `Reader`."""
        found = self._rows(select(tables.tokens).where(tables.tokens.c.token_id == token_id))
        return rows.token_of(found[0]) if found else None

    def token_of_hash(self, token_hash: str) -> Token | None:
        """See `Reader`."""
        found = self._rows(_TOKEN_OF_HASH, token_hash=token_hash)
        return rows.token_of(found[0]) if found else None

    def save_token(self, token: Token) -> None:
        """See `Writer`."""
        self._put(tables.tokens, rows.token_row(token))

    def save_token_hashes(self, hashes: Mapping[str, str]) -> None:
        """See `Writer`."""
        found = [{"known_id": token_id, "token_hash": token_hash} for token_id, token_hash in hashes.items()]
        self._write(_SET_TOKEN_HASH, found)

    # Journal and handled commands

    def journal(self, *, transfer_order_id: str | None = None) -> list[Entry]:
        """See `Reader`."""
        if transfer_order_id is None:
            found = self._rows(_JOURNAL)
        else:
            found = self._rows(_JOURNAL_OF_ORDER, transfer_order_id=transfer_order_id)
        return [rows.entry_of(row) for row in found]

    def last_entry(self) -> Entry | None:
        """See `Reader`."""
        if self.known.last_entry is None:
            found = self._rows(_LAST_ENTRY)
            self.known.last_entry = rows.entry_of(found[0]) if found else None
        return self.known.last_entry

    def append_entry(self, entry: Entry) -> None:
        """See `Writer`."""
        self._insert(tables.journal, [rows.entry_row(entry)])
        self.known.last_entry = entry

    def handled_command(self, idempotency_key: str) -> HandledCommand | None:
        """See `Reader`."""
        found = self._rows(_HANDLED, key=idempotency_key)
        return HandledCommand(**found[0]) if found else None

    def handled_keys(self) -> set[str]:
        """See `Reader`."""
        return {row["idempotency_key"] for row in self._rows(_HANDLED_KEYS)}

    def save_handled_command(self, handled: HandledCommand) -> None:
        """See `Writer`."""
        self._insert(tables.handled_commands, [plain(handled)])
