"""What the warehouses and the forwarder send."""

import numpy as np
import polars as pl
import pytest

from sandbox.network import DE_3PL, DOMESTIC, US_3PL
from sandbox.places import AVAILABLE
from sandbox.planted import PLANTED_ROWS
from sandbox.warehouses import return_files, shipment_files, stock_files


@pytest.mark.parametrize(
    ("warehouse", "date_column", "last_date", "sku_column", "units_column"),
    [
        (DOMESTIC, "日期", "2026-11-01", "商品编码", "可用库存"),
        (US_3PL, "Snapshot Date", "11/01/2026", "Item", "Available"),
        (DE_3PL, "Stichtag", "01.11.2026", "Artikelnummer", "Verfügbar"),
    ],
)
def test_the_last_evening_is_the_worlds(small_world, warehouse, date_column, last_date, sku_column, units_column):
    rows = list(stock_files(small_world, warehouse=warehouse))[-1].rows.unique(maintain_order=True)
    own = rows.filter((pl.col(date_column) == last_date) & (pl.col(sku_column) != "ACME-77-OTHER"))
    expected = small_world.places.evenings[-1, warehouse, AVAILABLE]
    by_sku = dict(own.select(sku_column, units_column).iter_rows())
    for product in small_world.catalog.products:
        assert int(by_sku.get(product.sku, 0)) == expected[product.index]


def test_a_product_stays_on_the_list_when_it_has_run_out(small_world):
    rows = pl.concat([file.rows.cast(pl.String) for file in list(stock_files(small_world, warehouse=US_3PL))[:-1]])
    assert rows.filter(pl.col("Available") == "0").height > 20


def test_returns_are_what_came_back_to_that_warehouse(small_world):
    for warehouse, units_column in ((US_3PL, "Qty"), (DE_3PL, "Menge")):
        (file,) = return_files(small_world, warehouse=warehouse)
        listings, wanted = small_world.catalog.listings, small_world.wanted
        expected = sum(
            item.units for item in small_world.returns if listings[wanted.listing[item.line]].warehouse == warehouse
        )
        rows = file.rows if warehouse == DE_3PL else file.rows.filter(pl.col("RMA") != "RMA-LOST")
        assert rows[units_column].cast(pl.Int64).sum() == expected > 0


def test_the_forwarder_lists_what_has_left_with_what_was_counted(small_world):
    (file,) = shipment_files(small_world)
    rows = file.rows.filter(pl.col("货件号") != "SHP-CAMEL")
    sent = [shipment for shipment in small_world.shipments if shipment.is_dispatched]
    assert set(rows["货件号"]) == {shipment.shipment_id for shipment in sent}
    assert rows["发货数量"].cast(pl.Int64).sum() == sum(shipment.units.sum() for shipment in sent)
    assert rows["已收数量"].cast(pl.Int64).sum() == sum(shipment.received.sum() for shipment in sent)
    unfinished = rows.filter(pl.col("完成日期") == "")["货件号"].unique().to_list()
    assert set(unfinished) == {shipment.shipment_id for shipment in sent if not shipment.is_finished}


def test_planted_rows_are_few_named_once_and_mostly_refused():
    names = [row.name for row in PLANTED_ROWS]
    assert len(set(names)) == len(names) == 11
    assert sum(row.action == "refused" for row in PLANTED_ROWS) == 9


def test_shipments_hold_whole_pieces(small_world):
    assert all(np.issubdtype(shipment.units.dtype, np.integer) for shipment in small_world.shipments)
