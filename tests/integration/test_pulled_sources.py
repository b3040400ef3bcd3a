"""A warehouse's system, asked by the job's own assets: its stock stands in `raw`, an outage stops nothing."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.vendor_server import CountingClock, Reply, Vendor

pytestmark = pytest.mark.slow
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
        from pipelines.defs.feeds.checks import every_source_was_pulled
        from pipelines.resources import CompanyResource, WarehouseResource

        company = CompanyResource(folder=str(folder))
        resources = {"company": company, "warehouse": WarehouseResource(company=company)}
        assets = [pulled_sources, landed_feeds, raw_tables, every_source_was_pulled]
        with DagsterInstance.ephemeral() as instance:
            result = materialize(assets, resources=resources, instance=instance)
            told = "\n".join(str(event.message) for event in instance.all_logs(result.run_id))
    return result, told


def test_a_pulled_stock_stands_in_raw_and_an_outage_keeps_it(
    vendor: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "company.toml").write_text(SETTINGS.format(url=vendor.url).replace("{{", "{").replace("}}", "}"))
    page = {"total": 1, "pageNumber": 1, "size": 100}
    stock = [{"warehouseCode": "US01", "gsku": "MUG", "qualified": 7, "unqualified": 1}]
    vendor.on("POST", "/api/v1/stock/page/queries", {"success": True, "data": stock, "pagination": page})

    good, told = _materialize(tmp_path)
    vendor.on("POST", "/api/v1/stock/page/queries", Reply({"message": "very-secret-of-the-warehouse is wrong"}, 400))
    bad, more = _materialize(tmp_path)

    assert good.success
    assert bad.success
    (first,), (second,) = good.get_asset_check_evaluations(), bad.get_asset_check_evaluations()
    assert (first.passed, second.passed) == (True, False)
    assert "*** is wrong" in (second.description or "")
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.execute("select warehouse_id, sku, available_units from raw.stock_snapshots").fetchall()
    assert found == [("us_3pl", "MUG", 7)]
    kept = "\n".join(
        path.read_bytes().decode("utf-8", "replace")
        for path in tmp_path.rglob("*")
        if path.is_file() and path.name != "company.toml"
    )
    for secret in (*SECRETS.values(), "jwt-of-the-warehouse"):
        assert secret not in told + more + kept
