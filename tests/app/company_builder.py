"""A small company for the app's tests: its folder, its published marts with the real columns, people in its core.

Belongs here: what the pages need to have something to show, made without Dagster or dbt in under a second. Does not:
truth about the pipeline (`tests/integration/` builds a real warehouse).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from inventory_core.access.commands import DisablePerson, EnsurePeople, PersonToAdd
from inventory_core.bootstrap import database_url, open_core
from inventory_core.catalog.model import CatalogLane, CatalogProduct, CatalogWarehouse, Company
from inventory_core.catalog.register import RegisterCatalog
from inventory_core.transfer_orders.commands import DraftTransferOrder, LineToOrder, SubmitTransferOrder

AS_OF = date(2026, 11, 2)
LONG_TITLE = (
    "Foldable LED desk lamp with wireless charger, five colors, USB-C, dimmable, very long marketplace title 可折叠台灯"
)

TABLES = """
create schema marts; create schema ops;
create table ops.publications (published_at timestamp, run_id varchar, as_of_date date);
create table marts.dim_company (company_name varchar, base_currency varchar, time_zone varchar, kind varchar,
    as_of_date date, latest_sale_date date, freq varchar, review_days int);
create table marts.dim_products (sku varchar, title varchar, category varchar, ean varchar, supplier_id varchar,
    origin_country varchar, hs_code varchar, weight_kg double, length_cm double, width_cm double, height_cm double,
    volume_cbm double, carton_units bigint, moq_units bigint, purchase_lead_time_days bigint,
    purchase_cost_amount decimal(18,4), purchase_cost_currency varchar, unit_cost_base_amount decimal(18,4),
    list_price_amount decimal(18,4), list_price_currency varchar, base_currency varchar, has_battery boolean,
    is_hazmat boolean, first_sale_date date);
create table marts.dim_warehouses (warehouse_id varchar, warehouse_name varchar, warehouse_kind varchar,
    country varchar, time_zone varchar);
create table marts.dim_lanes (lane_id varchar, origin_id varchar, destination_id varchar, mode varchar,
    carrier varchar, lead_time_days double, lead_time_sd_days double, review_days bigint);
create table marts.fct_sales_daily (sale_date date, shop_id varchar, warehouse_id varchar, sku varchar,
    sold_units bigint, returned_units bigint, cancelled_units bigint, bulk_units bigint, revenue_amount decimal(18,4),
    revenue_currency varchar, revenue_base_amount decimal(18,4), base_currency varchar, is_promotion boolean);
create table marts.fct_stock_daily (stock_date date, warehouse_id varchar, sku varchar, on_hand_units bigint,
    available_units bigint, reserved_units bigint, unfulfillable_units bigint, researching_units bigint,
    in_transit_units bigint, stock_value_amount decimal(18,4), stock_value_currency varchar, is_filled boolean);
create table marts.fct_in_transit (shipment_id varchar, waybill varchar, origin_id varchar, destination_id varchar,
    mode varchar, carrier varchar, sku varchar, in_transit_units bigint, milestone varchar, milestone_at timestamp,
    ship_date date, expected_date date, eta_p50_date date, eta_p90_date date, value_amount decimal(18,4),
    value_currency varchar, is_delayed boolean);
create table marts.fct_shipment_milestones (shipment_id varchar, waybill varchar, milestone varchar,
    event_at timestamp, place varchar, description varchar, original_code varchar, is_forecast boolean);
create table marts.fct_demand_forecasts (warehouse_id varchar, sku varchar, forecast_date date, forecast_units double,
    forecast_q05_units double, forecast_q50_units double, forecast_q95_units double, model varchar);
create table marts.fct_safety_stocks (warehouse_id varchar, sku varchar, as_of_date date, available_units bigint,
    in_transit_units bigint, open_order_units bigint, purchase_units bigint, position_units bigint,
    mean_daily_units double, protection_days double, demand_until_arrival_units double, safety_stock_units bigint,
    reorder_point_units bigint, order_up_to_units bigint, stock_out_date date, days_of_cover double, model varchar,
    is_below_safety_stock boolean, is_below_reorder_point boolean);
create table marts.fct_transfer_suggestions (suggestion_id varchar, as_of_date date, origin_id varchar,
    destination_id varchar, mode varchar, sku varchar, units bigint, ship_date date, arrival_date date,
    available_units bigint, in_transit_units bigint, open_order_units bigint, purchase_units bigint,
    planned_units bigint, position_units bigint, later_units bigint, demand_until_arrival_units double,
    demand_until_next_arrival_units double, expected_lost_before_arrival_units double, protection_units double,
    order_up_to_units bigint, carton_units bigint, origin_available_units bigint, freight_amount decimal(18,4),
    freight_currency varchar, value_amount decimal(18,4), value_currency varchar, expected_lost_units_avoided double,
    expected_benefit_amount decimal(18,4), reason_code varchar, reason varchar, reason_zh varchar);
