"""What a query costs: a point an object, two and the page's objects a connection, ten a mutation.

Belongs here: the cost that is asked for in advance, by reading the query, and the one that was really spent, by
counting the answer. The bucket: `server.py`.
"""

from __future__ import annotations

from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)

MUTATION = 10


class Costs:
    """The cost of one document with its variables."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any]) -> None:
        self._schema = schema
        self._variables = variables
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def requested(self, operation: OperationDefinitionNode) -> int:
        """What Shopify asks for before it runs a query."""
        is_mutation = operation.operation.value == "mutation"
        root = self._schema.mutation_type if is_mutation else self._schema.query_type
        cost = self._set(operation.selection_set, root)
        return max(MUTATION, cost) if is_mutation else max(1, cost)

    def _set(self, selections: SelectionSetNode, parent: Any) -> int:
        total = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                total += self._field(node, parent)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                total += self._set(fragment.selection_set, self._named(fragment.type_condition.name.value))
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                total += self._set(node.selection_set, self._named(condition.name.value) if condition else parent)
        return total

    def _named(self, name: str) -> Any:
        return self._schema.type_map[name]

    def _field(self, node: FieldNode, parent: Any) -> int:
        field = getattr(parent, "fields", {}).get(node.name.value)
        if field is None or node.selection_set is None:
            return 0
        found = get_named_type(field.type)
        if not is_composite_type(found):
            return 0
        inside = self._set(node.selection_set, found)
        if found.name.endswith("Connection"):
            # Edges, nodes and page information cost nothing of their own; each node of the page does.
            return 2 + self._size(node) * max(1, inside)
        if found.name.endswith("Edge") or found.name == "PageInfo" or node.name.value in {"nodes", "node"}:
            return max(inside, 1) if node.name.value in {"nodes", "node"} else inside
        return 1 + inside

    def _size(self, node: FieldNode) -> int:
        for argument in node.arguments:
            if argument.name.value in {"first", "last"}:
                if isinstance(argument.value, IntValueNode):
                    return int(argument.value.value)
                if isinstance(argument.value, VariableNode):
                    return int(self._variables.get(argument.value.name.value) or 0)
        return 0


def spent(data: Any) -> int:
    """The points of an answer: its objects, but for the frames of connections."""
    if isinstance(data, list):
        return sum(spent(item) for item in data)
    if not isinstance(data, dict):
        return 0
    is_frame = "pageInfo" in data or "edges" in data or "nodes" in data or "cursor" in data or "hasNextPage" in data
    return (0 if is_frame else 1) + sum(spent(value) for value in data.values())
