"""Commands about stock in warehouses: load, decide, hand back the event with its movements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from inventory_core.decisions import Decided
from inventory_core.errors import Refused
from inventory_core.stock_ledger import commands, events
from inventory_core.stock_ledger.model import (
    Condition,
    Movement,
    Place,
    PlaceKind,
    StockKey,
    movements_to,
    warehouse_bin,
)
from inventory_core.storage.ports import Reader


class UnableToOpenStock(Refused):
    """The warehouse or a product is unknown, or its stock was opened before."""


class UnableToCountStock(Refused):
    """The warehouse or a product is unknown, or its stock was never opened."""


class UnableToMoveStock(Refused):
    """The warehouse or a product is unknown, or there are not that many units where they should come from."""


class UnableToReceivePurchase(Refused):
    """The warehouse or a product is unknown."""


# kind → the place on the other side of the warehouse, and whether units go there (or come from there)
_OTHER_SIDE: dict[str, tuple[PlaceKind, bool]] = {
    "sale": (PlaceKind.CUSTOMER, True),
    "customer_return": (PlaceKind.CUSTOMER, False),
    "scrap": (PlaceKind.DAMAGED, True),
    "loss": (PlaceKind.LOST, True),
    "found": (PlaceKind.LOST, False),
}


def set_opening_stock(command: commands.SetOpeningStock, store: Reader) -> Decided:
    """Balances as they are said to be; what moved before that is settled against the adjustment."""
    _require_known(command, command.counts, store, refusal=UnableToOpenStock)
    opened_at = store.opened_warehouses().get(command.warehouse_id)
    if opened_at is not None:
        raise UnableToOpenStock(f"{command.warehouse_id} was opened on {opened_at.date()}: count its stock instead")
    known = store.balances(place_kind=PlaceKind.WAREHOUSE, place_id=command.warehouse_id)
    counted = dict.fromkeys(known, 0) | _counted(command)
    movements = movements_to(counted, known=known, adjustment_id=command.warehouse_id)
    return Decided(events.StockOpened(warehouse_id=command.warehouse_id, movements=movements))


def count_stock(command: commands.CountStock, store: Reader) -> Decided:
    """The assertion, recorded even where it finds no difference."""
    _require_known(command, command.counts, store, refusal=UnableToCountStock)
    if command.warehouse_id not in store.opened_warehouses():
        raise UnableToCountStock(f"the ledger does not keep {command.warehouse_id}: set its opening stock first")
    skus = {one.sku for one in command.counts}
    known = store.balances(place_kind=PlaceKind.WAREHOUSE, place_id=command.warehouse_id, skus=skus)
    movements = movements_to(_counted(command), known=known, adjustment_id=command.warehouse_id)
    return Decided(events.StockCounted(warehouse_id=command.warehouse_id, counts=command.counts, movements=movements))


def move_stock(command: commands.MoveStock, store: Reader) -> Decided:
    """Movements between bins, or between a bin and the other side."""
    _require_known(command, command.moves, store, refusal=UnableToMoveStock)
    movements = tuple(_movement(command, move) for move in command.moves)
    _require_stock(command, movements, store)
    return Decided(events.StockMoved(warehouse_id=command.warehouse_id, kind=command.kind, movements=movements))


def receive_purchase(command: commands.ReceivePurchase, store: Reader) -> Decided:
    """Movements from the supplier."""
    _require_known(command, command.lines, store, refusal=UnableToReceivePurchase)
    supplier = Place(place_kind=PlaceKind.SUPPLIER, place_id=command.supplier_id)
    return Decided(
        events.PurchaseReceived(
            purchase_order_id=command.purchase_order_id,
            supplier_id=command.supplier_id,
            warehouse_id=command.warehouse_id,
            movements=tuple(
                _between(line, supplier, warehouse_bin(command.warehouse_id, line.bin_id)) for line in command.lines
            ),
        )
    )


def _movement(command: commands.MoveStock, move: commands.MovedUnits) -> Movement:
    here = warehouse_bin(command.warehouse_id, move.bin_id)
    if command.kind == "put_away":
        return _between(move, here, warehouse_bin(command.warehouse_id, move.to_bin_id))
    kind, goes_out = _OTHER_SIDE[command.kind]
    there = Place(place_kind=kind, place_id="" if kind is PlaceKind.CUSTOMER else command.warehouse_id)
    return _between(move, here, there) if goes_out else _between(move, there, here)


def _between(units: commands.BinUnits, from_place: Place, to_place: Place) -> Movement:
    condition = Condition(units.condition)
    return Movement(
        sku=units.sku,
        units=units.units,
        from_place=from_place,
        to_place=to_place,
        lot=units.lot,
        from_condition=condition,
        to_condition=condition,
    )


def _counted(command: commands.SetOpeningStock | commands.CountStock) -> dict[StockKey, int]:
    return {
        StockKey(
            place=warehouse_bin(command.warehouse_id, one.bin_id),
            sku=one.sku,
            lot=one.lot,
            condition=Condition(one.condition),
        ): one.units
        for one in command.counts
    }


def _require_known(
    command: commands.WarehouseCommand, units: Iterable[commands.BinUnits], store: Reader, *, refusal: type[Refused]
) -> None:
    problems = []
    if command.warehouse_id not in store.warehouses():
        problems.append(f"warehouse {command.warehouse_id} is not in the catalog: add it to the master data")
    skus = list(dict.fromkeys(one.sku for one in units))
    known = store.products(skus)
    problems += [f"product {sku} is not in the catalog: add it to the master data" for sku in skus if sku not in known]
    if problems:
        raise refusal(*problems)


def _require_stock(command: commands.MoveStock, movements: tuple[Movement, ...], store: Reader) -> None:
    """Units are there that leave a bin of a warehouse that the ledger keeps, or come back out of what was lost."""
    kinds = {PlaceKind.LOST}
    if command.warehouse_id in store.opened_warehouses():
        kinds.add(PlaceKind.WAREHOUSE)
    wanted: Counter[StockKey] = Counter()
    for movement in movements:
        if movement.from_place.place_kind in kinds:
            wanted[movement.source] += movement.units
    skus = {key.sku for key in wanted}
    known = {
        key: units
        for kind in kinds
        for key, units in store.balances(place_kind=kind, place_id=command.warehouse_id, skus=skus).items()
    }
    problems = [
        f"{units} wanted of {key}, where the ledger has {known.get(key, 0)}: count the stock first"
        for key, units in wanted.items()
        if units > known.get(key, 0)
    ]
    if problems:
        raise UnableToMoveStock(*problems)
