"""Shopify's official schema of the Admin API 2026-10, and a shop that answers by it.

Belongs here: getting the schema (from the npm package that carries it, once a machine) and executing queries on plain
data by graphql-core, so that a query that the schema does not know, or a variable that it does not take, fails.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, build_client_schema, graphql_sync

from tests.vendor_server import Asked, Reply

PACKAGE = "@shopify/dev-mcp@1.16.0"
MEMBER = "package/dist/data/admin_2026-10.json.gz"
PAGE = 2  # answers are cut this short, so that every connection has pages


class NoSchema(Exception):
    """The package cannot be had here; the message says why."""


@cache
def shopify_schema() -> GraphQLSchema:
    """The schema, built once a process."""
    document = json.loads(gzip.decompress(_introspection().read_bytes()))
    return build_client_schema(document.get("data", document))


def _introspection() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    kept = Path(home) / "diaobo-tests" / "shopify-dev-mcp-1.16.0" / "admin_2026-10.json.gz"
    if kept.is_file():
        return kept
    npm = shutil.which("npm")
    if npm is None:
        raise NoSchema(f"npm is absent: it brings {PACKAGE}, which carries Shopify's schema")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        packed = subprocess.run(
            [npm, "pack", PACKAGE, "--silent"], cwd=folder, capture_output=True, text=True, timeout=300, check=False
        )
        if packed.returncode:
            raise NoSchema(f"npm pack {PACKAGE} failed: {packed.stderr.strip()[-300:]}")
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as tar:
            member = tar.extractfile(MEMBER)
            if member is None:
                raise NoSchema(f"{PACKAGE} holds no {MEMBER}")
            temporary = Path(folder) / "schema"
            temporary.write_bytes(member.read())
        temporary.replace(kept)
    return kept


@dataclass
class ShopData:
    """A shop's data by connection; every query is executed against Shopify's schema."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    variants: list[dict[str, Any]] = field(default_factory=list)
    locations: list[dict[str, Any]] = field(default_factory=list)
    payouts: list[dict[str, Any]] | None = None
    problems: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    set_answer: dict[str, Any] = field(default_factory=dict)

    def answer(self, asked: Asked) -> Reply:
        body = asked.json
        self.asked.append(body)
        result = graphql_sync(
            shopify_schema(), body["query"], root_value=self._root(), variable_values=body["variables"]
        )
        self.problems += [error.message for error in result.errors or ()]
        return Reply(
            {"data": result.data, **({"errors": [{"message": str(e)} for e in result.errors]} if result.errors else {})}
        )

    def _root(self) -> dict[str, Any]:
        def orders(info: Any, query: str | None = None, **page: Any) -> dict[str, Any]:
            self.wanted.append(query or "")
            return connection(self.orders, **page)

        def one(of: list[dict[str, Any]]) -> Any:
            return lambda info, **given: next((item for item in of if item["id"] == given["id"]), None)

        payouts = self.payouts
        return {
            "orders": orders,
            "order": one(self.orders),
            "productVariants": lambda info, **page: connection(self.variants, **page),
            "locations": lambda info, **page: connection(self.locations, **page),
            "location": one(self.locations),
            "shopifyPaymentsAccount": None
            if payouts is None
            else {"payouts": lambda info, **page: connection(payouts, **page)},
            "inventorySetQuantities": lambda info, **given: self.set_answer,
        }


def connection(items: list[dict[str, Any]], **page: Any) -> dict[str, Any]:
    """A page; `endCursor` is set on the last one too, as Shopify does."""
    begin = int(page["after"]) if page.get("after") else 0
    end = min(begin + min(page["first"], PAGE), len(items))
    info = {"hasNextPage": end < len(items), "hasPreviousPage": begin > 0, "endCursor": str(end) if items else None}
    return {"nodes": items[begin:end], "pageInfo": info}
