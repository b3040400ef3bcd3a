"""What a person reads when a run failed: which step, what was wrong, no machinery."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from pipelines.run_failures import UNNAMED_FAILURE, failure_lines

DBT_MESSAGE = """dagster_dbt.errors.DagsterDbtCliRuntimeError: The dbt CLI process with command

`dbt build`

failed with exit code `1`. Check the stdout.

Errors parsed from dbt logs:

3 of 9 FAIL 2 assert_bundles_conserve_units ....... [FAIL 2 in 0.1s]

Failure in test assert_bundles_conserve_units (tests/assert_bundles_conserve_units.sql)
  Got 2 results, configured to fail if != 0

  compiled code at target/compiled/x.sql
"""


def error(message: str, cause: Any = None) -> SimpleNamespace:
    return SimpleNamespace(message=message, cause=cause, to_string=lambda: f"Traceback of {message}")


def step_failure(step: str, problem: Any) -> SimpleNamespace:
    return SimpleNamespace(
        event_type_value="STEP_FAILURE", step_key=step, event_specific_data=SimpleNamespace(error=problem)
    )


def evaluation(name: str, *, passed: bool, severity: str = "ERROR", description: str | None = None) -> SimpleNamespace:
    return SimpleNamespace(
        event_type_value="ASSET_CHECK_EVALUATION",
        event_specific_data=SimpleNamespace(
            passed=passed,
            severity=SimpleNamespace(value=severity),
            check_name=name,
            description=description,
            asset_key=SimpleNamespace(path=["marts", "fct_sales_daily"]),
        ),
    )


def test_success_has_no_lines() -> None:
    assert failure_lines([evaluation("holds", passed=True)], is_success=True, verbose=False) == []


def test_our_own_errors_are_told_without_their_class() -> None:
    cause = error("pipelines.landing.load.UnableToLoad: sales.csv: row 3\nstock.csv: row 9\n")
    events = [step_failure("raw_tables", error("dagster.Wrapper: while loading", cause))]
    assert failure_lines(events, is_success=False, verbose=False) == [
        "Load raw tables failed: sales.csv: row 3",
        "Load raw tables failed: stock.csv: row 9",
    ]


def test_other_errors_keep_their_class_and_traces_are_for_those_who_ask() -> None:
    events = [step_failure("plan", error("KeyError: 'sku'"))]
    assert failure_lines(events, is_success=False, verbose=False) == [
        "Plan transfers and purchases failed: KeyError: 'sku'"
    ]
    assert failure_lines(events, is_success=False, verbose=True)[1:] == ["Traceback of KeyError: 'sku'"]


def test_of_dbt_only_the_failed_test_and_its_result_are_told() -> None:
    lines = failure_lines([step_failure("dbt_facts", error(DBT_MESSAGE))], is_success=False, verbose=False)
    (line,) = lines
    assert line == (
        "Build and test the facts failed: Failure in test assert_bundles_conserve_units "
        "(tests/assert_bundles_conserve_units.sql): Got 2 results, configured to fail if != 0"
    )


def test_a_check_that_does_not_hold_is_told_once_and_a_warning_is_none() -> None:
    events = [
        evaluation("units_are_conserved", passed=False, description="5 units here, 4 there"),
        evaluation("is_quick", passed=False, severity="WARN"),
        step_failure("marts__fct_sales_daily_units_are_conserved", error("DagsterAssetCheckFailedError: blocking")),
    ]
    assert failure_lines(events, is_success=False, verbose=False) == [
        "Check units_are_conserved of marts/fct_sales_daily does not hold: 5 units here, 4 there"
    ]


def test_a_failure_is_never_without_words() -> None:
    assert failure_lines([], is_success=False, verbose=False) == [UNNAMED_FAILURE]
