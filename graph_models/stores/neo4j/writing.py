"""What a batch does to the graph, inside one transaction that holds the counter's lock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, LiteralString

from neo4j import ManagedTransaction

from graph_models.declarations import NodeType, Relationship
from graph_models.domain.providers import Capacity
from graph_models.ports import AdjustCapacity, Change, Delete, Entity, Put, WriteBatch, target_of
from graph_models.records import Row
from graph_models.schema import BY_ENTITY, BY_LABEL, sublabel_of
from graph_models.stores.integrity import adjusted, asked, targets_of
from graph_models.stores.neo4j import queries, reading
from graph_models.stores.neo4j.mapping import links_of, to_parameters

Kind = type[Entity]
Versions = dict[str, tuple[Row, int]]


class TransactionLookups:
    """`integrity.Lookups` inside one transaction, what a batch speaks of being read at once.

    Each trip to the server lengthens the time for which all other writers wait.
    """

    def __init__(self, tx: ManagedTransaction, batch: WriteBatch) -> None:
        self._tx = tx
        values: dict[Kind, set[str]] = defaultdict(set)
        ends: dict[Kind, set[str]] = defaultdict(set)
        for operation in batch.operations:
            kind, key = target_of(operation)
            values[kind].add(key)
            if isinstance(operation, Put):
                for each in BY_ENTITY[kind].relationships:
                    ends[each.target].update(targets_of(operation.value, each))
        self._values, self._revisions = reading.fetch_together(tx, values, ends)

    def current(self, kind: Kind) -> dict[str, Row]:
        """Return the rows of those values that the batch changes and that exist."""
        return {key: version.row for key, version in self._values.get(kind, {}).items()}

    def revisions(self, kind: Kind, keys: Collection[str]) -> dict[str, int]:
        """Return the revision of each of the keys that exists, out of those that the batch names."""
        found = self._revisions.get(kind, {})
        return {key: found[key] for key in keys if key in found}

    def texts(self, kind: Kind, column: str, keys: Collection[str]) -> dict[str, str | None]:
        """Return one text column of each of the keys that exists."""
        return dict(self._pairs(queries.texts(BY_ENTITY[kind].label, column), keys))

    def referrers(
        self, owner: Kind, relationship: Relationship, keys: Collection[str]
    ) -> Iterable[tuple[str, str]]:
        """Yield (owner key, target key) for each relationship of an owner to one of the keys."""
        return self._pairs(queries.QUERIES[BY_ENTITY[owner].label].links[relationship.column].referrers, keys)

    def _pairs(self, statement: LiteralString, keys: Collection[str]) -> Iterator[Any]:
        return (record.values() for record in self._tx.run(statement, items=list(keys)))


Statement = tuple[LiteralString, list[Any]]


@dataclass(slots=True)
class _Plan:
    """What is to become of the nodes of one kind: rows with their new revisions, and keys."""

    created: Versions = field(default_factory=dict)
    updated: Versions = field(default_factory=dict)
    adjusted: dict[str, tuple[AdjustCapacity, int]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)


def statements(
    lookups: TransactionLookups,
    batch: WriteBatch,
    changes: tuple[Change, ...],
    rows: dict[Kind, list[Row]],
) -> list[Statement]:
    """Return what carries out a batch that was checked.

    Parameters
    ----------
    lookups
        What the transaction has read.
    batch, changes
        What is wanted, and the revisions that `integrity.check` gave.
    rows
        The row of each `Put`, by kind, in the order of the operations.

    Raises
    ------
    CapacityExceeded
        If an account would fall below 0.
    """
    plans: dict[str, _Plan] = defaultdict(_Plan)
    remaining = {kind: iter(held) for kind, held in rows.items()}
    for operation, change in zip(batch.operations, changes, strict=True):
        plan = plans[BY_ENTITY[change.kind].label]
        if isinstance(operation, AdjustCapacity):
            plan.adjusted[change.key] = operation, change.revision
        elif isinstance(operation, Delete):
            plan.deleted.append(change.key)
        else:
            versions = plan.created if change.revision == 1 else plan.updated
            versions[change.key] = next(remaining[change.kind]), change.revision
    nodes, links = [], []
    for label, plan in plans.items():
        node = BY_LABEL[label]
        current = lookups.current(node.entity)
        nodes += _node_changes(node, plan, current)
        links += [
            change for each in node.relationships for change in _link_changes(node, each, plan, current)
        ]
    # Nodes first, for relationships of the batch may end at any of them.
    deletes = [(queries.QUERIES[label].delete, plan.deleted) for label, plan in plans.items()]
    return [*nodes, *links, *deletes]


def run(tx: ManagedTransaction, several: Iterable[Statement]) -> None:
    """Run statements one after the other, in one trip to the server; those without items do nothing."""
    wanted = [(statement, items) for statement, items in several if items]
    together = queries.together(tuple(statement for statement, _ in wanted))
    tx.run(together, {f"items{number}": items for number, (_, items) in enumerate(wanted)}).consume()


def _node_changes(node: NodeType, plan: _Plan, current: dict[str, Row]) -> list[Statement]:
    statements = queries.QUERIES[node.label]
    for key, (operation, revision) in plan.adjusted.items():
        plan.updated[key] = _adjusted(operation, current[key]), revision

    def parameters(versions: Versions) -> list[dict[str, Any]]:
        return [
            {**to_parameters(node, row, revision), "was": sublabel_of(node, current.get(key, row))}
            for key, (row, revision) in versions.items()
        ]

    return [(statements.create, parameters(plan.created)), (statements.update, parameters(plan.updated))]


def _adjusted(operation: AdjustCapacity, row: Row) -> Row:
    held = Capacity(row["capacity_total"], row["capacity_reserved"], row["capacity_consumed"])
    capacity = adjusted(operation, held)
    recent, last = asked(operation, row["recent_referrals"], row["last_referral_at"])
    return {
        **row,
        "capacity_reserved": capacity.reserved,
        "capacity_consumed": capacity.consumed,
        "recent_referrals": recent,
        "last_referral_at": last,
    }


def _link_changes(
    node: NodeType, relationship: Relationship, plan: _Plan, current: dict[str, Row]
) -> tuple[Statement, Statement]:
    gone, added = [], []
    for key, (row, _) in (*plan.created.items(), *plan.updated.items()):
        after = links_of(relationship, row)
        before = links_of(relationship, current[key]) if key in current else set()
        gone += [[key, target] for target, _ in before - after]
        added += [[key, target, number] for target, number in after - before]
    statements = queries.QUERIES[node.label].links[relationship.column]
    return (statements.delete, gone), (statements.create, added)
