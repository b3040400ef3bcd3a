"""Connections: pages by cursor, in Shopify's shape.

Belongs here: cutting a sorted list into pages; a node is made only when it stands on the page. `endCursor` is set on
the last page too, as Shopify sets it: only `hasNextPage` tells.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError

Key = tuple[Any, int]  # what the list is sorted by, and a number that tells equals apart


def cursor_of(key: Key) -> str:
    """A cursor that clients do not read."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def key_of(cursor: str) -> Key:
    """What a cursor says.

    Raises:
        GraphQLError: when it is none.
    """
    try:
        value, number = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, TypeError) as error:
        raise GraphQLError("Invalid cursor for current pagination sort.") from error
    return value, int(number)


def connection(
    items: Sequence[tuple[Key, Any]],
    make: Callable[[Any], Any],
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    reverse: bool = False,
) -> dict[str, Any]:
    """One page of items, which are (key, what the node is made from).

    Raises:
        GraphQLError: without `first` or `last`, beyond 250, or with a cursor of another list.
    """
    size = first if first is not None else last
    if size is None:
        raise GraphQLError("you must provide one of first or last")
    if not 0 <= size <= 250:
        raise GraphQLError("first and last are from 0 to 250")
    ordered = sorted(items, key=lambda item: item[0], reverse=reverse)
    sign = -1 if reverse else 1
    if after is not None:
        start = key_of(after)
        ordered = [item for item in ordered if sign * _compare(item[0], start) > 0]
    if before is not None:
        end = key_of(before)
        ordered = [item for item in ordered if sign * _compare(item[0], end) < 0]
    chosen = ordered[:size] if first is not None else ordered[-size:] if size else []
    edges = [{"cursor": cursor_of(key), "node": make(item)} for key, item in chosen]
    return {
        "edges": edges,
        "nodes": [edge["node"] for edge in edges],
        "pageInfo": {
            "hasNextPage": bool(first is not None and len(ordered) > size),
            "hasPreviousPage": after is not None or (first is None and len(ordered) > size),
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }


def _compare(left: Key, right: Key) -> int:
    try:
        return (left > right) - (left < right)
    except TypeError as error:
        raise GraphQLError("Invalid cursor for current pagination sort.") from error
