"""The movements that a discrepancy's reason makes: where missing units went, where surplus ones came from.

Belongs here: reason → movements. Does not: whether the reason may be given (`handlers.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from inventory_core.errors import Refused
from inventory_core.receiving.model import CLAIMS, WITHIN_TOLERANCE
from inventory_core.stock_ledger.free_stock import picks, take
from inventory_core.stock_ledger.model import (
    Condition,
    Movement,
    Place,
    PlaceKind,
    StockKey,
    changes,
    in_transit,
    over_received,
    warehouse_bin,
)
from inventory_core.storage.ports import Reader
from inventory_core.transfer_orders.model import TransferOrder


class UnableToResolveDiscrepancy(Refused):
    """There are not that many units to explain, or not where the reason says they are."""


def movements_of(
    *,
    kind: str,
    resolution: str,
    shipment_id: str,
    sku: str,
    units: int,
    order: TransferOrder,
    store: Reader,
    just_moved: tuple[Movement, ...] = (),
) -> tuple[Movement, ...]:
    """Movements of one resolution; none where a reason changes nothing about where units are.

    `just_moved` are movements of the same command, which the ledger does not show yet.

    Raises: UnableToResolveDiscrepancy when the ledger has not got the units where the reason takes them from.
    """
    wanted = {sku: units}
    if kind == "short":
        left = Counter(_at(PlaceKind.IN_TRANSIT, shipment_id, sku, store))
        way = in_transit(shipment_id)
        left.update({key: moved for key, moved in changes(just_moved).items() if (key.place, key.sku) == (way, sku)})
        taken, _ = take(left, wanted=wanted)
        return _moved(taken, to_place=_where_missing_went(resolution, shipment_id, order))
    if kind == "damaged":
        return _mended(order.destination_id, wanted, store) if resolution == "miscounted_at_destination" else ()
    if resolution == "found_later":
        taken, missing = take(_at(PlaceKind.LOST, shipment_id, sku, store), wanted=wanted)
        if missing:
            raise UnableToResolveDiscrepancy(
                f"only {units - missing[sku]} {sku} of this shipment were lost before: give another reason"
            )
    elif resolution in ("unexplained", WITHIN_TOLERANCE):
        taken = {StockKey(place=Place(place_kind=PlaceKind.ADJUSTMENT, place_id=shipment_id), sku=sku): units}
    else:
        warehouse_id = order.origin_id if resolution == "miscounted_at_origin" else order.destination_id
        taken, missing = picks(store, warehouse_id=warehouse_id, wanted=wanted)
        if missing:
            raise UnableToResolveDiscrepancy(
                f"{warehouse_id} has {units - missing[sku]} good {sku}, not {units}: count its stock first, "
                "or give another reason"
            )
    return _moved(taken, to_place=over_received(shipment_id))


def _where_missing_went(resolution: str, shipment_id: str, order: TransferOrder) -> Place:
    if resolution in ("lost", WITHIN_TOLERANCE, *CLAIMS):
        return Place(place_kind=PlaceKind.LOST, place_id=shipment_id)
    if resolution == "damaged":
        return Place(place_kind=PlaceKind.DAMAGED, place_id=shipment_id)
    return warehouse_bin(order.origin_id if resolution == "miscounted_at_origin" else order.destination_id)


def _mended(warehouse_id: str, wanted: Mapping[str, int], store: Reader) -> tuple[Movement, ...]:
    """Damaged units that are good: the count was wrong, not the goods."""
    [sku] = wanted
    found = _at(PlaceKind.WAREHOUSE, warehouse_id, sku, store)
    damaged = {key: units for key, units in found.items() if key.condition is Condition.DAMAGED}
    taken, missing = take(damaged, wanted=wanted)
    if missing:
        raise UnableToResolveDiscrepancy(
            f"{warehouse_id} has {wanted[sku] - missing[sku]} damaged {sku}, not {wanted[sku]}: count its stock first"
        )
    return tuple(
        Movement(
            sku=sku,
            units=units,
            from_place=key.place,
            to_place=key.place,
            lot=key.lot,
            from_condition=Condition.DAMAGED,
            to_condition=Condition.GOOD,
        )
        for key, units in taken.items()
    )


def _at(kind: PlaceKind, place_id: str, sku: str, store: Reader) -> dict[StockKey, int]:
    return store.balances(place_kind=kind, place_id=place_id, skus=[sku])


def _moved(taken: Mapping[StockKey, int], *, to_place: Place) -> tuple[Movement, ...]:
    return tuple(
        Movement(
            sku=key.sku,
            units=units,
            from_place=key.place,
            to_place=to_place,
            lot=key.lot,
            from_condition=key.condition,
            to_condition=key.condition,
        )
        for key, units in taken.items()
    )
