"""The definitions load, and every asset is called, grouped and guarded as the conventions say."""

from __future__ import annotations

import warnings
from types import ModuleType

import pytest

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
