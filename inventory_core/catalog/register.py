"""Registering master data: command, event and handler in one place while there is one of each.

The pipeline sends the whole catalog on every run; the journal keeps only what changed by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from inventory_core.catalog.model import CatalogLane, CatalogProduct, CatalogWarehouse, Company
from inventory_core.commands import Command
from inventory_core.decisions import Decided
from inventory_core.errors import Malformed
from inventory_core.storage.ports import Reader


@dataclass(frozen=True, kw_only=True)
class RegisterCatalog(Command):
    """Make the catalog exactly this: what is not named any more is unknown from now on."""

    company: Company
    products: tuple[CatalogProduct, ...]
    warehouses: tuple[CatalogWarehouse, ...]
    lanes: tuple[CatalogLane, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        warehouse_ids = [warehouse.warehouse_id for warehouse in self.warehouses]
        _check_once((product.sku for product in self.products), name="products")
        _check_once(warehouse_ids, name="warehouses")
        _check_once(self.lanes, name="lanes")
        strays = [str(lane) for lane in self.lanes if not {lane.origin_id, lane.destination_id} <= set(warehouse_ids)]
        if strays:
            raise Malformed(f"lanes must join warehouses of the same catalog: {'; '.join(strays)}")


def _check_once(keys: Iterable[Hashable], *, name: str) -> None:
    twice = [str(key) for key, count in Counter(keys).items() if count > 1]
    if twice:
        raise Malformed(f"{name} must be named once each; named twice: {', '.join(twice)}")


@dataclass(frozen=True, kw_only=True)
class CatalogChanged:
    """What the catalog gained, changed or lost. Warehouses and lanes are few and stand here in full."""

    company: Company
    products: tuple[CatalogProduct, ...]
    removed_skus: tuple[str, ...]
    warehouses: tuple[CatalogWarehouse, ...]
    lanes: tuple[CatalogLane, ...]


def register_catalog(command: RegisterCatalog, store: Reader) -> Decided:
    """Nothing happens when the catalog is already that."""
    known = store.products()
    skus = {product.sku for product in command.products}
    changed = tuple(product for product in command.products if known.get(product.sku) != product)
    removed = tuple(sku for sku in sorted(known) if sku not in skus)
    is_same = (
        not changed
        and not removed
        and store.company() == command.company
        and set(store.warehouses().values()) == set(command.warehouses)
        and store.lanes() == set(command.lanes)
    )
    if is_same:
        return Decided()
    return Decided(
        CatalogChanged(
            company=command.company,
            products=changed,
            removed_skus=removed,
            warehouses=command.warehouses,
            lanes=command.lanes,
        )
    )
