"""A vendor's own OpenAPI file as a judge: is a request allowed by it, is an answer what it promises?

Belongs here: Swagger 2.0 and OpenAPI 3.0 as far as the vendors' files use them. Prism judges the same files the same
way (it was run beside this, see docs/adr/0012); this judge needs no Node.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from tests.vendor_server import Asked, Reply

# the one in C is ten times faster; both build plain values only
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FORMATS = jsonschema.FormatChecker(())
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


@FORMATS.checks("date-time")
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or bool(_RFC_3339.fullmatch(value))


@dataclass(frozen=True)
class Operation:
    """One operation of a contract, found by a request's method and path."""

    name: str
    document: dict[str, Any]
    parameters: list[dict[str, Any]]
    path_values: dict[str, str]


class Contract:
    """One file. `problems` holds, in words, every breach that `check` saw."""

    def __init__(self, path: Path) -> None:
        self.document: dict[str, Any] = copy.deepcopy(_read(path))
        self.is_swagger = self.document.get("swagger") == "2.0"
        self.problems: list[str] = []
        self.seen: list[str] = []

    def check(self, asked: Asked, reply: Reply) -> None:
        """Notes what is wrong with a request, and with its answer where it is a good one."""
        operation = self.operation(asked.method, asked.path)
        if operation is None:
            self.problems.append(f"{asked.method} {asked.path} is no operation of the contract")
            return
        self.seen.append(operation.name)
        self.problems += [f"{operation.name}: {problem}" for problem in self._request(operation, asked)]
        if 200 <= reply.status < 300 and not isinstance(reply.body, bytes):
            self.problems += [f"{operation.name} answers: {problem}" for problem in self.answer(operation.name, reply)]

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation of a request; a path without braces wins over one with them."""
        base = "" if not self.is_swagger else (self.document.get("basePath") or "").rstrip("/")
        for template, item in sorted(self.document["paths"].items(), key=lambda entry: "{" in entry[0]):
            pattern = re.sub(
                r"\\?\{(\w+)\\?\}", r"(?P<\1>[^/]+)", re.escape(base + template).replace(r"\{", "{").replace(r"\}", "}")
            )
            found = re.fullmatch(pattern, path)
            document = item.get(method.lower())
            if found and document:
                parameters = [self._resolved(p) for p in (*item.get("parameters", []), *document.get("parameters", []))]
                return Operation(document["operationId"], document, parameters, found.groupdict())
        return None

    def answer(self, name: str, reply: Reply) -> Iterator[str]:
        """What is wrong with a good answer of an operation."""
        responses = self._named[name]["responses"]
        response = responses.get(str(reply.status)) or next(r for code, r in responses.items() if code.startswith("2"))
        response = self._resolved(response)
        if self.is_swagger:
            schema = response.get("schema")
        else:
            content = list((response.get("content") or {}).values())
            schema = content[0]["schema"] if content else None
        if schema:
            yield from self._schema_problems(schema, reply.body)

    def body_problems(self, definition: str, body: Any) -> list[str]:
        """What is wrong with a body by the name of its schema."""
        return list(self._schema_problems({"$ref": self._pointer + definition}, body))

    def examples(self, name: str) -> list[Any]:
        """The vendor's documented good answers of an operation (Amazon's sandbox examples among them)."""
        found: list[Any] = []
        for code, response in self._named[name]["responses"].items():
            if not code.startswith("2"):
                continue
            found += list((response.get("examples") or {}).values())
            sandbox = response.get("x-amzn-api-sandbox") or {}
            found += [entry["response"] for entry in sandbox.get("static", []) if "response" in entry]
            for content in (response.get("content") or {}).values():
                found += [content["example"]] if "example" in content else []
                found += [entry["value"] for entry in (content.get("examples") or {}).values() if "value" in entry]
        return found

    @cached_property
    def _named(self) -> dict[str, dict[str, Any]]:
        return {
            document["operationId"]: document
            for item in self.document["paths"].values()
            for document in item.values()
            if isinstance(document, dict) and "operationId" in document
        }

    @property
    def _pointer(self) -> str:
        return "#/definitions/" if self.is_swagger else "#/components/schemas/"

    def _request(self, operation: Operation, asked: Asked) -> Iterator[str]:
        known = {p["name"]: p for p in operation.parameters if p["in"] == "query"}
        for name in asked.query:
            if name not in known:
                yield f"the query {name} is not in the contract"
        headers = {name.lower(): value for name, value in asked.headers.items()}
        values = {"query": asked.query, "path": operation.path_values, "header": headers}
        for parameter in operation.parameters:
            place, name = parameter["in"], parameter["name"]
            if place == "body":
                yield from self._body(parameter["schema"], asked, required=parameter.get("required", False))
                continue
            value = values[place].get(name.lower() if place == "header" else name)
            if value is None:
                if parameter.get("required"):
                    yield f"the {place} {name} is missing"
                continue
            yield from self._parameter(parameter, value)
        body = operation.document.get("requestBody")
        if body:
            body = self._resolved(body)
            schema = next(iter(body["content"].values()))["schema"]
            yield from self._body(schema, asked, required=body.get("required", False))

    def _body(self, schema: dict[str, Any], asked: Asked, *, required: bool) -> Iterator[str]:
        if not asked.body:
            if required:
                yield "the body is missing"
            return
        yield from self._schema_problems(schema, asked.json)

    def _parameter(self, parameter: dict[str, Any], value: str) -> Iterator[str]:
        schema = parameter if self.is_swagger else self._resolved(parameter.get("schema", {}))
        if schema.get("type") == "array":
            values = value.split(",")
            if len(values) > schema.get("maxItems", len(values)):
                yield f"{parameter['name']} has {len(values)} values, {schema['maxItems']} are the most"
            schema = self._resolved(schema.get("items", {}))
        else:
            values = [value]
        for one in values:
            typed: Any = one
            if schema.get("type") in ("integer", "number"):
                typed = float(one) if schema["type"] == "number" else int(one)
            elif schema.get("type") == "boolean":
                typed = {"true": True, "false": False}.get(one, one)
            keep = ("type", "enum", "minimum", "maximum", "pattern", "maxLength", "minLength", "format")
            yield from (
                f"{parameter['name']}: {problem}"
                for problem in self._schema_problems({k: v for k, v in schema.items() if k in keep}, typed)
            )

    def _schema_problems(self, schema: dict[str, Any], value: Any) -> Iterator[str]:
        root = {"definitions": self.document.get("definitions", {}), "components": self.document.get("components", {})}
        validator = jsonschema.Draft4Validator(
            _without_nullable({**root, "allOf": [schema]}),
            format_checker=FORMATS,
        )
        for error in validator.iter_errors(value):
            yield f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"

    def _resolved(self, value: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in value:
            target: Any = self.document
            for step in value["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            value = target
        return value


@cache
def _read(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        document: dict[str, Any] = json.loads(text)
    else:
        document = yaml.load(text, Loader=LOADER)  # noqa: S506  # a safe one, see above
    return document


def _without_nullable(schema: Any) -> Any:
    """OpenAPI 3.0's `nullable` said as JSON Schema says it."""
    if isinstance(schema, list):
        return [_without_nullable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _without_nullable(value) for key, value in schema.items()}
    if inner.get("nullable") is True and isinstance(inner.get("type"), str):
        inner["type"] = [inner["type"], "null"]
    return inner