create table marts.fct_purchase_suggestions (suggestion_id varchar, as_of_date date, supplier_id varchar,
    warehouse_id varchar, sku varchar, units bigint, order_by_date date, need_by_date date, expected_date date,
    moq_units bigint, purchase_lead_time_days bigint, short_units bigint, value_amount decimal(18,4),
    value_currency varchar, reason_code varchar, reason varchar, reason_zh varchar);
create table marts.fct_stock_alerts (alert_id varchar, as_of_date date, alert_kind varchar, severity varchar,
    warehouse_id varchar, sku varchar, units bigint, alert_date date, amount decimal(18,4), currency varchar,
    message varchar, message_zh varchar);
create table marts.fct_purchase_orders (purchase_order_id varchar, supplier_id varchar, warehouse_id varchar,
    sku varchar, ordered_units bigint, received_units bigint, open_units bigint, unit_cost_amount decimal(18,4),
    unit_cost_currency varchar, ordered_date date, expected_date date);
create table marts.fct_feed_health (feed varchar, entity varchar, file_count bigint, read_rows bigint,
    accepted_rows bigint, skipped_rows bigint, refused_rows bigint, corrected_rows bigint, latest_date date);
create table marts.fct_quarantined_rows (feed varchar, entity varchar, file varchar, row_number bigint,
    column_name varchar, rule varchar, message varchar, row_json varchar);
"""

WAREHOUSES = [
    ("CN-SZX", "Shenzhen 深圳总仓", "domestic", "CN", "Asia/Shanghai"),
    ("US-LAX", "Los Angeles third-party warehouse", "third_party", "US", "America/Los_Angeles"),
    ("FBA-US", "Amazon FBA US", "fba", "US", "America/Los_Angeles"),
    ("DE-HAM", "Hamburg", "third_party", "DE", "Europe/Berlin"),
]
LANES = [("CN-SZX", "US-LAX", "sea", 32), ("US-LAX", "FBA-US", "truck", 5), ("CN-SZX", "DE-HAM", "rail", 24)]
PRODUCTS = [("LAMP-01", LONG_TITLE, 24, "18.50"), ("CABLE-2M", "USB-C cable 2 m", 100, "1.20")] + [
    (f"CASE-{number:02}", f"Phone case, color {number}", 40, f"{2 + number}.25") for number in range(1, 7)
]

FACTS = """
insert into marts.fct_sales_daily
select d::date, case when w.warehouse_id = 'DE-HAM' then 'amazon_de' else 'amazon_us' end, w.warehouse_id, p.sku, u, 0,
    0, 0, u * 3 * p.unit_cost_base_amount, 'USD', u * 3 * p.unit_cost_base_amount, 'USD', false
from generate_series(?::date - 400, ?::date - 1, interval 1 day) t(d), marts.dim_warehouses w, marts.dim_products p,
    lateral (select (3 + 2 * sin(dayofyear(d::date) / 58.0) + (hash(p.sku, d, w.warehouse_id) % 4)::int)::int u)
where w.warehouse_kind <> 'domestic' and not (p.sku = 'LAMP-01' and d::date between ?::date - 40 and ?::date - 31);
insert into marts.fct_stock_daily
select d::date, w.warehouse_id, p.sku, a + 6, a, 4, 2, 1, 20, (a + 6) * p.unit_cost_base_amount, 'USD', false
from generate_series(?::date - 400, ?::date - 1, interval 1 day) t(d), marts.dim_warehouses w, marts.dim_products p,
    lateral (select case when p.sku = 'LAMP-01' and d::date between ?::date - 40 and ?::date - 31 then 0
        when w.warehouse_kind = 'domestic' then 4000 else 60 + (dayofyear(d::date) * 7 % 90) end::bigint a);
insert into marts.fct_demand_forecasts
select w.warehouse_id, p.sku, d::date, 5 + dayofweek(d::date) * 0.1, 2, 5, 9, 'prophet'
from generate_series(?::date, ?::date + 119, interval 1 day) t(d), marts.dim_warehouses w, marts.dim_products p
where w.warehouse_kind <> 'domestic';
insert into marts.fct_safety_stocks
select w.warehouse_id, p.sku, ?, 100, 20, 0, 0, 120, 5, 39, 160, 70, 230, 300, ?::date + 20, 20, 'prophet',
    p.sku in ('LAMP-01', 'CABLE-2M'), true
