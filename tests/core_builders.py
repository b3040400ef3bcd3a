"""A small company's core for tests: its catalog, its people, and short ways to send commands."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from argon2 import PasswordHasher

from inventory_core.access import passwords
from inventory_core.access.commands import AddPerson, EnsurePeople, PersonToAdd
from inventory_core.bootstrap import Core
from inventory_core.catalog.model import CatalogLane, CatalogProduct, CatalogWarehouse, Company
from inventory_core.catalog.register import RegisterCatalog
from inventory_core.commands import Outcome
from inventory_core.stock_ledger.commands import BinUnits, SetOpeningStock
from inventory_core.storage.memory import MemoryStorage, MemoryStore
from inventory_core.storage.ports import Storage
from inventory_core.transfer_orders import commands

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
SHIP_DATE, ARRIVAL_DATE = date(2026, 11, 5), date(2026, 12, 15)

# login → role; two planners, so that one can be faster than the other
PEOPLE = {
    "pia": "planner",
    "paul": "planner",
    "sam": "supervisor",
    "fay": "finance",
    "wim": "warehouse",
    "vic": "viewer",
    "ada": "admin",
}
COMPANY = Company(base_currency="USD", time_zone="Asia/Shanghai")
PRODUCTS = (
    CatalogProduct(
        sku="CHAIR", unit_value=Decimal("12.3456"), unit_margin=Decimal("7.6544"), codes=("6901234567892", "X001CHAIR")
    ),
    CatalogProduct(sku="LAMP", unit_value=Decimal("3.10"), unit_margin=Decimal("-0.10")),
    CatalogProduct(sku="MYSTERY", unit_value=None),
)
WAREHOUSES = (
    CatalogWarehouse(warehouse_id="cn_main", warehouse_kind="domestic"),
    CatalogWarehouse(warehouse_id="fba_us", warehouse_kind="fba"),
    CatalogWarehouse(warehouse_id="us_3pl", warehouse_kind="third_party"),
)
LANES = (
    CatalogLane(origin_id="cn_main", destination_id="fba_us", mode="sea"),
    CatalogLane(origin_id="cn_main", destination_id="fba_us", mode="air"),
    CatalogLane(origin_id="cn_main", destination_id="us_3pl", mode="sea"),
)

_keys = itertools.count(1)


def sender(actor_id: str, *, key: str | None = None, at: datetime = AT) -> dict[str, Any]:
    """The fields that every command has, with a fresh key unless one is given."""
    return {"actor_id": actor_id, "at": at, "idempotency_key": key or f"key-{next(_keys)}"}


@contextmanager
def cheap_passwords() -> Iterator[None]:
    """Argon2 with the least work inside the block: tests make many accounts and guard nothing."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: cheap)
        yield


def catalog(actor_id: str = "operator", **changes: Any) -> RegisterCatalog:
    """The whole catalog, or one with changes."""
    content = {"company": COMPANY, "products": PRODUCTS, "warehouses": WAREHOUSES, "lanes": LANES, **changes}
    return RegisterCatalog(**sender(actor_id), **content)


def people() -> EnsurePeople:
    """Everyone of PEOPLE."""
    everyone = tuple(PersonToAdd(login=login, name=login.title(), roles=(role,)) for login, role in PEOPLE.items())
    return EnsurePeople(**sender("operator"), people=everyone)


def core_on(storage: Storage) -> Core:
    """A core with catalog and people on that storage."""
    core = Core(storage)
    core.execute(catalog())
    core.execute(people())
    return core


@cache
def _set_up() -> MemoryStore:
    storage = MemoryStorage()
    with cheap_passwords():
        core_on(storage)
    return storage._store


def memory_core() -> Core:
    """A core with catalog and people in memory, at once."""
    return Core(MemoryStorage(_set_up().copy()))


def line(sku: str = "CHAIR", units: int = 40, **fields: Any) -> commands.LineToOrder:
    """A line to order."""
    return commands.LineToOrder(sku=sku, units=units, **fields)


def draft(actor_id: str = "pia", **fields: Any) -> commands.DraftTransferOrder:
    """An order of 40 chairs by sea to Amazon's warehouse, unless fields say otherwise."""
    names = {name: fields.pop(name) for name in ("key", "at") if name in fields}
    content: dict[str, Any] = {
        "origin_id": "cn_main",
        "destination_id": "fba_us",
        "mode": "sea",
        "ship_date": SHIP_DATE,
        "arrival_date": ARRIVAL_DATE,
        "lines": (line(),),
        **fields,
    }
    return commands.DraftTransferOrder(**sender(actor_id, **names), **content)


def submitted(core: Core, actor_id: str = "pia", **fields: Any) -> Outcome:
    """The outcome of an order that was drafted and submitted by one person."""
    order = core.execute(draft(actor_id, **fields))
    return core.execute(commands.SubmitTransferOrder(**sender(actor_id), transfer_order_id=str(order.document_number)))


def approved(core: Core, actor_id: str = "pia", **fields: Any) -> str:
    """The document number of an order that one person submitted and the supervisor approved."""
    number = str(submitted(core, actor_id, **fields).document_number)
    core.execute(commands.ApproveTransferOrder(**sender("sam"), transfer_order_id=number))
    return number


def stocked(core: Core, warehouse_id: str = "cn_main", **units: int) -> None:
    """Opens the warehouse with those units of products, named as keywords."""
    counts = tuple(BinUnits(sku=sku, units=count) for sku, count in units.items())
    core.execute(SetOpeningStock(**sender("operator"), warehouse_id=warehouse_id, counts=counts))


def later(minutes: int) -> datetime:
    """AT and some minutes."""
    return AT + timedelta(minutes=minutes)


def add_person(core: Core, login: str, *roles: str) -> None:
    """Gives somebody an account."""
    with cheap_passwords():
        core.execute(AddPerson(**sender("operator"), person=PersonToAdd(login=login, name=login, roles=roles)))
