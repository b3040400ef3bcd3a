"""The definitions load, and every asset is called, grouped and guarded as the conventions say."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import ModuleType

import pytest

from inventory_core.bootstrap import database_url, open_core
from tests.core_builders import approved, cheap_passwords, core_on

COMPANY = """
[company]
name = "Seller"
base_currency = "USD"
time_zone = "UTC"
[policy]
service_level = 0.9
[outbox]
folder = "told"
"""
GROUPS = {"demand", "inventory", "transit", "planning", "orders"}
LAYERS = {"landing", "raw", "reference", "staging", "intermediate", "planning", "marts", "core", "published"}
# Assets that never open warehouse.duckdb.
WITHOUT_WAREHOUSE = {"landing/feeds", "landing/sources"}


@pytest.fixture(scope="module")
def definitions() -> ModuleType:
    with warnings.catch_warnings():
        # Dagster and sqlglot warn about their own dependencies while they are imported.
        warnings.simplefilter("ignore")
        import pipelines.definitions

        return pipelines.definitions


@pytest.fixture(scope="module")
def assets(definitions: ModuleType) -> dict[str, object]:
    """Asset definition by key, for every asset of the code location."""
    found = {}
    for asset in definitions.defs.assets:
        for key in asset.keys:
            found[key.to_user_string()] = asset
    return found


def test_the_job_holds_every_asset(definitions: ModuleType, assets: dict[str, object]) -> None:
    job = definitions.defs.resolve_job_def("daily_job")
    selected = {key.to_user_string() for key in job.asset_layer.executable_asset_keys}
    assert selected == set(assets)
    assert {"landing/feeds", "raw/order_lines", "staging/sales/order_lines", "marts/fct_sales_daily"} <= selected
    assert {"planning/demand_forecasts", "planning/transfer_suggestions", "published/marts"} <= selected


def test_keys_begin_with_their_layer_and_groups_are_concepts(assets: dict[str, object]) -> None:
    for name, asset in assets.items():
        layer, *rest = name.split("/")
        assert layer in LAYERS, name
        assert 1 <= len(rest) <= 2, name
        group = next(spec.group_name for spec in asset.specs if spec.key.to_user_string() == name)
        assert group in GROUPS, name


def test_whatever_opens_the_warehouse_is_in_its_pool(assets: dict[str, object]) -> None:
    for name, asset in assets.items():
        assert (asset.op.pool == "warehouse") == (name not in WITHOUT_WAREHOUSE), name


def test_checks_that_state_truths_stop_the_publication(definitions: ModuleType) -> None:
    checks = {
        key.name: spec.blocking
        for check in definitions.defs.asset_checks
        for key, spec in ((spec.key, spec) for spec in check.check_specs)
    }
    assert checks == dict.fromkeys(
        (
            "units_are_conserved",
            "refused_rows_are_quarantined",
            "suggestions_respect_origin_stock",
            "in_transit_is_counted_once",
            "marts_know_no_future",
            "closed_orders_have_nothing_in_transit",
            "the_journal_is_whole",
        ),
        True,
    ) | {
        # a vendor's outage or lie must not keep the rest of the day from being seen
        "every_source_was_pulled": False,
        "no_feed_is_held": False,
    }


def test_the_publication_waits_for_every_mart(definitions: ModuleType, assets: dict[str, object]) -> None:
    published = assets["published/marts"]
    waits_for = {key.to_user_string() for key in published.keys_by_input_name.values()}
    assert {name for name in assets if name.startswith("marts/")} <= waits_for


def test_the_schedule_is_two_in_the_companys_night(
    definitions: ModuleType, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "company.toml").write_text(
        '[company]\nname = "Night"\nbase_currency = "USD"\ntime_zone = "Asia/Shanghai"\n'
        "[policy]\nservice_level = 0.95\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("DIAOBO_COMPANY", str(tmp_path))
    schedule = definitions.daily_schedule()
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 2 * * *", "Asia/Shanghai")
    monkeypatch.setenv("DIAOBO_COMPANY", str(tmp_path / "none"))
    assert definitions.daily_schedule().execution_timezone == "UTC"


def test_the_sensor_sweeps_up_messages_that_no_worker_delivered(
    definitions: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dagster import build_sensor_context

    monkeypatch.setenv("DIAOBO_COMPANY", str(tmp_path))
    monkeypatch.delenv("DIAOBO_DATABASE_URL", raising=False)
    sensor = definitions.left_over_messages
    with build_sensor_context() as context:
        assert "holds no company.toml" in sensor(context).skip_message
        (tmp_path / "company.toml").write_text(COMPANY, encoding="utf-8")
        assert "there is no core" in sensor(context).skip_message
        with cheap_passwords(), open_core(database_url(tmp_path, {}), create=True) as core:
            core_on(core.storage)
            approved(core)
        assert "swept up from outbox-3-" in sensor(context).skip_message
        assert sensor(context).skip_message == "nothing is left over"
    [told] = (tmp_path / "told").rglob("*.json")
    assert told.name.startswith("outbox-3-")