from marts.dim_warehouses w, marts.dim_products p where w.warehouse_kind <> 'domestic';
insert into marts.fct_transfer_suggestions
select md5(l.lane_id || p.sku), ?, l.origin_id, l.destination_id, l.mode, p.sku, p.carton_units * 5, ?::date + 3,
    ?::date + 3 + l.lead_time_days::int, 100, 20, 0, 0, 0, 120, 0, 160, 230, 0, 70, 300, p.carton_units, 4000,
    p.carton_units * 0.9, 'USD', p.carton_units * 5 * p.unit_cost_base_amount, 'USD', 60,
    3 * 60 * p.unit_cost_base_amount, 'replenish',
    'Position 120 is below the order-up-to level 300; the next arrival is ' || ?::date + 42 || '.',
    '库存水位 120 低于补货目标 300；下一次到货是 ' || ?::date + 42 || '。'
from marts.dim_lanes l, marts.dim_products p;
insert into marts.fct_purchase_suggestions
select md5(sku), ?, supplier_id, 'CN-SZX', sku, moq_units, ?, ?::date + 30, ?::date + 25, moq_units, 25, 180,
    moq_units * unit_cost_base_amount, 'USD', 'network_short', 'No origin has the 180 units that are missing.',
    '没有仓库能提供所缺的 180 件。'
from marts.dim_products limit 3;
insert into marts.fct_in_transit
select 'SHP-' || row_number() over (order by l.lane_id, p.sku), 'WB' || l.mode || 8800, l.origin_id, l.destination_id,
    l.mode, 'COSCO', p.sku, 20, 'departed', ?::timestamp - interval 3 day, ?::date - 4, ?::date + 2, ?::date + 5,
    ?::date + 11, 20 * p.unit_cost_base_amount, 'USD', l.mode = 'sea'
from marts.dim_lanes l, marts.dim_products p where p.sku in ('LAMP-01', 'CASE-01');
insert into marts.fct_shipment_milestones
select shipment_id, waybill, unnest(['picked_up', 'departed', 'delivered']),
    unnest([?::timestamp - interval 4 day, ?::timestamp - interval 3 day, ?::timestamp + interval 5 day]),
    unnest(['Shenzhen', 'Yantian port', null]), unnest(['Picked up', 'Vessel has left', null]),
    unnest(['PU', 'DEP', null]), unnest([false, false, true]) from marts.fct_in_transit;
insert into marts.fct_stock_alerts values
    ('a1', $as_of, 'below_safety_stock', 'high', 'US-LAX', 'LAMP-01', 40, $as_of, 740, 'USD',
        'Position 30 is below the safety stock 70.', '库存水位 30 低于安全库存 70。'),
    ('a2', $as_of, 'stock_out_before_arrival', 'high', 'FBA-US', 'CABLE-2M', 120, $as_of + 6, 144, 'USD',
        'Runs out on 2026-11-08, nothing arrives before 2026-11-13.', '2026-11-08 断货，2026-11-13 之前没有到货。'),
    ('a3', $as_of, 'shipment_delayed', 'medium', 'US-LAX', 'LAMP-01', 20, $as_of + 5, 370, 'USD',
        'SHP-3 is expected 3 days late.', 'SHP-3 预计晚到 3 天。'),
    ('a4', $as_of, 'feed_refused_rows', 'medium', null, null, 1, null, null, null,
        'amazon_us_orders: 1 row was refused.', 'amazon_us_orders：拒收 1 行。');
insert into marts.fct_feed_health values
    ('amazon_us_orders', 'order_lines', 3, 1200, 1199, 0, 1, 0, $as_of - 1),
    ('master', 'products', 1, 8, 8, 0, 0, 0, null);
insert into marts.fct_quarantined_rows values ('amazon_us_orders', 'order_lines', 'orders-2026-11-01.tsv', 17,
    'quantity', 'units_are_not_negative', '-2 is negative: pass 0 or more', '{}');
insert into marts.fct_purchase_orders values
    ('PO-7', 'SUP-1', 'US-LAX', 'LAMP-01', 100, 0, 100, 18.5, 'USD', $as_of - 20, $as_of + 12);
"""


def build_company(folder: Path, *, name: str = "Sample Seller", publish: bool = True) -> Path:
    """Writes `company.toml` and, unless told otherwise, published marts into the folder, which it returns."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "company.toml").write_text(
        f'[company]\nname = "{name}"\nbase_currency = "USD"\ntime_zone = "America/Los_Angeles"\nkind = "sandbox"\n'
        f"as_of = {AS_OF}\n[policy]\nservice_level = 0.95\n",
        encoding="utf-8",
    )
    if publish:
        publish_marts(folder)
    return folder


PEOPLE = [
    ("pia", "Pia Planner", ("planner",), "en"),
    ("dora", "Dora Both", ("planner", "supervisor"), "en"),
    ("sven", "Sven Supervisor", ("supervisor",), "en"),
    ("fang", "Fang Finance 方财务", ("finance",), "zh"),
    ("vera", "Vera Viewer", ("viewer",), "en"),
    ("wei", "Wei Warehouse 仓管", ("warehouse",), "en"),
    ("ada", "Ada Admin", ("admin",), "en"),
]


