"""The stored graph as a networkx graph, for analysts and notebooks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import networkx as nx

from graph_models.declarations import NodeType, Relationship
from graph_models.ports import Entity, GraphStore, key_of
from graph_models.records import to_row
from graph_models.schema import BY_ENTITY, NODE_TYPES, sublabel_of

NodeId = tuple[str, str]


def to_networkx(store: GraphStore, kinds: Collection[type[Entity]] | None = None) -> nx.MultiDiGraph:
    """Read the graph, or the part of it between some kinds of values.

    Parameters
    ----------
    store
        Where it is kept; both stores give the same graph, nodes in order of kind and key.
    kinds
        Kinds of values to read, all if None. Relationships to other kinds are left out.

    Returns
    -------
    networkx.MultiDiGraph
        The graph of one instant, also while others write; see `graph_of` for its shape.

    Raises
    ------
    StoreError
        If the store cannot be read.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from tempfile import TemporaryDirectory
    >>> from types import SimpleNamespace
    >>> from graph_models.domain.skills import Skill
    >>> from graph_models.ports import Put, WriteBatch
    >>> from graph_models.stores.opening import open_store
    >>> clock = SimpleNamespace(now=lambda: datetime(2026, 3, 2, 12, tzinfo=UTC))
    >>> with TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/city.db", clock) as store:
    ...     outcome = store.write(WriteBatch("example", (Put(Skill("care", "Care", "照护")),)))
    ...     graph = to_networkx(store, [Skill])
    >>> graph.nodes["Skill", "care"]["name_zh"]
    '照护'
    """
    chosen = [node.entity for node in NODE_TYPES if kinds is None or node.entity in kinds]
    cursor = store.head()
    values = {kind: {key_of(each.value): each.value for each in store.scan(kind)} for kind in chosen}
    # A scan is no snapshot. Reading again what changed meanwhile, until nothing has, makes it one.
    while change_sets := store.changes_since(cursor):
        cursor = change_sets[-1].sequence
        for kind, held in values.items():
            keys = {each.key for some in change_sets for each in some.changes if each.kind is kind}
            found = store.get_many(kind, sorted(keys))
            for key in keys - found.keys():
                held.pop(key, None)
            held.update((key, each.value) for key, each in found.items())
    return graph_of(value for held in values.values() for _, value in sorted(held.items()))


def graph_of(values: Iterable[Entity]) -> nx.MultiDiGraph:
    """Build the graph of some values and of the relationships between them.

    Parameters
    ----------
    values
        Values of any kinds; relationships to values that are not among them are left out.

    Returns
    -------
    networkx.MultiDiGraph
        A node is named by the pair (label, key), because keys are unique within a kind only. Its
        attributes are `label`, `sublabel` where the kind has one (``Volunteer``, ``Community``) and
        every property that is known, named and typed as in `graph_models.schema`. An edge is keyed by
        its relationship type, has the direction of the graph and the one property of the
        relationship, if it has one.

    Examples
    --------
    >>> from graph_models.domain.skills import Skill
    >>> graph = graph_of([Skill("care", "Care", "照护"), Skill("care.bathing", "Bathing", "助浴", "care")])
    >>> list(graph.edges(keys=True))
    [(('Skill', 'care.bathing'), ('Skill', 'care'), 'BROADER')]
    >>> graph.nodes["Skill", "care"]
    {'label': 'Skill', 'id': 'care', 'name_en': 'Care', 'name_zh': '照护'}
    """
    graph = nx.MultiDiGraph()
    links: list[tuple[NodeId, NodeId, str, dict[str, float]]] = []
    for value in values:
        node, row = BY_ENTITY[type(value)], to_row(value)
        owner = node.label, key_of(value)
        graph.add_node(owner, **_attributes(node, row))
        for relationship in node.relationships:
            links += _edges(owner, relationship, row[relationship.column])
    for start, end, name, attributes in links:
        if start in graph and end in graph:
            graph.add_edge(start, end, key=name, **attributes)
    return graph


def _attributes(node: NodeType, row: Mapping[str, Any]) -> dict[str, Any]:
    labels = {"label": node.label, "sublabel": sublabel_of(node, row)}
    properties = {each.name: row[each.name] for each in node.properties}
    return {name: value for name, value in {**labels, **properties}.items() if value is not None}


def _edges(
    owner: NodeId, relationship: Relationship, held: Any
) -> Iterable[tuple[NodeId, NodeId, str, dict[str, float]]]:
    label = BY_ENTITY[relationship.target].label
    ends = held if relationship.is_many else () if held is None else (held,)
    for end in ends:
        key, attributes = end, {}
        if relationship.property is not None:
            key, number = end
            attributes = {relationship.property.name: number}
        arrow = (owner, (label, key))
        start, stop = reversed(arrow) if relationship.is_incoming else arrow
        yield start, stop, relationship.name, attributes
