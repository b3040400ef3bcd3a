"""A warehouse's system, asked by the job's own assets: its stock stands in `raw`, an outage stops nothing."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.vendor_server import CountingClock, Reply, Vendor

pytestmark = pytest.mark.slow
STOCK = "/api/v1/stock/page/queries"
SECRETS = {"GWMS_ID": "C" * 32, "GWMS_SECRET": "very-secret-of-the-warehouse", "GWMS_KEY": "K" * 32}
SETTINGS = """
[company]
name = "Pulled"
base_currency = "USD"
time_zone = "America/Los_Angeles"
[policy]
service_level = 0.95
[[sources]]
source = "us_3pl"
connector = "gwms"
url = "{url}"
datasets = ["stock"]
options = {{ warehouse_code = "US01" }}
secrets = {{ client_id = "GWMS_ID", client_secret = "GWMS_SECRET", api_key = "GWMS_KEY" }}
[[feeds]]
feed = "us_3pl_stock"
mapping = "{{sources}}/gwms_stock.toml"
files = "extracts/us_3pl/stock/*.jsonl"
constants = {{ warehouse_id = "us_3pl" }}
"""


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    vendor = Vendor(CountingClock())
    vendor.on("POST", "/auth-api/token", {"access_token": "jwt-of-the-warehouse", "expires_in": 3600})
    yield vendor
    vendor.close()


def _materialize(folder: Path) -> Any:
    with warnings.catch_warnings():
        # Dagster and sqlglot warn about their own dependencies and each other.
        warnings.simplefilter("ignore")
        from dagster import DagsterInstance, materialize

        from pipelines.defs.feeds.assets import landed_feeds, pulled_sources, raw_tables
        from pipelines.defs.feeds.checks import every_source_was_pulled, no_feed_is_held
        from pipelines.resources import CompanyResource, WarehouseResource

        company = CompanyResource(folder=str(folder))
        resources = {"company": company, "warehouse": WarehouseResource(company=company)}
        assets = [pulled_sources, landed_feeds, raw_tables, every_source_was_pulled, no_feed_is_held]
        with DagsterInstance.ephemeral() as instance:
            result = materialize(assets, resources=resources, instance=instance)
            told = "\n".join(str(event.message) for event in instance.all_logs(result.run_id))
    return result, told


@pytest.fixture
def company(vendor: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "company.toml").write_text(SETTINGS.format(url=vendor.url).replace("{{", "{").replace("}}", "}"))
    return tmp_path


def _stock(count: int) -> dict[str, Any]:
    stock = [{"warehouseCode": "US01", "gsku": f"MUG-{n}", "qualified": 7, "unqualified": 1} for n in range(count)]
    return {"success": True, "data": stock, "pagination": {"total": count, "pageNumber": 1, "size": 100}}


def _checks(result: Any) -> dict[str, Any]:
    return {evaluation.check_name: evaluation for evaluation in result.get_asset_check_evaluations()}


def _in_raw(folder: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(
            "select warehouse_id, count(*), sum(available_units) from raw.stock_snapshots group by all"
        ).fetchall()


def test_a_pulled_stock_stands_in_raw_and_an_outage_keeps_it(vendor: Vendor, company: Path) -> None:
    vendor.on("POST", STOCK, _stock(1))
    good, told = _materialize(company)
    vendor.on("POST", STOCK, Reply({"message": "very-secret-of-the-warehouse is wrong"}, 400))
    bad, more = _materialize(company)

    assert good.success
    assert bad.success
    assert _checks(good)["every_source_was_pulled"].passed
    failed = _checks(bad)["every_source_was_pulled"]
    assert not failed.passed
    assert "*** is wrong" in (failed.description or "")
    assert _in_raw(company) == [("us_3pl", 1, 7)]
    kept = "\n".join(
        path.read_bytes().decode("utf-8", "replace")
        for path in company.rglob("*")
        if path.is_file() and path.name != "company.toml"
    )
    for secret in (*SECRETS.values(), "jwt-of-the-warehouse"):
        assert secret not in told + more + kept


def test_a_stock_that_emptied_overnight_is_held_and_told(vendor: Vendor, company: Path) -> None:
    vendor.on("POST", STOCK, _stock(30))
    good, _ = _materialize(company)
    time.sleep(1)  # a snapshot is called by its second
    vendor.on("POST", STOCK, _stock(0))
    bad, _ = _materialize(company)

    assert _checks(good)["no_feed_is_held"].passed
    check = _checks(bad)["no_feed_is_held"]
    assert not check.passed
    assert "holds no rows" in (check.description or "")
    assert _in_raw(company) == [("us_3pl", 30, 210)]
