"""What is measured of the core's sizes: an order of many lines, and the balances of many products in many places.

Belongs here: one function without arguments per row of the table. Does not: commands a second (`core_commands.py`).
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from inventory_core.bootstrap import Core, open_core
from inventory_core.catalog.model import CatalogProduct
from inventory_core.receiving.commands import CloseTransferOrder, CountedUnits, RecordReceipt
from inventory_core.stock_ledger.commands import BinUnits, SetOpeningStock
from inventory_core.transfer_orders.commands import ApproveTransferOrder, LineToOrder, SubmitTransferOrder
from inventory_core.transfer_orders.shipment_commands import DispatchShipment
from tests.benchmarks.core_company import sku_of
from tests.core_builders import AT, WAREHOUSES, catalog, cheap_passwords, draft, people, sender
from tests.postgresql import administrate, postgresql_server

LINES = 10_000
PRODUCTS, PLACES_PER_WAREHOUSE = 10_000, 5  # in two warehouses: 100,000 balances


def big_order_on_sqlite() -> float:
    """Seconds in which an order of 10,000 lines is dispatched and received."""
    with _sqlite() as core:
        return _dispatch_and_receive(core)


def big_order_on_postgresql() -> float:
    """The same."""
    with _postgresql() as core:
        return _dispatch_and_receive(core)


def balances_on_sqlite() -> float:
    """Seconds in which 100,000 balances are read."""
    with _sqlite() as core:
        return _read_balances(core)


def balances_on_postgresql() -> float:
    """The same."""
    with _postgresql() as core:
        return _read_balances(core)


@contextmanager
def _sqlite() -> Iterator[Core]:
    with tempfile.TemporaryDirectory() as folder, open_core(f"sqlite:///{folder}/core.sqlite", create=True) as core:
        yield core


@contextmanager
def _postgresql() -> Iterator[Core]:
    with postgresql_server(is_durable=True) as url_of:
        administrate(url_of("postgres"), "CREATE DATABASE core")
        with open_core(url_of("core"), create=True) as core:
            yield core


def _set_up(core: Core, *, products: int) -> None:
    known = tuple(CatalogProduct(sku=sku_of(number), unit_value=Decimal("12.50")) for number in range(products))
    with cheap_passwords():
        core.execute(catalog(products=known))
        core.execute(people())


def _stock(core: Core, warehouse_id: str, *, products: int, places: int = 1) -> None:
    counts = tuple(
        BinUnits(sku=sku_of(number), units=100, bin_id=f"A-{place:02d}")
        for number in range(products)
        for place in range(places)
    )
    core.execute(SetOpeningStock(**sender("operator"), warehouse_id=warehouse_id, counts=counts))


def _dispatch_and_receive(core: Core) -> float:
    _set_up(core, products=LINES)
    _stock(core, "cn_main", products=LINES)
    skus = [sku_of(number) for number in range(LINES)]
    order = core.execute(draft(lines=tuple(LineToOrder(sku=sku, units=7) for sku in skus)))
    reference: dict[str, Any] = {"transfer_order_id": str(order.document_number)}
    core.execute(SubmitTransferOrder(**sender("pia"), **reference))
    core.execute(ApproveTransferOrder(**sender("sam"), **reference))
    seconds = _timed(lambda: core.execute(DispatchShipment(**sender("wim"), **reference, waybill="WB-1")))
    counts = tuple(CountedUnits(code=sku, units=7) for sku in skus)
    seconds += _timed(lambda: core.execute(RecordReceipt(**sender("wim"), **reference, counts=counts)))
    core.execute(replace(CloseTransferOrder(**sender("pia"), **reference), at=AT + timedelta(days=1)))
    return seconds


def _read_balances(core: Core) -> float:
    _set_up(core, products=PRODUCTS)
    for warehouse in WAREHOUSES[:2]:
        _stock(core, warehouse.warehouse_id, products=PRODUCTS, places=PLACES_PER_WAREHOUSE)
    wanted = PRODUCTS * PLACES_PER_WAREHOUSE * 2
    seconds = []
    for _ in range(3):  # the second time is what a running program sees
        found: dict[Any, int] = {}
        seconds.append(_timed(lambda found=found: found.update(core.queries.balances())))  # type: ignore[misc]
        assert sum(1 for key in found if key.place.place_kind == "warehouse") == wanted
    return min(seconds)


def _timed(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
