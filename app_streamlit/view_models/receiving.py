"""Receiving: what is expected, the running count of one shipment, and how it compares with what left.

Belongs here: the count as a value, its text form, count lists from files, the comparison. Does not: keeping the count
(`app_streamlit/counts.py`), what a code stands for (the core).
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import pandas as pd

from app_streamlit.i18n import Language
from app_streamlit.i18n.words import CONDITIONS, SHIPMENT_STATUSES, word
from app_streamlit.view_models.shipments import LINE_LIMIT, label
from inventory_core.access.model import Actor
from inventory_core.errors import Malformed
from inventory_core.receiving.commands import CountedUnits
from inventory_core.receiving.events import ResolvedCount
from inventory_core.transfer_orders.model import RESERVING_STATUSES, Status, TransferOrder
from inventory_core.transfer_orders.shipments import Shipment, ShipmentStatus

LIST_BYTES, LIST_ROWS = 1_000_000, 10_000
COUNTABLE = frozenset({*RESERVING_STATUSES, Status.CLOSED})


@dataclass(frozen=True, order=True)
class Stamp:
    """What is true of a scanned unit beside its code."""

    condition: str = "good"
    bin_id: str = ""
    lot: str = ""
    units: int = 1


@dataclass(frozen=True, order=True)
class CountKey:
    """What is counted separately: a code in one condition, bin and lot."""

    code: str
    condition: str = "good"
    bin_id: str = ""
    lot: str = ""


@dataclass(frozen=True)
class Scan:
    """One scan as the field sends it; numbers rise within one instance of the field."""

    number: int
    code: str
    stamp: Stamp


@dataclass(frozen=True)
class Tally:
    """The running count of one shipment by one person. `count_id` makes saving it twice change nothing.

    `seen` is the last scan of a field's instance that is inside: the field repeats what it has no answer for.
    """

    count_id: str
    shipment_label: str = ""
    units: Mapping[CountKey, int] = field(default_factory=dict)
    last: CountKey | None = None
    seen_instance: str = ""
    seen_number: int = 0

    @property
    def total(self) -> int:
        """Everything counted, cartons as one."""
        return sum(self.units.values())

    def added(self, key: CountKey, units: int) -> Tally:
        """With more of something."""
        return replace(self, units={**self.units, key: self.units.get(key, 0) + units}, last=key)

    def corrected(self, key: CountKey, units: int) -> Tally:
        """With exactly that many; 0 takes the line out."""
        others = {known: count for known, count in self.units.items() if known != key}
        return replace(self, units={**others, key: units} if units else others, last=key if units else None)

    def seen(self, instance: str, number: int) -> Tally:
        """Having heard of that scan."""
        return replace(self, seen_instance=instance, seen_number=number)

    def unseen(self, instance: str, scans: Iterable[Scan]) -> list[Scan]:
        """Scans that are not inside yet, in their order."""
        known = self.seen_number if instance == self.seen_instance else 0
        return sorted((scan for scan in scans if scan.number > known), key=lambda scan: scan.number)

    def counts(self) -> tuple[CountedUnits, ...]:
        """What a receipt says."""
        return tuple(counted(key, units) for key, units in self.units.items())

    def text(self) -> str:
        """As JSON, to be kept."""
        return json.dumps(
            {
                "count_id": self.count_id,
                "shipment_label": self.shipment_label,
                "units": [[*asdict(key).values(), units] for key, units in self.units.items()],
                "last": list(asdict(self.last).values()) if self.last else None,
                "seen": [self.seen_instance, self.seen_number],
            },
            ensure_ascii=False,
        )


def tally_of_text(text: str) -> Tally:
    """The inverse of `Tally.text`."""
    told: dict[str, Any] = json.loads(text)
    return Tally(
        count_id=told["count_id"],
        shipment_label=told["shipment_label"],
        units={CountKey(*row[:-1]): row[-1] for row in told["units"]},
        last=CountKey(*told["last"]) if told["last"] else None,
        seen_instance=told["seen"][0],
        seen_number=told["seen"][1],
    )


def counted(key: CountKey, units: int) -> CountedUnits:
    """One line of a receipt. Raises: Malformed."""
    return CountedUnits(code=key.code, units=units, condition=key.condition, bin_id=key.bin_id, lot=key.lot)


def scans_of(sent: object) -> tuple[str, list[Scan]]:
    """Instance and scans that the field sent; what is not of that form is nothing."""
    if not isinstance(sent, Mapping):
        return "", []
    scans = [
        Scan(
            number=int(one["number"]),
            code=str(one["code"]),
            stamp=Stamp(str(one["condition"]), str(one["bin_id"]), str(one["lot"]), int(one["units"])),
        )
        for one in sent.get("scans", ())
    ]
    return str(sent.get("instance", "")), scans


def parse_count_list(content: bytes) -> list[tuple[CountKey, int]]:
    """Lines of a CSV with the columns `code` (or `sku`), `units`, and, if wanted, `condition`, `bin`, `lot`.

    Raises: Malformed, naming the line.
    """
    if len(content) > LIST_BYTES:
        raise Malformed(f"the list has more than {LIST_BYTES:,} bytes: split it")
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    except UnicodeDecodeError as error:
        raise Malformed("the list is not UTF-8: save it as CSV UTF-8") from error
    if len(rows) > LIST_ROWS:
        raise Malformed(f"the list has more than {LIST_ROWS:,} lines: split it")
    if not rows:
        raise Malformed("the list has no lines: pass a header `code,units` and lines below it")
    return [_listed(number, row) for number, row in enumerate(rows, start=2)]


def _listed(number: int, row: Mapping[str, str | None]) -> tuple[CountKey, int]:
    cells = {
        str(name).strip().casefold(): (value or "").strip() for name, value in row.items() if isinstance(value, str)
    }
    code, units = cells.get("code") or cells.get("sku", ""), cells.get("units", "")
    if not code or not units.isdecimal():
        raise Malformed(f"line {number}: needs a code and whole units, not {code!r} and {units!r}")
    key = CountKey(code, cells.get("condition") or "good", cells.get("bin", ""), cells.get("lot", ""))
    try:
        counted(key, int(units))
    except Malformed as problem:
        raise Malformed(f"line {number}: {problem}") from problem
    return key, int(units)


@dataclass(frozen=True)
class Expected:
    """A shipment that a warehouse may count, with its order."""

    order: TransferOrder
    shipment: Shipment

    @property
    def label(self) -> str:
        """What people call it."""
        return label(self.order, self.shipment)


def arriving_at(orders: Iterable[TransferOrder], actor: Actor) -> list[TransferOrder]:
    """Orders to warehouses in his scope: who sees an order because of its origin does not count it."""
    return [order for order in orders if actor.may_see_warehouse(order.destination_id)]


def expected(
    orders: Iterable[TransferOrder], *, warehouse_id: str | None = None, with_others: bool = False
) -> list[Expected]:
    """Shipments under way, the next to arrive first; `with_others` adds planned and received ones."""
    found = [
        Expected(order, shipment)
        for order in orders
        if order.status in COUNTABLE and warehouse_id in (None, order.destination_id)
        for shipment in order.shipments
        if shipment.is_under_way or (with_others and shipment.status is not ShipmentStatus.CANCELLED)
    ]
    return sorted(
        found, key=lambda one: (not one.shipment.is_under_way, one.order.arrival_date, one.order.document_number)
    )


def expected_rows(
    found: Iterable[Expected], *, blind_warehouses: Iterable[str], text: Language, time_zone: str
) -> pd.DataFrame:
    """The first `LINE_LIMIT` of them; units are hidden where the warehouse counts blindly."""
    blind = set(blind_warehouses)
    return pd.DataFrame(
        [
            {
                "shipment": one.label,
                "status": word(text, SHIPMENT_STATUSES, one.shipment.status.value),
                "waybill": one.shipment.transport.waybill,
                "carrier": one.shipment.transport.carrier,
                "origin_id": one.order.origin_id,
                "destination_id": one.order.destination_id,
                "arrival_date": one.order.arrival_date,
                "dispatched": _when(one.shipment.dispatched_at, text, time_zone),
                "units": None
                if one.order.destination_id in blind
                else sum(line.dispatched_units for line in one.shipment.lines),
                "counted_units": sum(line.received_units for line in one.shipment.lines),
            }
            for one in list(found)[:LINE_LIMIT]
        ]
    )


def _when(at: datetime | None, text: Language, time_zone: str) -> str:
    return text.instant(at, time_zone=time_zone) if at else ""


def count_rows(tally: Tally, *, text: Language) -> pd.DataFrame:
    """The running count, the last line first; at most `LINE_LIMIT`."""
    newest = list(tally.units.items())[::-1]
    newest.sort(key=lambda item: item[0] != tally.last)
    return pd.DataFrame(
        [
            {
                "code": key.code,
                "condition": word(text, CONDITIONS, key.condition),
                "bin_id": key.bin_id,
                "lot": key.lot,
                "units": units,
            }
            for key, units in newest[:LINE_LIMIT]
        ]
    )


def key_words(key: CountKey, text: Language) -> str:
    """A counted line in words, for lists to choose from."""
    return " · ".join(part for part in (key.code, word(text, CONDITIONS, key.condition), key.bin_id, key.lot) if part)


def comparison(expected: Expected, counts: Iterable[ResolvedCount], *, text: Language) -> pd.DataFrame:
    """What left, what was counted before and now, and what differs; differences first, at most `LINE_LIMIT`."""
    good, damaged = Counter[str](), Counter[str]()
    for count in counts:
        (good if count.condition == "good" else damaged)[count.sku] += count.units
    ordered = {line.sku for line in expected.order.lines}
    known = {line.sku: line for line in expected.shipment.lines}
    rows = []
    for sku in dict.fromkeys((*known, *good, *damaged)):
        line = expected.shipment.line(sku)
        before_good, before_damaged = line.good_units, line.damaged_units
        arrived = before_good + before_damaged + good[sku] + damaged[sku]
        difference = arrived + line.written_off_units - line.dispatched_units
        rows.append(
            {
                "sku": sku,
                "dispatched_units": line.dispatched_units,
                "good_units": before_good + good[sku],
                "damaged_units": before_damaged + damaged[sku],
                "difference": difference,
                "verdict": _verdict(difference, is_ordered=sku in ordered, text=text),
            }
        )
    rows.sort(key=lambda row: not row["difference"])
    return pd.DataFrame(rows[:LINE_LIMIT])


def _verdict(difference: int, *, is_ordered: bool, text: Language) -> str:
    if not is_ordered:
        return text("Wrong product")
    if difference < 0:
        return text("{units} short", units=text.number(-difference))
    return text("{units} over", units=text.number(difference)) if difference else text("Complete")
