"""Print `docs/graph.md` from the schema: ``python docs/graph_page.py > docs/graph.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from graph_models.declarations import NodeType, Property, Relationship
from graph_models.schema import NODE_TYPES, SCHEMA_VERSION


def page() -> Iterator[str]:
    yield "# The graph"
    yield ""
    yield f"Schema version {SCHEMA_VERSION}. This page is made from `graph_models/schema.py`"
    yield "by `python docs/graph_page.py > docs/graph.md`; a test compares the two."
    for node in NODE_TYPES:
        yield from section(node)


def section(node: NodeType) -> Iterator[str]:
    second = f", and its `{node.sublabel}` in CamelCase as a second label" if node.sublabel else ""
    yield ""
    yield f"## {node.label}"
    yield ""
    yield f"Key `{node.key}`, table `{node.plural}`{second}."
    yield ""
    yield "| column | type | unit | required | filter | field |"
    yield "|---|---|---|---|---|---|"
    yield from (property_row(each) for each in node.properties)
    if not node.relationships:
        return
    yield ""
    yield "| column | relationship | number | property |"
    yield "|---|---|---|---|"
    yield from (relationship_row(node, each) for each in node.relationships)


def property_row(each: Property) -> str:
    kind = " \\| ".join(each.enum) if each.enum else each.kind
    cells = (
        f"`{each.name}`",
        kind,
        each.unit,
        yes(each.is_required),
        yes(each.is_indexed),
        f"`{each.path or each.name}`",
    )
    return f"| {' | '.join(cells)} |"


def relationship_row(node: NodeType, each: Relationship) -> str:
    near, far = f"({node.label})", f"({each.target.__name__})"
    arrow = f"{far}-[:{each.name}]->{near}" if each.is_incoming else f"{near}-[:{each.name}]->{far}"
    number = "any" if each.is_many else ("one" if each.is_required else "at most one")
    inner = f"`{each.property.name}`, {each.property.unit}" if each.property else ""
    return f"| `{each.column}` | `{arrow}` | {number} | {inner} |"


def yes(is_so: bool) -> str:
    return "yes" if is_so else ""


if __name__ == "__main__":
    sys.stdout.write("\n".join(page()) + "\n")
