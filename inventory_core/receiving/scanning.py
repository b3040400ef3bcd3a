"""From what a scanner read to a product: SKU first, then a carton's label, then the codes of the catalog."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from inventory_core.errors import Refused
from inventory_core.receiving.commands import CountedUnits
from inventory_core.receiving.events import ResolvedCount
from inventory_core.storage.ports import Reader
from inventory_core.transfer_orders.model import TransferOrder
from inventory_core.transfer_orders.shipments import Carton


class UnableToReadCode(Refused):
    """A scanned code stands for no product, or for several."""


def resolve_counts(
    counts: Iterable[CountedUnits], *, order: TransferOrder, store: Reader, shipment_id: str | None = None
) -> tuple[ResolvedCount, ...]:
    """Counts by product, a carton's spread over its contents. Every unreadable code is named at once.

    Cartons are those of the shipment, or of all shipments of the order where none is given: labels begin anew in each.

    Raises: UnableToReadCode.
    """
    wanted = list(counts)
    shipments = [one for one in order.shipments if shipment_id in (None, one.shipment_id)]
    labels = Counter(carton.carton_id for shipment in shipments for carton in shipment.cartons)
    cartons = {carton.carton_id: carton for shipment in shipments for carton in shipment.cartons}
    codes = list(dict.fromkeys(count.code for count in wanted))
    known = store.products(codes)
    others = store.skus_of_codes([code for code in codes if code not in known and code not in cartons])
    problems = []
    resolved = []
    for count in wanted:
        if count.code in known:
            contents = {count.code: 1}
        elif count.code in cartons:
            contents = _contents(cartons[count.code])
            if labels[count.code] > 1:
                problems.append(f"several shipments have a carton {count.code}: say which shipment is counted")
            if not contents:
                problems.append(f"nobody noted what is in carton {count.code}: count its products instead")
        else:
            skus = others.get(count.code, ())
            contents = dict.fromkeys(skus, 1)
            if not skus:
                problems.append(f"code {count.code} stands for no product: count by SKU, or add it to the master data")
            elif len(skus) > 1:
                problems.append(f"code {count.code} stands for {' and '.join(skus)}: count by SKU")
        resolved += [
            ResolvedCount(
                code=count.code,
                sku=sku,
                units=count.units * units,
                condition=count.condition,
                bin_id=count.bin_id,
                lot=count.lot,
            )
            for sku, units in contents.items()
        ]
    if problems:
        raise UnableToReadCode(*dict.fromkeys(problems))
    return tuple(resolved)


def _contents(carton: Carton) -> dict[str, int]:
    contents: Counter[str] = Counter()
    for units in carton.contents:
        contents[units.sku] += units.units
    return {sku: units for sku, units in contents.items() if units}
