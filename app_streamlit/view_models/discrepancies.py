"""Discrepancies of all orders: which are open, which reasons may be given, which were.

Belongs here: rows and choices. Does not: who may give a reason and what it moves (the core).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from app_streamlit.i18n import Language
from app_streamlit.i18n.words import DISCREPANCY_KINDS, RESOLUTIONS, who, word
from app_streamlit.view_models.shipments import label
from inventory_core.receiving.model import CLAIMS, Discrepancy, Resolution, discrepancies
from inventory_core.receiving.model import RESOLUTIONS as KNOWN_RESOLUTIONS
from inventory_core.transfer_orders.model import TransferOrder

LIMIT = 500


@dataclass(frozen=True)
class OpenDiscrepancy:
    """A discrepancy with units that have no reason yet, and its order."""

    order: TransferOrder
    discrepancy: Discrepancy

    @property
    def shipment_label(self) -> str:
        """What people call the shipment."""
        return label(self.order, self.order.known_shipment(self.discrepancy.shipment_id))

    @property
    def key(self) -> str:
        """The same as long as it is the same discrepancy."""
        one = self.discrepancy
        return f"{one.shipment_id}/{one.kind}/{one.sku}"


def open_ones(orders: Iterable[TransferOrder], *, needle: str = "") -> list[OpenDiscrepancy]:
    """Those of all orders that the needle finds by order, shipment or product, in the order of their orders."""
    found = [
        OpenDiscrepancy(order, one)
        for order in orders
        if order.shipments
        for one in discrepancies(order)
        if one.open_units
    ]
    wanted = needle.strip().casefold()
    return [one for one in found if wanted in f"{one.shipment_label} {one.discrepancy.sku}".casefold()]


def open_rows(found: Iterable[OpenDiscrepancy], text: Language) -> pd.DataFrame:
    """The first `LIMIT`, as they are read."""
    return pd.DataFrame(
        [
            {
                "shipment": one.shipment_label,
                "destination_id": one.order.destination_id,
                "sku": one.discrepancy.sku,
                "kind": word(text, DISCREPANCY_KINDS, one.discrepancy.kind),
                "units": one.discrepancy.units,
                "open_units": one.discrepancy.open_units,
            }
            for one in list(found)[:LIMIT]
        ]
    )


def words(one: OpenDiscrepancy, text: Language) -> str:
    """In one line, for lists to choose from."""
    found = one.discrepancy
    kind = word(text, DISCREPANCY_KINDS, found.kind)
    return f"{one.shipment_label} · {found.sku} · {text.number(found.open_units)} {kind}"


def reasons(kind: str) -> tuple[str, ...]:
    """The reasons that a person may give."""
    return KNOWN_RESOLUTIONS[kind]


def needs_evidence(resolution: str) -> bool:
    """Whether the core asks for evidence."""
    return resolution in CLAIMS


def evidence_of(written: str) -> tuple[str, ...]:
    """Each line that is not blank: claim numbers, addresses of photos."""
    return tuple(line.strip() for line in written.splitlines() if line.strip())


def resolved_rows(
    resolutions: Iterable[Resolution],
    orders: Mapping[str, TransferOrder],
    *,
    people: Mapping[str, str],
    needle: str,
    text: Language,
    time_zone: str,
) -> pd.DataFrame:
    """The newest `LIMIT` reasons about those orders that the needle finds."""
    wanted = needle.strip().casefold()
    rows = []
    for one in sorted(resolutions, key=lambda one: one.entry_sequence, reverse=True):
        order = orders.get(one.transfer_order_id)
        if order is None:  # outside the reader's scope
            continue
        shipment = label(order, order.known_shipment(one.shipment_id))
        if wanted not in f"{shipment} {one.sku}".casefold():
            continue
        rows.append(
            {
                "shipment": shipment,
                "sku": one.sku,
                "kind": word(text, DISCREPANCY_KINDS, one.kind),
                "units": one.units,
                "resolution": word(text, RESOLUTIONS, one.resolution),
                "resolved_by": who(one.resolved_by, people, text),
                "at": text.instant(one.at, time_zone=time_zone),
                "note": one.note,
                "evidence": ", ".join(one.evidence),
            }
        )
        if len(rows) == LIMIT:
            break
    return pd.DataFrame(rows)