def add_people(folder: Path) -> dict[str, str]:
    """Gives the company a core with the catalog of the marts and the demo people; their passwords by login."""
    at = datetime.combine(AS_OF, time(17), tzinfo=UTC)
    warehouses = [CatalogWarehouse(warehouse_id=row[0], warehouse_kind=row[2]) for row in WAREHOUSES]
    with open_core(database_url(folder, {}), create=True) as core:
        core.execute(
            RegisterCatalog(
                actor_id="operator",
                at=at,
                idempotency_key="catalog",
                company=Company(base_currency="USD", time_zone="America/Los_Angeles"),
                products=tuple(CatalogProduct(sku=row[0], unit_value=Decimal(row[3])) for row in PRODUCTS),
                warehouses=tuple(warehouses),
                lanes=tuple(CatalogLane(origin_id=row[0], destination_id=row[1], mode=row[2]) for row in LANES),
            )
        )
        outcome = core.execute(
            EnsurePeople(
                actor_id="operator",
                at=at,
                idempotency_key="people",
                people=tuple(
                    PersonToAdd(login=login, name=name, roles=roles, language=language)
                    for login, name, roles, language in PEOPLE
                ),
            )
        )
    return dict(outcome.secrets)


def disable(folder: Path, login: str) -> None:
    """Closes an account, as an admin would."""
    with open_core(database_url(folder, {})) as core:
        core.execute(
            DisablePerson(
                actor_id="operator",
                at=datetime.combine(AS_OF, time(19), tzinfo=UTC),
                idempotency_key=f"disable-{login}",
                login=login,
            )
        )


def submit_order(folder: Path, *, key: str = "first", actor_id: str = "pia") -> str:
    """An order of two lines that waits for approval; its document number."""
    at = datetime.combine(AS_OF, time(18), tzinfo=UTC)
    with open_core(database_url(folder, {})) as core:
        drafted = core.execute(
            DraftTransferOrder(
                actor_id=actor_id,
                at=at,
                idempotency_key=f"draft-{key}",
                origin_id="CN-SZX",
                destination_id="US-LAX",
                mode="sea",
                ship_date=AS_OF,
                arrival_date=AS_OF + timedelta(days=32),
                lines=(
                    LineToOrder(sku="LAMP-01", units=144, suggestion_id=f"advice-{key}", suggested_units=120),
                    LineToOrder(sku="CASE-01", units=80),
                ),
            )
        )
        core.execute(
            SubmitTransferOrder(
                actor_id=actor_id,
                at=at,
                idempotency_key=f"submit-{key}",
                transfer_order_id=str(drafted.transfer_order_id),
            )
        )
    return str(drafted.document_number)


def publish_marts(folder: Path, *, as_of: date = AS_OF) -> Path:
    """Puts freshly made marts in the place of the old ones, by an atomic rename as the daily job does."""
    path = folder / "published" / "marts.duckdb"
    path.parent.mkdir(exist_ok=True)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with duckdb.connect(":memory:") as connection:
        # Under another name: a file called marts with a schema called marts makes every `marts.x` ambiguous.
        connection.execute(f"attach '{new}' as published")
        connection.execute("use published")
        connection.execute(TABLES)
        connection.execute("insert into ops.publications values (?, 'run-1', ?)", [f"{as_of} 10:14:00", as_of])
        connection.execute(
            """insert into marts.dim_company values
            ('Sample Seller', 'USD', 'America/Los_Angeles', 'sandbox', ?, ?::date - 1, 'D', 7)""",
            [as_of, as_of],
        )
        connection.executemany("insert into marts.dim_warehouses values (?, ?, ?, ?, ?)", WAREHOUSES)
        connection.executemany(
            "insert into marts.dim_lanes values ($1 || '>' || $2 || '>' || $3, $1, $2, $3, 'COSCO', $4, 3, 7)", LANES
        )
        connection.executemany(
            """insert into marts.dim_products (sku, title, category, supplier_id, carton_units, moq_units,
            purchase_lead_time_days, purchase_cost_amount, purchase_cost_currency, unit_cost_base_amount, base_currency)
            values ($1, $2, 'Accessories', 'SUP-1', $3, 500, 25, $4::decimal(18,4), 'USD', $4::decimal(18,4), 'USD')""",
            PRODUCTS,
        )
        for statement in FACTS.strip().rstrip(";").split(";\n"):
            positional = statement.count("?")
            values = [as_of] * positional if positional else {"as_of": as_of} if "$as_of" in statement else []
            connection.execute(statement, values)
    new.replace(path)
    return path
