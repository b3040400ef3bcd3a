"""`make bench`: one table of what was measured, beside the peer of the same run.

Belongs here: the list of rows and the print. Does not: what is measured (`planner.py`, `bench_prophet.py`), how
(`measure.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmarks import bench_prophet, first_load, planner
from tests.benchmarks.measure import measure


@dataclass(frozen=True)
class Row:
    """One measurement; `peer` is measured in the same run, and the ratio is ours / peer of `unit`."""

    what: str
    size: str
    function: Callable[[], float]
    unit: str
    peer: Callable[[], float] | None = None
    peer_name: str = ""
    is_shared: bool = False


ROWS = (
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


def main() -> None:
    """Measure every row and print the table; rows on real data are left out, and said so, where there are none."""
    print(f"{'what':<30}{'size':<34}{'seconds':>9}{'peak MiB':>10}{'result':>12}  {'peer':>10}{'ratio':>8}  beside")
    for row in ROWS:
        if row.is_shared and not planner.shared_folder().is_dir():
            print(f"{row.what:<30}{row.size:<34}  left out: {planner.shared_folder()} is absent")
            continue
        ours = measure(row.function)
        line = f"{row.what:<30}{row.size:<34}{ours.seconds:>9.1f}{ours.peak_mebibytes:>10.0f}{ours.result:>12,.3f}"
        if row.peer is not None:
            peer = measure(row.peer)
            line += f"  {peer.result:>10,.3f}{ours.result / peer.result:>8.3f}  {row.peer_name} ({peer.seconds:.1f} s)"
        print(line, flush=True)
    print()
    bench_prophet.main()


if __name__ == "__main__":
    main()
