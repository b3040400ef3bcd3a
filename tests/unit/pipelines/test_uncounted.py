"""Nothing is advised for a warehouse whose stock no source has counted; its levels are still known."""

from __future__ import annotations

import polars as pl

from forecasting.transfer_plan import TransferPlan
from pipelines.defs.planning.uncounted import NEEDS_A_COUNT, keep_counted, uncounted_warehouses, without_lanes_to

STOCK = pl.DataFrame({"warehouse_id": ["counted"], "sku": ["A"], "available_units": [0]})
POSITIONS = pl.DataFrame(
    {
        "warehouse_id": ["counted", "unknown"],
        "safety_stock_units": [5, 7],
        **{name: [1, 1] for name in NEEDS_A_COUNT},
    }
)
PURCHASES = pl.DataFrame({"warehouse_id": ["counted", "unknown"], "units": [10, 20]})
TRANSFERS = pl.DataFrame({"destination_id": ["counted"], "units": [4]})


def test_a_warehouse_with_a_row_of_zero_is_counted() -> None:
    assert uncounted_warehouses(selling=["counted", "unknown"], stock=STOCK) == ["unknown"]


def test_no_lane_leads_where_stock_is_unknown() -> None:
    lanes = pl.DataFrame({"origin_id": ["o", "o"], "destination_id": ["counted", "unknown"]})

    assert without_lanes_to(["unknown"], lanes=lanes)["destination_id"].to_list() == ["counted"]


def test_levels_stay_and_what_needs_a_count_is_null() -> None:
    plan = TransferPlan(transfers=TRANSFERS, purchases=PURCHASES, positions=POSITIONS)

    kept = keep_counted(plan, levels=plan, warehouses=["unknown"])

    assert kept.purchases["units"].to_list() == [10]
    assert kept.transfers.equals(TRANSFERS)
    assert kept.positions["safety_stock_units"].to_list() == [5, 7]
    assert all(kept.positions[name].to_list() == [1, None] for name in NEEDS_A_COUNT)
