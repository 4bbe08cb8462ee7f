"""What a batch does to the graph, inside one transaction that holds the counter's lock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, LiteralString

from neo4j import ManagedTransaction

from graph_models.declarations import NodeType, Relationship
from graph_models.domain.providers import Capacity
from graph_models.ports import AdjustCapacity, Change, Delete, Entity, WriteBatch
from graph_models.records import Row
from graph_models.schema import BY_ENTITY, BY_LABEL, sublabel_of
from graph_models.stores.integrity import adjusted, asked
from graph_models.stores.neo4j import queries, reading
from graph_models.stores.neo4j.mapping import links_of, to_parameters

Kind = type[Entity]
Versions = dict[str, tuple[Row, int]]


class TransactionLookups:
    """`integrity.Lookups` inside one transaction."""

    def __init__(self, tx: ManagedTransaction) -> None:
        self._tx = tx

    def revisions(self, kind: Kind, keys: Collection[str]) -> dict[str, int]:
        """Return the revision of each of the keys that exists."""
        return dict(self._pairs(queries.QUERIES[BY_ENTITY[kind].label].revisions, keys))

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


def apply(
    tx: ManagedTransaction, batch: WriteBatch, changes: tuple[Change, ...], rows: dict[Kind, list[Row]]
) -> None:
    """Carry out a batch that was checked.

    Parameters
    ----------
    tx
        The transaction, which holds the counter's lock.
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
    # Nodes first, for relationships of the batch may end at any of them.
    links = [each for label, plan in plans.items() for each in _write_nodes(tx, BY_LABEL[label], plan)]
    deletes = [(queries.QUERIES[label].delete, plan.deleted) for label, plan in plans.items()]
    for statement, items in (*links, *deletes):
        _run(tx, statement, items)


def _write_nodes(tx: ManagedTransaction, node: NodeType, plan: _Plan) -> list[Statement]:
    """Write the nodes of one kind and return the changes of their relationships."""
    statements = queries.QUERIES[node.label]
    current: dict[str, Row] = {}
    if changing := [*plan.updated, *plan.adjusted]:
        current = {key: version.row for key, version in reading.fetch(tx, node, changing).items()}
    for key, (operation, revision) in plan.adjusted.items():
        plan.updated[key] = _adjusted(operation, current[key]), revision

    def parameters(versions: Versions) -> list[dict[str, Any]]:
        return [
            {**to_parameters(node, row, revision), "was": sublabel_of(node, current.get(key, row))}
            for key, (row, revision) in versions.items()
        ]

    _run(tx, statements.create, parameters(plan.created))
    _run(tx, statements.update, parameters(plan.updated))
    return [change for each in node.relationships for change in _link_changes(node, each, plan, current)]


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


def _run(tx: ManagedTransaction, statement: LiteralString, items: list[Any]) -> None:
    if items:
        tx.run(statement, items=items).consume()
