"""One order from draft to closed: after each step the marts hold every unit once, and the plan's position never jumps.

The order is driven through the sample company's own core. dbt builds and tests the models once; after each step the
same compiled SQL runs again in the same order, without dbt's seconds of starting. What leaves the sum leaves it by a
decision that somebody took: lost, damaged, given up.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from inventory_core.bootstrap import Core, database_url, open_core
from inventory_core.receiving import commands as receiving
from inventory_core.transfer_orders import commands as orders
from inventory_core.transfer_orders import shipment_commands as shipments
from inventory_core.transfer_orders.shipments import ShipmentUnits
from pipelines.defs.orders.tables import write_core_tables
from pipelines.defs.planning.inputs import read_planning_frames, read_settings
from tests.integration.conftest import environment

pytestmark = pytest.mark.slow

UNITS = 60
# Everything about an order and its units, nothing of demand and of the plan.
AFFECTED = [
    "int_stock__movements_signed+",
    "int_transit__shipments_matched+",
    "int_planning__open_orders_selected+",
    "fct_transfer_orders",
    "fct_transfer_order_lines",
    "fct_receipt_discrepancies",
    "fct_receipts",
    "fct_order_events",
    "fct_stock_movements",
]
ELSEWHERE = ["int_demand__periods_measured+", "source:planning+", "resource_type:unit_test"]


@dataclass(frozen=True)
class Counted:
    """One product as the marts count it: free at the origin, to come and there at the destination, and all of it."""

    origin_free: int
    open_order: int
    in_transit: int
    destination_free: int
    on_hand: int

    @property
    def expected(self) -> int:
        """What the destination has or will have: the plan's position."""
        return self.open_order + self.in_transit + self.destination_free


