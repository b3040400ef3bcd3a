"""Questions and changes about the stock ledger as SQL; `sql_store.py` inherits them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, Select, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from inventory_core.instants import instant_from_text, instant_text
from inventory_core.stock_ledger.model import (
    Condition,
    Movement,
    Place,
    PlaceKind,
    RecordedMovement,
    Reservation,
    StockKey,
    changes,
)
from inventory_core.storage import stock_tables
from inventory_core.storage.ports import UnableToReadRow
from inventory_core.storage.sql_statements import Rows, SqlStatements, is_one_of, texts

_CONDITIONS = {condition.value: condition for condition in Condition}
_MOVEMENTS = select(stock_tables.stock_movements).order_by(
    stock_tables.stock_movements.c.entry_sequence, stock_tables.stock_movements.c.position
)
_OPENED_WAREHOUSES = select(stock_tables.stocked_warehouses)


@cache
def _chosen(table: Table, *names: str, has_skus: bool) -> Select[Any]:
    """Rows of a table whose columns of these names have given values, and whose products are among `skus`."""
    statement = select(table).where(*(table.c[name] == bindparam(name) for name in names))
    return statement.where(is_one_of(table.c.sku, "skus")) if has_skus else statement


@cache
def _add_to_balances(dialect: str) -> Insert:
    table = stock_tables.stock_balances
    add = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    adding = add.values({column.name: bindparam(column.name) for column in table.columns}).inline()
    return adding.on_conflict_do_update(
        index_elements=list(table.primary_key), set_={"units": table.c.units + adding.excluded.units}
    )


class SqlLedger(SqlStatements):
    """The ledger's part of a `Writer`."""

    def balances(
        self,
        *,
        place_kind: PlaceKind | None = None,
        place_id: str | None = None,
        skus: Collection[str] | None = None,
    ) -> dict[StockKey, int]:
        """See `LedgerReader`."""
        asked = {"place_kind": None if place_kind is None else place_kind.value, "place_id": place_id}
        places: dict[tuple[str, str, str], Place] = {}
        found = self._chosen_rows(stock_tables.stock_balances, asked, skus)
        return {_key_of(row, places): row["units"] for row in found if row["units"]}

    def _chosen_rows(self, table: Table, asked: Mapping[str, str | None], skus: Collection[str] | None) -> Rows:
        given = {name: value for name, value in asked.items() if value is not None}
        statement = _chosen(table, *given, has_skus=skus is not None)
        return self._rows(statement, **given, **({} if skus is None else {"skus": texts(skus)}))

    def movements(self) -> list[RecordedMovement]:
        """See `LedgerReader`."""
        return [_movement_of(row) for row in self._rows(_MOVEMENTS)]

    def append_movements(self, movements: Sequence[RecordedMovement]) -> None:
        """See `LedgerWriter`."""
        self._insert(stock_tables.stock_movements, [_movement_row(one) for one in movements])
        sums = changes(one.movement for one in movements)
        self._write(
            _add_to_balances(self._connection.dialect.name),
            [{**_key_row(key), "units": units} for key, units in sums.items()],
        )

    def reservations(
        self, *, warehouse_id: str | None = None, skus: Collection[str] | None = None
    ) -> list[Reservation]:
        """See `LedgerReader`."""
        found = self._chosen_rows(stock_tables.stock_reservations, {"warehouse_id": warehouse_id}, skus)
        return sorted((Reservation(**row) for row in found), key=lambda one: (one.transfer_order_id, one.sku))

    def replace_reservations(self, transfer_order_id: str, reservations: Sequence[Reservation]) -> None:
        """See `LedgerWriter`."""
        table = stock_tables.stock_reservations
        self._remove(table, {"transfer_order_id": transfer_order_id})
        self._insert(
            table,
            [
                {
                    "transfer_order_id": one.transfer_order_id,
                    "warehouse_id": one.warehouse_id,
                    "sku": one.sku,
                    "units": one.units,
                }
                for one in reservations
            ],
        )

    def opened_warehouses(self) -> dict[str, datetime]:
        """See `LedgerReader`."""
        found = self.known.answer("opened warehouses", lambda: self._rows(_OPENED_WAREHOUSES))
        return {row["warehouse_id"]: instant_from_text(row["opened_at"]) for row in found}

    def save_opened_warehouse(self, warehouse_id: str, at: datetime) -> None:
        """See `LedgerWriter`."""
        self._put(stock_tables.stocked_warehouses, {"warehouse_id": warehouse_id, "opened_at": instant_text(at)})


def _key_row(key: StockKey) -> dict[str, Any]:
    return {
        "place_kind": key.place.place_kind.value,
        "place_id": key.place.place_id,
        "bin_id": key.place.bin_id,
        "sku": key.sku,
        "lot": key.lot,
        "condition": key.condition.value,
    }


def _key_of(row: dict[str, Any], places: dict[tuple[str, str, str], Place]) -> StockKey:
    """The key of a balance. `places` are those met before: many products lie in few places."""
    named = (row["place_kind"], row["place_id"], row["bin_id"])
    try:
        place = places.get(named) or Place(place_kind=PlaceKind(named[0]), place_id=named[1], bin_id=named[2])
        places[named] = place
        return StockKey(place=place, sku=row["sku"], lot=row["lot"], condition=_CONDITIONS[row["condition"]])
    except (ValueError, KeyError) as error:
        raise UnableToReadRow(f"a balance of {row['sku']} cannot be read: {error}") from error


def _movement_row(recorded: RecordedMovement) -> dict[str, Any]:
    movement = recorded.movement
    return {
        "entry_sequence": recorded.entry_sequence,
        "position": recorded.position,
        "at": instant_text(recorded.at),
        "event_type": recorded.event_type,
        "transfer_order_id": recorded.transfer_order_id,
        "sku": movement.sku,
        "lot": movement.lot,
        "units": movement.units,
        "from_kind": movement.from_place.place_kind.value,
        "from_id": movement.from_place.place_id,
        "from_bin_id": movement.from_place.bin_id,
        "from_condition": movement.from_condition.value,
        "to_kind": movement.to_place.place_kind.value,
        "to_id": movement.to_place.place_id,
        "to_bin_id": movement.to_place.bin_id,
        "to_condition": movement.to_condition.value,
    }


def _movement_of(row: dict[str, Any]) -> RecordedMovement:
    try:
        movement = Movement(
            sku=row["sku"],
            lot=row["lot"],
            units=row["units"],
            from_place=Place(
                place_kind=PlaceKind(row["from_kind"]), place_id=row["from_id"], bin_id=row["from_bin_id"]
            ),
            from_condition=Condition(row["from_condition"]),
            to_place=Place(place_kind=PlaceKind(row["to_kind"]), place_id=row["to_id"], bin_id=row["to_bin_id"]),
            to_condition=Condition(row["to_condition"]),
        )
        return RecordedMovement(
            entry_sequence=row["entry_sequence"],
            position=row["position"],
            at=instant_from_text(row["at"]),
            event_type=row["event_type"],
            transfer_order_id=row["transfer_order_id"],
            movement=movement,
        )
    except ValueError as error:
        where = f"movement {row['position']} of entry {row['entry_sequence']}"
        raise UnableToReadRow(f"{where} cannot be read: {error}", sequence=row["entry_sequence"]) from error
