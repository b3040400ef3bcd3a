"""Run again, killed, and read meanwhile: the same input gives the same marts, and readers never notice.

Also: what people approved since the last run is in the next one.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from inventory_core.bootstrap import database_url, open_core
from inventory_core.transfer_orders.commands import (
    ApproveTransferOrder,
    DraftTransferOrder,
    LineToOrder,
    SubmitTransferOrder,
)
from tests.integration.conftest import diaobo, environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copied_company(sample_company: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company, free to be changed by this module's tests, which run in the order of the file."""
    return shutil.copytree(sample_company, tmp_path_factory.mktemp("again") / "company")


def published(folder: Path) -> Path:
    return folder / "published" / "marts.duckdb"


def differing_tables(one: Path, other: Path) -> list[str]:
    """Marts whose rows differ between two publications, tables that only one of them has included."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{one}' as one (read_only)")
        connection.execute(f"attach '{other}' as other (read_only)")
        tables = {
            name: {
                row[0]
                for row in connection.execute(
                    "select table_name from duckdb_tables() where database_name = ? and schema_name = 'marts'", [name]
                ).fetchall()
            }
            for name in ("one", "other")
        }
        different = tables["one"] ^ tables["other"]
        for table in tables["one"] & tables["other"]:
            for first, second in (("one", "other"), ("other", "one")):
                rows = connection.execute(
                    f"select count(*) from (from {first}.marts.{table} except all from {second}.marts.{table})"
                ).fetchall()
                if rows != [(0,)]:
                    different.add(table)
    return sorted(different)


def read_like_the_app(path: Path) -> tuple[int, str]:
    """One look at the publication with a connection of its own: rows of a mart and the run that made them."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{path}' as published (read_only)")
        return connection.execute(
            "select (select count(*) from published.marts.fct_sales_daily), run_id from published.ops.publications"
        ).fetchall()[0]


def looks_while_running(process: subprocess.Popen[str], path: Path) -> Iterator[tuple[int, str]]:
    """Looks at the publication again and again until the process has ended."""
    while True:
        yield read_like_the_app(path)
        try:
            process.communicate(timeout=0.2)
        except subprocess.TimeoutExpired:
            continue
        return


def test_a_killed_run_leaves_yesterdays_marts(copied_company: Path, sample_company: Path) -> None:
    with subprocess.Popen(
        diaobo("run", "--company", str(copied_company), "--verbose"),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        # In the middle of the facts: raw tables are new, some models are, others are not.
        seen = next((line for line in process.stdout if "OK created sql table model intermediate" in line), None)
        process.send_signal(signal.SIGKILL)
    assert seen is not None
    assert process.returncode == -signal.SIGKILL
    assert differing_tables(published(copied_company), published(sample_company)) == []


def test_the_next_run_gives_the_same_marts_while_readers_go_on(copied_company: Path, sample_company: Path) -> None:
    rows, run_before = read_like_the_app(published(sample_company))
    with subprocess.Popen(
        diaobo("run", "--company", str(copied_company)),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        looks = list(looks_while_running(process, published(copied_company)))
    assert process.returncode == 0
    assert {count for count, _ in looks} == {rows}
    assert looks[0][1] == run_before
    assert read_like_the_app(published(copied_company))[1] != run_before
    assert differing_tables(published(copied_company), published(sample_company)) == []


def test_an_approved_order_is_in_the_next_run_and_counts_as_supply(copied_company: Path) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{published(copied_company)}' as published (read_only)")
        connection.execute("use published.marts")
        suggestion_id, origin, destination, mode, sku, units, ship_date, arrival_date = connection.execute(
            "select suggestion_id, origin_id, destination_id, mode, sku, units, ship_date, arrival_date"
            " from fct_transfer_suggestions order by value_amount desc limit 1"
        ).fetchall()[0]
    order_id = place_and_approve(
        copied_company,
        line=LineToOrder(sku=sku, units=units, suggestion_id=suggestion_id, suggested_units=units),
        origin_id=origin,
        destination_id=destination,
        mode=mode,
        ship_date=ship_date,
        arrival_date=arrival_date,
    )
    subprocess.run(diaobo("run", "--company", str(copied_company)), env=environment(), capture_output=True, check=True)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{published(copied_company)}' as published (read_only)")
        connection.execute("use published.marts")
        assert connection.execute(
            "select status, units, line_count from fct_transfer_orders where transfer_order_id = ?", [order_id]
        ).fetchall() == [("approved", units, 1)]
        assert connection.execute(
            "select sku, suggestion_id from fct_transfer_order_lines where transfer_order_id = ?", [order_id]
        ).fetchall() == [(sku, suggestion_id)]
        assert connection.execute(
            "select distinct decision from fct_approvals where transfer_order_id = ?", [order_id]
        ).fetchall() in ([("approved",)], [])
        assert connection.execute(
            "select open_order_units from fct_safety_stocks where warehouse_id = ? and sku = ?", [destination, sku]
        ).fetchall() == [(units,)]
        # The same advice is not raised again while the order for it is open.
        assert connection.execute(
            "select count(*) from fct_transfer_suggestions where suggestion_id = ?", [suggestion_id]
        ).fetchall() == [(0,)]


def place_and_approve(folder: Path, *, line: LineToOrder, **order: object) -> str:
    at = datetime.now(UTC)
    with open_core(database_url(folder, {})) as core:
        people = {person.login: person for person in core.queries.people()}
        drafted = core.execute(
            DraftTransferOrder(
                actor_id=people["planner"].person_id, at=at, idempotency_key="draft", lines=(line,), **order
            )
        )
        submitted = core.execute(
            SubmitTransferOrder(
                actor_id=people["planner"].person_id,
                at=at + timedelta(seconds=1),
                idempotency_key="submit",
                transfer_order_id=drafted.transfer_order_id,
            )
        )
        waiting = submitted.waiting_for_roles
        for number, role in enumerate(waiting):
            core.execute(
                ApproveTransferOrder(
                    actor_id=people[role].person_id,
                    at=at + timedelta(seconds=2 + number),
                    idempotency_key=f"approve-{role}",
                    transfer_order_id=drafted.transfer_order_id,
                )
            )
        assert core.queries.transfer_order(drafted.transfer_order_id).order.status == "approved"
    return str(drafted.transfer_order_id)
