"""Shopify's search syntax, as far as it is needed: `field:value`, comparisons, terms that must all hold.

Does not belong here: OR and free text, which are refused in words rather than ignored.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
from graphql import GraphQLError

_TERM = re.compile(r"(?P<field>\w+):(?P<operator>>=|<=|>|<|)(?P<value>'[^']*'|\"[^\"]*\"|\S+)")


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "": operator.eq,
}


def _moment(text: str) -> int:
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise GraphQLError(f"{text} is no date") from error
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


class Search:
    """A parsed query string."""

    def __init__(self, text: str, fields: set[str]) -> None:
        rest = _TERM.sub("", text).replace("AND", "").strip()
        if rest:
            raise GraphQLError(f"the sandbox does not search for {rest!r}: pass field:value terms")
        self.terms = [
            (found["field"], found["operator"], found["value"].strip("'\"")) for found in _TERM.finditer(text)
        ]
        for field, _, _ in self.terms:
            if field not in fields:
                raise GraphQLError(f"the sandbox does not search by {field}: pass one of {', '.join(sorted(fields))}")

    def meets_moments(self, moments: dict[str, np.ndarray], count: int) -> np.ndarray:
        """Which of `count` things meet the terms about moments, given in seconds: all of them at once."""
        good = np.ones(count, dtype=bool)
        for field, comparison, wanted in self.terms:
            if field in moments:
                limit = int(wanted) if wanted.isdigit() else _moment(wanted)
                good &= _COMPARISONS[comparison](moments[field], limit)
        return good

    def takes(self, **values: Any) -> bool:
        """Whether these values meet every term; text without case, moments in seconds."""
        return all(_meets(values.get(field), comparison, wanted) for field, comparison, wanted in self.terms)


def _meets(value: Any, comparison: str, wanted: str) -> bool:
    if isinstance(value, int):
        limit = int(wanted) if wanted.isdigit() else _moment(wanted)
        return bool(_COMPARISONS[comparison](value, limit))
    return str(value).lower() == wanted.lower()
