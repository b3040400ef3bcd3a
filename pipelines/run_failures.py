"""A failed run in words: which step or check, what was wrong, and nothing of the machinery between.

Belongs here: Dagster's events to lines. Does not: printing (`commands/run.py`). Imports no Dagster.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.run_progress import STEPS

# How dagster-dbt begins what it took from dbt's own log.
DBT_ERRORS = "Errors parsed from dbt logs:"
UNNAMED_FAILURE = "The run failed without naming a step; --verbose shows what happened"


def failure_lines(events: Sequence[Any], *, is_success: bool, verbose: bool) -> list[str]:
    """One line per failed check and step; empty when all succeeded. With `verbose`, the traces too."""
    lines = []
    for event in events:
        if event.event_type_value == "ASSET_CHECK_EVALUATION":
            evaluation = event.event_specific_data
            if not evaluation.passed and evaluation.severity.value == "ERROR":
                asset = "/".join(evaluation.asset_key.path)
                detail = f": {evaluation.description}" if evaluation.description else ""
                lines.append(f"Check {evaluation.check_name} of {asset} does not hold{detail}")
        elif event.event_type_value == "STEP_FAILURE":
            lines += _step_failure(event, verbose=verbose)
        elif event.event_type_value == "PIPELINE_FAILURE" and not lines:
            lines += _trace(getattr(event.event_specific_data, "error", None), verbose=verbose)
    if not is_success and not lines:
        lines.append(UNNAMED_FAILURE)
    return list(dict.fromkeys(lines))


def _step_failure(event: Any, *, verbose: bool) -> list[str]:
    step = STEPS.get(event.step_key)
    if step is None:
        # A check that blocks: its evaluation has been told.
        return []
    error = event.event_specific_data.error
    if error is None:
        return [f"{step} failed"]
    lines = [f"{step} failed: {line}" for line in _message(error)]
    return lines + (_trace(error, verbose=True) if verbose else [])


def _message(error: Any) -> list[str]:
    """What the innermost error says: Dagster wraps errors in errors of its own."""
    while error.cause is not None:
        error = error.cause
    text = error.message.strip()
    if DBT_ERRORS in text:
        return _dbt_failures(text.partition(DBT_ERRORS)[2])
    name, _, said = text.partition(": ")
    is_ours = name.rpartition(".")[2].startswith("UnableTo")
    return [line for line in (said if is_ours else text).splitlines() if line.strip()]


def _dbt_failures(text: str) -> list[str]:
    """`Failure in test NAME (FILE): what it got`, one line per failed model or test."""
    failures: list[list[str]] = []
    for line in map(str.strip, text.splitlines()):
        if line.startswith("Failure in "):
            failures.append([line])
        elif failures and line and not line.startswith((">", "|", "compiled code")):
            failures[-1].append(line)
    return [": ".join([failure[0], " ".join(failure[1:4])]).removesuffix(": ") for failure in failures] or [
        text.strip()
    ]


def _trace(error: Any, *, verbose: bool) -> list[str]:
    if error is None:
        return []
    return [error.to_string()] if verbose else _message(error)
