"""The system of record and the warehouse: orders that people placed come in, the catalog and the rules go out.

Does not hold: accounts. A password must be shown to a person once, so people are added by `diaobo run` and
`diaobo user` (`pipelines/people.py`), never by a run that nobody watches.
"""

import datetime as dt
from collections.abc import Iterator

import duckdb
from dagster import AssetExecutionContext, AssetKey, AssetSpec, MaterializeResult, asset, multi_asset

from inventory_core.anchors import ANCHOR_FILE, AnchorFile, anchor
from inventory_core.approvals.model import ApprovalRule
from inventory_core.approvals.rules import SetApprovalRules
from inventory_core.catalog.model import CatalogLane, CatalogProduct, CatalogWarehouse, Company
from inventory_core.catalog.register import RegisterCatalog
from inventory_core.export import EXPORT_COLUMNS
from pipelines.defs.keys import WAREHOUSE_POOL, mart, raw
from pipelines.defs.orders.tables import write_core_tables
from pipelines.resources import CompanyResource, WarehouseResource

REGISTERED_CATALOG = AssetKey(["core", "catalog"])


@multi_asset(
    name="core_tables",
    # After the raw tables, though it reads none of them: what people ordered is taken as late as can be.
    specs=[
        AssetSpec(raw(table), deps=[raw("company")], group_name="orders", kinds={"duckdb"}) for table in EXPORT_COLUMNS
    ],
    pool=WAREHOUSE_POOL,
)
def core_tables(company: CompanyResource, warehouse: WarehouseResource) -> Iterator[MaterializeResult]:
    """Orders, shipments, stock and the journal as they stand in the core, whose head is anchored in landing."""
    with company.core() as core:
        exported = core.export()
        anchor(core.storage, AnchorFile(company.load().landing / ANCHOR_FILE), at=dt.datetime.now(dt.UTC))
    with warehouse.connect() as connection:
        write_core_tables(connection, exported=exported)
    for table, rows in exported.items():
        yield MaterializeResult(asset_key=raw(table), metadata={"dagster/row_count": len(rows)})


@asset(
    key=REGISTERED_CATALOG,
    deps=[mart("dim_products"), mart("dim_warehouses"), mart("dim_lanes"), raw("approval_rules")],
    group_name="orders",
    pool=WAREHOUSE_POOL,
)
def registered_catalog(context: AssetExecutionContext, company: CompanyResource, warehouse: WarehouseResource) -> None:
    """The core learns which products, warehouses and lanes there are, what a unit is worth and who must approve."""
    with warehouse.connect(read_only=True) as connection:
        catalog = read_catalog(connection)
        rules = read_approval_rules(connection)
    at = dt.datetime.now(dt.UTC)
    settings, products, warehouses, lanes = catalog
    with company.core() as core:
        core.execute(
            RegisterCatalog(
                actor_id="operator",
                at=at,
                idempotency_key=f"catalog-{context.run_id}",
                company=settings,
                products=products,
                warehouses=warehouses,
                lanes=lanes,
            )
        )
        core.execute(
            SetApprovalRules(actor_id="operator", at=at, idempotency_key=f"rules-{context.run_id}", rules=rules)
        )


def read_catalog(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[Company, tuple[CatalogProduct, ...], tuple[CatalogWarehouse, ...], tuple[CatalogLane, ...]]:
    """Master data of the marts as the core names it; unit values at purchase cost in the base currency."""
    ((currency, zone),) = connection.execute("select base_currency, time_zone from marts.dim_company").fetchall()
    # A listing of one piece wears its FNSKU on the piece; a bundle's label stands for no single product.
    products = connection.execute(
        """
        select
            products.sku,
            products.unit_cost_base_amount,
            products.ean,
            list(distinct listings.fnsku order by listings.fnsku)
        from marts.dim_products as products
        left join marts.dim_listings as listings
            on
                products.sku = listings.sku
                and listings.units_per_listing = 1
                and not listings.is_bundle
        group by products.sku, products.unit_cost_base_amount, products.ean
        order by products.sku
        """
    ).fetchall()
    warehouses = connection.execute(
        "select warehouse_id, warehouse_kind from marts.dim_warehouses order by warehouse_id"
    ).fetchall()
    lanes = connection.execute("select origin_id, destination_id, mode from marts.dim_lanes order by all").fetchall()
    return (
        Company(base_currency=currency, time_zone=zone),
        tuple(
            CatalogProduct(
                sku=sku,
                unit_value=value,
                codes=tuple(dict.fromkeys(code.strip() for code in (ean, *fnskus) if code and code.strip())),
            )
            for sku, value, ean, fnskus in products
        ),
        tuple(CatalogWarehouse(warehouse_id=name, warehouse_kind=kind) for name, kind in warehouses),
        tuple(CatalogLane(origin_id=origin, destination_id=to, mode=mode) for origin, to, mode in lanes),
    )


def read_approval_rules(connection: duckdb.DuckDBPyConnection) -> tuple[ApprovalRule, ...]:
    """The company's rules in the order of their ids, minimum values in the base currency at the as-of date's rate."""
    rows = connection.execute(
        """
        select
            rules.rule_id,
            rules.role,
            cast(rules.minimum_value_amount * coalesce(rates.rate_to_base, 1) as decimal(18, 4)),
            rules.mode,
            rules.destination_id,
            rules.destination_kind
        from raw.approval_rules as rules
        cross join raw.company as company
        left join intermediate.int_products__rates_extended as rates
            on
                rates.currency = coalesce(rules.value_currency, company.base_currency)
                and company.as_of_date >= rates.valid_from_date
                and company.as_of_date < rates.valid_to_date
        order by rules.rule_id
        """
    ).fetchall()
    return tuple(
        ApprovalRule(
            rule_id=rule_id,
            role=role,
            minimum_value=minimum,
            mode=mode,
            destination_id=destination,
            destination_kind=kind,
        )
        for rule_id, role, minimum, mode, destination, kind in rows
    )