class Company:
    """A copy of the sample company whose models are rebuilt after each command."""

    def __init__(self, folder: Path, core: Core, repository: Path) -> None:
        self.folder, self.core, self.project = folder, core, repository / "dbt_project"
        self.warehouse = folder / "warehouse.duckdb"
        self.order_id, self._count = "", 0
        self._models: list[tuple[str, str]] = []
        self._at = dt.datetime.now(dt.UTC).replace(microsecond=0)
        self.people = {role: person.login for person in core.queries.people() for role in person.roles}
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            self.origin, self.destination, self.mode, self.sku, self.as_of = connection.execute(
                """
                select lanes.origin_id, lanes.destination_id, lanes.mode, origin.sku, company.as_of_date
                from raw.lanes as lanes
                cross join raw.company as company
                inner join raw.warehouses as warehouses on warehouses.warehouse_id = lanes.origin_id
                inner join intermediate.int_planning__stock_selected as origin
                    on origin.warehouse_id = lanes.origin_id
                inner join intermediate.int_planning__stock_selected as destination
                    on destination.warehouse_id = lanes.destination_id and destination.sku = origin.sku
                where warehouses.warehouse_kind = 'domestic' and origin.available_units > 200
                order by all limit 1
                """
            ).fetchall()[0]

    def send(self, command: type, role: str, **fields: Any) -> Any:
        """One command by whoever has the role, a minute after the one before."""
        self._count += 1
        self._at += dt.timedelta(minutes=1)
        if self.order_id:
            fields["transfer_order_id"] = self.order_id
        return self.core.execute(
            command(actor_id=self.people[role], at=self._at, idempotency_key=f"step-{self._count}", **fields)
        )

    def rebuild(self) -> Counted:
        """The core's export and every model that hangs on it; what the marts then say of the product."""
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            write_core_tables(connection, exported=self.core.export())
            for relation, compiled in self._models:
                connection.execute(f"create or replace table {relation} as {compiled}")
        return self.counted()

    def build(self) -> None:
        """The models and their tests by dbt itself, which also says what `rebuild` runs."""
        target = self.folder / "var" / "dbt"
        self._dbt("build", "--select", *AFFECTED, "--exclude", *ELSEWHERE, "--indirect-selection", "cautious")
        results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
        # In the order in which they were done, so that each finds what it reads.
        self._models = [
            (result["relation_name"], result["compiled_code"])
            for result in results
            if result["unique_id"].startswith("model.")
        ]

    def _dbt(self, *arguments: str) -> None:
        result = subprocess.run(
            [
                str(Path(sys.executable).parent / "dbt"), *arguments, "--project-dir", ".", "--profiles-dir", ".",
                "--target-path", str(self.folder / "var" / "dbt"), "--log-path", str(self.folder / "var" / "logs"),
            ],
            cwd=self.project,
            env={**environment(), "DIAOBO_WAREHOUSE": str(self.warehouse), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        assert result.returncode == 0, result.stdout

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the warehouse."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query, list(values)).fetchall()

    def counted(self) -> Counted:
        """From the frames that planning reads and the marts that people see, which must say the same."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            frames, settings = read_planning_frames(connection), read_settings(connection)
            ((on_hand, moving, shown_free),) = connection.execute(
                """
                with latest as (
                    select warehouse_id, max(stock_date) as stock_date from marts.fct_stock_daily group by warehouse_id
                )
                select
                    sum(on_hand_units), sum(in_transit_units) filter (stock.warehouse_id = ?),
                    sum(available_units) filter (stock.warehouse_id = ?)
                from marts.fct_stock_daily as stock
                inner join latest using (warehouse_id, stock_date)
                where stock.sku = ? and stock.warehouse_id in (?, ?)
                """,
                [self.destination, self.origin, self.sku, self.origin, self.destination],
            ).fetchall()
        stock = {(row["warehouse_id"], row["sku"]): row["available_units"] for row in frames.stock.to_dicts()}
        mine = [row for row in frames.open_orders.to_dicts() if row["sku"] == self.sku]
        waiting = sum(row["units"] for row in mine if not row["is_reserved"])
        in_transit = sum(
            row["units"]
            for row in frames.in_transit.to_dicts()
            if (row["warehouse_id"], row["sku"]) == (self.destination, self.sku)
        )
        assert (moving, shown_free) == (in_transit, stock[self.origin, self.sku])
        assert settings.as_of_date == self.as_of
        return Counted(
            origin_free=stock[self.origin, self.sku] - waiting,
            open_order=sum(row["units"] for row in mine if row["destination_id"] == self.destination),
            in_transit=in_transit,
            destination_free=stock[self.destination, self.sku],
            on_hand=int(on_hand),
        )

    def feed_tells(self, *, waybill: str, units: int) -> None:
        """The warehouse's shipment list and the carrier get to know a shipment of the core."""
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(
                """
                insert into raw.shipment_lines by name
                select 'list-77' as shipment_id, ? as waybill, ? as origin_id, ? as destination_id, ? as mode,
                    ? as sku, ? as shipped_units, 0 as received_units, as_of_date - 1 as ship_date, 'list' as _feed
                from raw.company
                """,
                [waybill, self.origin, self.destination, self.mode, self.sku, units],
            )
            connection.execute(
                """
                insert into raw.tracking_events by name
                select ? as waybill, 'departed' as milestone, 'D' as original_code,
                    cast(as_of_date - 1 as timestamp) as event_at, 'carrier' as _feed
                from raw.company
                """,
                [waybill],
            )


@pytest.fixture(scope="module")
def company(sample_company: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = shutil.copytree(sample_company, tmp_path_factory.mktemp("order") / "company")
    with open_core(database_url(folder, {})) as core:
        found = Company(folder, core, repository)
        found.build()
        yield found


def test_every_unit_of_an_order_is_counted_once_through_its_whole_life(company: Company) -> None:
    before = company.rebuild()

    drafted = company.send(
        orders.DraftTransferOrder,
        "planner",
        origin_id=company.origin,
        destination_id=company.destination,
        mode=company.mode,
        ship_date=company.as_of,
        arrival_date=company.as_of + dt.timedelta(days=30),
        lines=(orders.LineToOrder(sku=company.sku, units=UNITS),),
    )
    company.order_id = drafted.transfer_order_id
    assert company.rebuild() == before

    submitted = company.send(orders.SubmitTransferOrder, "planner")
    promised = replace(before, origin_free=before.origin_free - UNITS, open_order=before.open_order + UNITS)
    assert company.rebuild() == promised

    for role in submitted.waiting_for_roles:
        company.send(orders.ApproveTransferOrder, role)
    assert company.rebuild() == promised

    company.send(
        shipments.DispatchShipment,
        "admin",
        waybill="DIAOBO77",
        lines=(ShipmentUnits(sku=company.sku, units=40),),
    )
    company.feed_tells(waybill="DIAOBO77", units=39)
    under_way = replace(
        promised,
        open_order=promised.open_order - 40,
        in_transit=promised.in_transit + 40,
        on_hand=promised.on_hand - 40,
    )
    assert company.rebuild() == under_way
    assert company.rows(
        "select source, milestone, in_transit_units, document_number from marts.fct_in_transit where waybill = ?",
        "DIAOBO77",
    ) == [("both", "departed", 40, drafted.document_number)]

    shipment = company.rows("select shipment_id from marts.fct_in_transit where waybill = 'DIAOBO77'")[0][0]
    company.send(
        receiving.RecordReceipt,
        "admin",
        shipment_id=shipment,
        counts=(
            receiving.CountedUnits(code=company.sku, units=25),
            receiving.CountedUnits(code=company.sku, units=5, condition="damaged"),
        ),
    )
    arrived = replace(
        under_way,
        in_transit=under_way.in_transit - 30,
        destination_free=under_way.destination_free + 25,
        on_hand=under_way.on_hand + 30,
    )
    assert company.rebuild() == arrived
    # Five came damaged: they are there, and cannot be sold. Nothing else has changed since the order was submitted.
    assert arrived.expected == promised.expected - 5
    assert arrived.on_hand + arrived.in_transit == before.on_hand + before.in_transit

    company.send(receiving.CompleteReceiving, "admin", shipment_id=shipment)
    company.send(
        receiving.ResolveDiscrepancy,
        "supervisor",
        shipment_id=shipment,
        sku=company.sku,
        kind="short",
        units=10,
        resolution="lost",
    )
    company.send(
        receiving.ResolveDiscrepancy,
        "supervisor",
        shipment_id=shipment,
        sku=company.sku,
        kind="damaged",
        units=5,
        resolution="damaged",
    )
    lost = replace(arrived, in_transit=arrived.in_transit - 10)
    assert company.rebuild() == lost

    company.send(orders.CancelTransferOrder, "planner", reason="The rest is not wanted any more")
    given_up = replace(lost, origin_free=lost.origin_free + 20, open_order=lost.open_order - 20)
    assert company.rebuild() == given_up

    company.send(receiving.CloseTransferOrder, "planner")
    assert company.rebuild() == given_up
    assert given_up.open_order == before.open_order
    assert given_up.in_transit == before.in_transit

    assert company.rows(
        """
        select status, dispatched_units, received_good_units, received_damaged_units, over_units, written_off_units,
            lines.in_transit_units, open_units, cancelled_units
        from marts.fct_transfer_order_lines as lines inner join marts.fct_transfer_orders using (transfer_order_id)
        where transfer_order_id = ?
        """,
        company.order_id,
    ) == [("closed", 40, 25, 5, 0, 10, 0, 0, 20)]
    assert company.rows(
        "select discrepancy_kind, units, open_units, reasons from marts.fct_receipt_discrepancies"
        " where transfer_order_id = ? order by all",
        company.order_id,
    ) == [("damaged", 5, 0, "damaged 5"), ("short", 10, 0, "lost 10")]
    assert company.rows("select sum(units) from marts.fct_receipts where transfer_order_id = ?", company.order_id) == [
        (30,)
    ]
    events = [row[0] for row in company.rows("select event_type from marts.fct_order_events order by entry_sequence")]
    assert events[0] == "TransferOrderDrafted"
    assert events[-1] == "TransferOrderClosed"


def test_the_tests_of_the_models_hold_and_the_same_export_gives_the_same_marts(company: Company) -> None:
    def all_rows() -> dict[str, list[tuple[Any, ...]]]:
        tables = company.rows("select table_name from duckdb_tables() where schema_name = 'marts' order by all")
        return {table: company.rows(f"select * from marts.{table} order by all") for (table,) in tables}

    first = all_rows()
    company.build()
    assert all_rows() == first


# Dagster warns about a call of its own when a resource holds another.
@pytest.mark.filterwarnings("ignore:InitResourceContext.dagster_run:DeprecationWarning")
def test_the_checks_pass_on_the_whole_record_and_notice_a_lost_unit(company: Company) -> None:
    with warnings.catch_warnings():
        # Dagster warns about its own dependencies while it is imported.
        warnings.simplefilter("ignore")
        from pipelines.defs.dbt_models.checks import in_transit_is_counted_once
        from pipelines.defs.orders import checks
        from pipelines.resources import CompanyResource, WarehouseResource

    settings = CompanyResource(folder=str(company.folder))
    warehouse = WarehouseResource(company=settings)
    assert checks.the_journal_is_whole(company=settings).passed
    assert in_transit_is_counted_once(warehouse=warehouse).passed
    assert checks.moved_units_are_conserved(warehouse=warehouse).passed
    assert checks.closed_orders_have_nothing_in_transit(warehouse=warehouse).passed

    with duckdb.connect(str(company.warehouse)) as connection:
        connection.execute("update raw.core_stock_balances set units = units - 1 where place_kind = 'lost'")
        connection.execute("update marts.fct_transfer_order_lines set in_transit_units = 3")
    lost = checks.moved_units_are_conserved(warehouse=warehouse)
    moving = checks.closed_orders_have_nothing_in_transit(warehouse=warehouse)
    assert not lost.passed
    assert "1 units too many" in str(lost.description)
    assert not moving.passed
    assert "3 in transit" in str(moving.description)
