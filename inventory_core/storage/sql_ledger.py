"""Questions and changes about the stock ledger as SQL; `sql_store.py` inherits them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, bindparam, delete, select
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
from inventory_core.storage.sql_statements import VALUES_PER_STATEMENT, SqlStatements

# More products than this are read whole and chosen here: one long scan beats many long lists of values.
_MAXIMUM_SKUS_ASKED_FOR = VALUES_PER_STATEMENT


_CONDITIONS = {condition.value: condition for condition in Condition}


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
        table = stock_tables.stock_balances
        statement = select(table).where(table.c.units != 0)
        if place_kind is not None:
            statement = statement.where(table.c.place_kind == place_kind.value)
        if place_id is not None:
            statement = statement.where(table.c.place_id == place_id)
        found = self._rows(self._of_skus(statement, table, skus))
        places: dict[tuple[str, str, str], Place] = {}
        return {_key_of(row, places): row["units"] for row in found if skus is None or row["sku"] in skus}

    def _of_skus(self, statement: Select[Any], table: Table, skus: Collection[str] | None) -> Select[Any]:
        if skus is None or len(skus) > _MAXIMUM_SKUS_ASKED_FOR:
            return statement
        return statement.where(table.c.sku.in_(list(skus)))

    def movements(self) -> list[RecordedMovement]:
        """See `LedgerReader`."""
        table = stock_tables.stock_movements
        return [
            _movement_of(row) for row in self._rows(select(table).order_by(table.c.entry_sequence, table.c.position))
        ]

    def append_movements(self, movements: Sequence[RecordedMovement]) -> None:
        """See `LedgerWriter`."""
        self._insert(stock_tables.stock_movements, [_movement_row(one) for one in movements])
        rows = [{**_key_row(key), "units": units} for key, units in changes(one.movement for one in movements).items()]
        if rows:
            table = stock_tables.stock_balances
            dialect = self._connection.dialect.name
            add = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
            summed = add.on_conflict_do_update(
                index_elements=list(table.primary_key), set_={"units": table.c.units + add.excluded.units}
            )
            self._connection.execute(summed.values({name: bindparam(name) for name in rows[0]}), rows)

    def reservations(
        self, *, warehouse_id: str | None = None, skus: Collection[str] | None = None
    ) -> list[Reservation]:
        """See `LedgerReader`."""
        table = stock_tables.stock_reservations
        statement = select(table)
        if warehouse_id is not None:
            statement = statement.where(table.c.warehouse_id == warehouse_id)
        found = self._rows(self._of_skus(statement, table, skus))
        chosen = [Reservation(**row) for row in found if skus is None or row["sku"] in skus]
        return sorted(chosen, key=lambda one: (one.transfer_order_id, one.sku))

    def replace_reservations(self, transfer_order_id: str, reservations: Sequence[Reservation]) -> None:
        """See `LedgerWriter`."""
        table = stock_tables.stock_reservations
        self._connection.execute(delete(table).where(table.c.transfer_order_id == transfer_order_id))
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
        found = self._rows(select(stock_tables.stocked_warehouses))
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
