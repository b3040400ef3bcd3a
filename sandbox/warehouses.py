"""What warehouses and the forwarder send: daily stock, returns, the list of shipments. Each in its own manners.

Belongs here: the Shenzhen system's Chinese columns, the American one's, the German one's semicolons and dates, and
the forwarder's list. Numbers come from `world.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from sandbox.network import AMAZON_DE, DE_3PL, DOMESTIC, SHOPIFY, US_3PL, WAREHOUSES
from sandbox.order_lines import date_text, month_index, months_of, order_names
from sandbox.places import AVAILABLE, PREPARING, RESEARCHING, SOLD, UNFULFILLABLE
from sandbox.tables import TableFile
from sandbox.world import Return, World

MODES_ZH = {"sea": "海运", "air": "空运", "rail": "铁路", "express": "快递", "truck": "卡车"}


@dataclass(frozen=True)
class _Manners:
    """How one warehouse writes its daily stock: date pattern, columns, separator, planted rows."""

    folder: str
    date_pattern: str
    date_column: str
    warehouse_column: str
    sku_column: str
    title_column: str
    classes: tuple[tuple[str, tuple[int, ...]], ...]
    separator: str = ","
    with_bom: bool = False


_STOCK = {
    DOMESTIC: _Manners(
        *("domestic", "%Y-%m-%d", "日期", "仓库", "商品编码", "商品名称"),
        (("可用库存", (AVAILABLE,)), ("锁定库存", (SOLD, PREPARING)), ("不良品", (UNFULFILLABLE,))),
        with_bom=True,
    ),
    US_3PL: _Manners(
        *("us_3pl", "%m/%d/%Y", "Snapshot Date", "Facility", "Item", "Description"),
        (
            *(("Available", (AVAILABLE,)), ("Allocated", (SOLD, PREPARING))),
            *(("Damaged", (UNFULFILLABLE,)), ("On Hold", (RESEARCHING,))),
        ),
    ),
    DE_3PL: _Manners(
        *("de_3pl", "%d.%m.%Y", "Stichtag", "Lager", "Artikelnummer", "Bezeichnung"),
        (("Verfügbar", (AVAILABLE,)), ("Reserviert", (SOLD, PREPARING)), ("Gesperrt", (UNFULFILLABLE,))),
        separator=";",
    ),
}


def stock_files(world: World, *, warehouse: int) -> Iterator[TableFile]:
    """Every evening's stock, one file a month; every product that the warehouse has ever held stands in it."""
    parameters, manners = world.parameters, _STOCK[warehouse]
    evenings = world.places.evenings[:, warehouse]
    ever = np.maximum.accumulate(evenings.sum(axis=1) > 0, axis=0)
    day, product = np.nonzero(ever)
    products = world.catalog.products
    table = pl.DataFrame(
        {
            manners.date_column: date_text(parameters, day, manners.date_pattern),
            manners.warehouse_column: np.full(len(day), WAREHOUSES[warehouse].name),
            manners.sku_column: pl.Series([item.sku for item in products]).gather(product),
            manners.title_column: pl.Series([item.title for item in products]).gather(product),
            **{name: evenings[:, list(at)].sum(axis=1)[day, product] for name, at in manners.classes},
        }
    )
    month = month_index(parameters, day)
    for number, name in enumerate(months_of(parameters)):
        rows = table.filter(pl.Series(month == number))
        if number == len(months_of(parameters)) - 1:
            rows = pl.concat([rows.cast(pl.String), *_plant_stock(rows.cast(pl.String), warehouse=warehouse)])
        path = f"inbox/{manners.folder}/stock_{name}.csv"
        yield TableFile(path, rows, separator=manners.separator, with_bom=manners.with_bom)


def _plant_stock(rows: pl.DataFrame, *, warehouse: int) -> list[pl.DataFrame]:
    model = rows.tail(1)
    if warehouse == DOMESTIC:
        # A row of the day before the file's first, which the file does not hold, so that the key is not the fault.
        return [model.with_columns(pl.lit("2000-01-01").alias("日期"), pl.lit("-4").alias("可用库存"))]
    if warehouse == US_3PL:
        return [
            model.with_columns(pl.lit("ACME-77-OTHER").alias("Item")),
            model.with_columns(pl.lit("01/01/2000").alias("Snapshot Date"), pl.lit("n/a").alias("Available")),
        ]
    return [model]


