"""`make bench`: one table of what was measured, beside the peer of the same run.

Belongs here: the list of rows and the print. Does not: what is measured (`planner.py`, `bench_prophet.py`,
`core_commands.py`, `core_sizes.py`, `imports.py`), how (`measure.py`). `python -m tests.benchmarks core` measures the
rows whose name begins with `core`, and no others.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmarks import bench_prophet, core_commands, core_sizes, first_load, imports, planner
from tests.benchmarks.measure import Pair, measure


@dataclass(frozen=True)
class Row:
    """One measurement; `peer` is measured in the same run, and the ratio is ours / peer of `unit`.

    A function that returns a `Pair` takes turns with its peer itself.
    """

    what: str
    size: str
    function: Callable[[], float | Pair]
    unit: str
    peer: Callable[[], float] | None = None
    peer_name: str = ""
    is_shared: bool = False


ROWS = (
    Row(
        "core, SQLite",
        f"{core_commands.LIVES} lives x 13 commands",
        core_commands.commands_on_sqlite,
        "commands/s",
        peer_name="bare inserts, both synced",
    ),
    Row(
        "core, PostgreSQL",
        f"{core_commands.LIVES} lives x 13 commands",
        core_commands.commands_on_postgresql,
        "commands/s",
        peer_name="bare inserts in one round trip, both synced",
    ),
    Row("core, SQLite, big order", "dispatch + receive 10,000 lines", core_sizes.big_order_on_sqlite, "s"),
    Row("core, PostgreSQL, big order", "dispatch + receive 10,000 lines", core_sizes.big_order_on_postgresql, "s"),
    Row("core, SQLite, balances", "100,000 product x place", core_sizes.balances_on_sqlite, "s"),
    Row("core, PostgreSQL, balances", "100,000 product x place", core_sizes.balances_on_postgresql, "s"),
    Row(
        "import of a CSV",
        "200 MB, 5.6 million rows",
        imports.rows_imported_per_second,
        "rows/s",
        imports.rows_read_per_second,
        "DuckDB reads it",
    ),
    Row(
        "first load by report",
        "1,000,000 order lines",
        first_load.through_the_report_path,
        "lines/s",
        first_load.duckdb_alone,
        "DuckDB alone, unchecked",
    ),
    Row("quantiles from demand paths", "2,000 series x 8 weeks", planner.weekly_paths_of_2000_series, "rows"),
    Row("plan, sea and air, daily", "300 products x 2 shops", planner.daily_plan_of_600_positions, "units"),
    Row("diaobo suggest, one round", "VN2, 599 x 149 weeks", planner.vn2_one_round, "units", is_shared=True),
    Row(
        "VN2 cost, weeks 3-8",
        "last 8 weeks",
        planner.vn2_last_window_of_diaobo,
        "cost",
        planner.vn2_last_window_of_rule_of_thumb,
        "13-week average, 3 weeks' cover",
        is_shared=True,
    ),
    Row(
        "VN2 cost, weeks 3-8",
        f"mean of {planner.WINDOWS} windows",
        planner.vn2_cost_of_diaobo,
        "cost",
        planner.vn2_cost_of_rule_of_thumb,
        "13-week average, 3 weeks' cover",
        is_shared=True,
    ),
    Row(
        "WAPE of 28-day sums, auto",
        "Online Retail II, 300 x 639 days",
        planner.daily_accuracy_of_auto,
        "WAPE",
        planner.daily_accuracy_of_fallback,
        "pooled season, no Prophet",
        is_shared=True,
    ),
)


def main(prefix: str = "") -> None:
    """Measure every row and print the table; rows on real data are left out, and said so, where there are none."""
    print(f"{'what':<30}{'size':<34}{'seconds':>9}{'peak MiB':>10}{'result':>12}  {'peer':>10}{'ratio':>8}  beside")
    for row in ROWS:
        if not row.what.startswith(prefix):
            continue
        if row.is_shared and not planner.shared_folder().is_dir():
            print(f"{row.what:<30}{row.size:<34}  left out: {planner.shared_folder()} is absent")
            continue
        measured = measure(row.function)
        ours, peer, beside = measured.result, measured.peer, row.peer_name
        if row.peer is not None:
            measured_peer = measure(row.peer)
            peer, beside = measured_peer.result, f"{row.peer_name} ({measured_peer.seconds:.1f} s)"
        line = f"{row.what:<30}{row.size:<34}{measured.seconds:>9.1f}{measured.peak_mebibytes:>10.0f}{ours:>12,.3f}"
        print(line + (f"  {peer:>10,.3f}{ours / peer:>8.3f}  {beside}" if peer else f"  {row.unit}"), flush=True)
    if prefix:
        return
    print()
    bench_prophet.main()


if __name__ == "__main__":
    main(*sys.argv[1:2])
