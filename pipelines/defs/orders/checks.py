"""Truths about the core's record, asked of its export in the marts and of the core itself before anything is published.

Does not hold: what the record must obey while it is written (`inventory_core/stock_ledger/invariants.py`).
"""

from __future__ import annotations

from dagster import AssetCheckResult, asset_check

from inventory_core.anchors import ANCHOR_FILE, AnchorFile
from inventory_core.verification import verify
from pipelines.defs.keys import mart, raw
from pipelines.resources import CompanyResource, WarehouseResource

SHOWN_ROWS = 5


@asset_check(
    asset=mart("fct_stock_movements"),
    additional_deps=[mart("fct_transfer_order_lines")],
    name="units_are_conserved",
    blocking=True,
)
def moved_units_are_conserved(warehouse: WarehouseResource) -> AssetCheckResult:
    """Movements sum to the balances of every place, and what left is received, on its way or written off."""
    with warehouse.connect(read_only=True) as connection:
        places = connection.execute(
            """
            with moved as (
                select to_kind as kind, coalesce(to_id, '') as id, coalesce(to_bin_id, '') as bin, sku,
                    coalesce(lot, '') as lot, to_condition as stock_condition, units
                from marts.fct_stock_movements
                union all
                select from_kind, coalesce(from_id, ''), coalesce(from_bin_id, ''), sku, coalesce(lot, ''),
                    from_condition, -units
                from marts.fct_stock_movements
                union all
                select place_kind, place_id, bin_id, sku, lot, condition, -units from raw.core_stock_balances
            )
            select kind || ' ' || id || ' ' || sku, sum(units)
            from moved
            group by kind, id, bin, sku, lot, stock_condition
            having sum(units) != 0
            order by all
            """
        ).fetchall()
        lines = connection.execute(
            """
            select
                shipment_id || ' ' || sku,
                dispatched_units - good_units - damaged_units - in_transit_units - written_off_units + over_units
            from raw.core_shipment_lines
            where dispatched_units
                != good_units + damaged_units + in_transit_units + written_off_units - over_units
            union all
            select 'movements of ' || sku, sum(units_delta)
            from (
                select sku, to_id as shipment_id, units as units_delta
                from marts.fct_stock_movements where to_kind = 'in_transit'
                union all
                select sku, from_id, -units from marts.fct_stock_movements where from_kind = 'in_transit'
                union all
                select sku, shipment_id, -in_transit_units from raw.core_shipment_lines
            )
            group by shipment_id, sku
            having sum(units_delta) != 0
            order by all
            """
        ).fetchall()
        ((movement_count,),) = connection.execute("select count(*) from marts.fct_stock_movements").fetchall()
    wrong = [f"{name}: {units} units too many" for name, units in (*places, *lines)]
    return AssetCheckResult(
        passed=not wrong,
        description="; ".join(wrong[:SHOWN_ROWS]) or f"{movement_count} movements, no unit lost",
        metadata={"movements": int(movement_count), "wrong": len(wrong)},
    )


@asset_check(asset=mart("fct_transfer_order_lines"), additional_deps=[mart("fct_transfer_orders")], blocking=True)
def closed_orders_have_nothing_in_transit(warehouse: WarehouseResource) -> AssetCheckResult:
    """No unit of an order that is over is on its way, or waits to leave."""
    with warehouse.connect(read_only=True) as connection:
        rows = connection.execute(
            """
            select orders.document_number, lines.sku, lines.in_transit_units, lines.open_units
            from marts.fct_transfer_order_lines as lines
            inner join marts.fct_transfer_orders as orders on lines.transfer_order_id = orders.transfer_order_id
            where
                orders.status in ('closed', 'rejected', 'cancelled')
                and (lines.in_transit_units != 0 or lines.open_units != 0)
            order by all
            """
        ).fetchall()
    told = "; ".join(f"{order} {sku}: {moving} in transit, {open_} open" for order, sku, moving, open_ in rows[:5])
    return AssetCheckResult(passed=not rows, description=told or "what is over has nothing on its way")


@asset_check(asset=raw("core_journal"), blocking=True)
def the_journal_is_whole(company: CompanyResource) -> AssetCheckResult:
    """The core's chain, its anchors in landing, its stored state and its units, as `diaobo verify` looks at them."""
    anchors = AnchorFile(company.load().landing / ANCHOR_FILE).read()
    with company.core() as core:
        found = verify(core, anchors=anchors)
    told = None if found.first_break is None else found.first_break.message
    return AssetCheckResult(
        passed=found.is_sound,
        description=told or f"{found.entry_count} entries, {len(anchors)} anchors",
        metadata={"entries": found.entry_count, "anchors": len(anchors)},
    )