def return_files(world: World, *, warehouse: int) -> Iterator[TableFile]:
    """What buyers sent back to a third-party warehouse, piece by piece of the product."""
    listings = world.catalog.listings
    found = [item for item in world.returns if listings[world.wanted.listing[item.line]].warehouse == warehouse]
    rng = world.parameters.chance(f"warehouse returns {warehouse}")
    minutes = rng.integers(8 * 60, 17 * 60, len(found))
    table = _return_table(world, found, minutes)
    clock = pl.format("{}:{}", (pl.col("minute") // 60).cast(pl.String).str.zfill(2), _two(pl.col("minute") % 60))
    if warehouse == US_3PL:
        rows = table.select(
            pl.col("rma").alias("RMA"),
            pl.format("{} {}", date_text(world.parameters, table["day"].to_numpy(), "%m/%d/%Y"), clock).alias(
                "Received"
            ),
            pl.lit("Shopify").alias("Store"),
            pl.col("order_name").alias("Order"),
            pl.col("sku").alias("Item"),
            pl.col("units").alias("Qty"),
            pl.when("is_good").then(pl.lit("Restocked")).otherwise(pl.lit("Damaged")).alias("Condition"),
        )
        lost = ("RMA-LOST", "", "Shopify", "#1001", world.catalog.products[0].sku, "1", "Restocked")
        undated = pl.DataFrame([lost], schema=rows.columns, orient="row")
        yield TableFile("inbox/us_3pl/returns.csv", pl.concat([rows.cast(pl.String), undated]))
        return
    names = {AMAZON_DE: "Amazon DE", SHOPIFY: "Webshop"}
    rows = table.select(
        pl.col("rma").alias("Retourennummer"),
        pl.format("{} {}", date_text(world.parameters, table["day"].to_numpy(), "%d.%m.%Y"), clock).alias("Eingang"),
        pl.col("shop").replace_strict(names, return_dtype=pl.String).alias("Kanal"),
        pl.col("order_name").alias("Auftrag"),
        pl.col("sku").alias("Artikelnummer"),
        pl.col("units").alias("Menge"),
        pl.when("is_good").then(pl.lit("A-Ware")).otherwise(pl.lit("defekt")).alias("Zustand"),
    )
    yield TableFile("inbox/de_3pl/retouren.csv", rows, separator=";")


def _two(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.zfill(2)


def _return_table(world: World, found: list[Return], minutes: np.ndarray) -> pl.DataFrame:
    listings, products = world.catalog.listings, world.catalog.products
    numbers = dict.fromkeys(("line", "shop", "day", "units"), pl.Int64)
    schema = {**numbers, "rma": pl.String, "sku": pl.String, "is_good": pl.Boolean}
    table = pl.DataFrame(
        {
            "line": [item.line for item in found],
            "shop": [listings[world.wanted.listing[item.line]].shop for item in found],
            "day": [item.day for item in found],
            "minute": minutes,
            "rma": [f"RMA-{number + 1:05d}" for number in range(len(found))],
            "sku": [products[item.product].sku for item in found],
            "units": [item.units for item in found],
            "is_good": [item.is_good for item in found],
        },
        schema_overrides=schema,
    )
    return table.join(order_names(world), on="line", how="left", maintain_order="left")


def shipment_files(world: World) -> Iterator[TableFile]:
    """The forwarder's list: every shipment that has left, line by line, with what was counted so far."""
    parameters, products = world.parameters, world.catalog.products
    rows = []
    for shipment in world.shipments:
        if not shipment.is_dispatched:
            continue
        origin, destination = WAREHOUSES[shipment.lane.origin], WAREHOUSES[shipment.lane.destination]
        finished = str(parameters.date_of(shipment.counts[-1].day)) if shipment.is_finished else ""
        head = [shipment.shipment_id, shipment.waybill, origin.warehouse_id, destination.warehouse_id]
        how = [MODES_ZH[shipment.lane.mode], shipment.lane.carrier]
        dates = [parameters.date_of(shipment.ship_day), parameters.date_of(shipment.expected_day), finished]
        for product in np.flatnonzero(shipment.units).tolist():
            units = [shipment.units[product], shipment.received[product]]
            rows.append([str(cell) for cell in (*head, *how, products[product].sku, *units, *dates)])
    columns = (
        *("货件号", "头程单号", "起运仓", "目的仓", "运输方式", "承运商", "SKU"),
        *("发货数量", "已收数量", "发货日期", "预计到仓", "完成日期"),
    )
    camel = [*rows[-1][:4], "骆驼", *rows[-1][5:]]
    camel[0] = "SHP-CAMEL"
    table = pl.DataFrame([*rows, camel], schema=dict.fromkeys(columns, pl.String), orient="row")
    yield TableFile("inbox/forwarder/头程货件.csv", table, with_bom=True)
