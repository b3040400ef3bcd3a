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
from inventory_core.approvals.rules import SetApprovalPolicy, SetApprovalRules
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
        by_rule = company.load().approval_by_rule
        if by_rule is not None:  # where the file says nothing, what an admin set stays
            core.execute(
                SetApprovalPolicy(
                    actor_id="operator",
                    at=at,
                    idempotency_key=f"approval-policy-{context.run_id}",
                    allow_approval_by_rule=by_rule,
                )
            )


def read_catalog(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[Company, tuple[CatalogProduct, ...], tuple[CatalogWarehouse, ...], tuple[CatalogLane, ...]]:
    """Master data of the marts as the core names it, in the base currency.

    A unit's value is its purchase cost, its margin the list price less that; unknown where one of both is.
    """
    ((currency, zone),) = connection.execute("select base_currency, time_zone from marts.dim_company").fetchall()
    # A listing of one piece wears its FNSKU on the piece; a bundle's label stands for no single product.
    products = connection.execute(
        """
        select
            products.sku,
            products.unit_cost_base_amount,
            products.unit_price_base_amount - products.unit_cost_base_amount,
            products.ean,
            list(distinct listings.fnsku order by listings.fnsku)
        from marts.dim_products as products
        left join marts.dim_listings as listings
            on
                products.sku = listings.sku
                and listings.units_per_listing = 1
                and not listings.is_bundle
        group by products.sku, products.unit_cost_base_amount, products.unit_price_base_amount, products.ean
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
                unit_margin=margin,
                codes=tuple(dict.fromkeys(code.strip() for code in (ean, *fnskus) if code and code.strip())),
            )
            for sku, value, margin, ean, fnskus in products
        ),
        tuple(CatalogWarehouse(warehouse_id=name, warehouse_kind=kind) for name, kind in warehouses),
        tuple(CatalogLane(origin_id=origin, destination_id=to, mode=mode) for origin, to, mode in lanes),
    )


def read_approval_rules(connection: duckdb.DuckDBPyConnection) -> tuple[ApprovalRule, ...]:
    """The company's rules in the order of their ids, minimum amounts in the base currency at the as-of date's rate.

    An escalation without a role goes to the admins.
    """
    rows = connection.execute(
        """
        with rates as (
            select
                rates.currency,
                rates.rate_to_base
            from intermediate.int_products__rates_extended as rates
            cross join raw.company as company
            where
                company.as_of_date >= rates.valid_from_date
                and company.as_of_date < rates.valid_to_date
        )

        select
            rules.rule_id,
            rules.role,
            coalesce(rules.stage, 1) as stage,
            coalesce(rules.signatures, 1) as signatures,
            cast(rules.minimum_value_amount * coalesce(value_rates.rate_to_base, 1) as decimal(18, 4))
                as minimum_value,
            cast(rules.minimum_margin_amount * coalesce(margin_rates.rate_to_base, 1) as decimal(18, 4))
                as minimum_margin_at_risk,
            cast(rules.minimum_deviation_share as decimal(18, 4)) as minimum_deviation_share,
            rules.mode,
            rules.origin_id,
            rules.destination_id,
            rules.destination_kind,
            rules.remind_after_hours,
            rules.escalate_after_hours,
            coalesce(rules.escalation_role, if(rules.escalate_after_hours is null, null, 'admin')) as escalation_role
        from raw.approval_rules as rules
        cross join raw.company as company
        left join rates as value_rates
            on value_rates.currency = coalesce(rules.value_currency, company.base_currency)
        left join rates as margin_rates
            on margin_rates.currency = coalesce(rules.margin_currency, company.base_currency)
        order by rules.rule_id
        """
    )
    columns = [column[0] for column in rows.description]
    return tuple(ApprovalRule(**dict(zip(columns, row, strict=True))) for row in rows.fetchall())
