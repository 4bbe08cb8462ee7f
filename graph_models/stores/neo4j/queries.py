"""All Cypher of the store.

Statements are put together once, at import, from the identifiers that `graph_models.schema`
declares. Values reach the server as parameters only, so no input can become part of a statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import LiteralString

from graph_models.declarations import NodeType, PropertyType, Relationship
from graph_models.schema import ALL_TYPES, BY_ENTITY, BY_LABEL
from graph_models.stores.neo4j.mapping import CHECKSUM, REVISION


def _node(variable: str, *instants: str) -> str:
    """Return all properties of a node, times as microseconds since 1970: read 50 times faster."""
    # Not epochSeconds, which is a second late for fractions of a second before 1970.
    read = (
        f", {name}: {variable}.{name}.epochMillis * 1000 + {variable}.{name}.microsecond % 1000"
        for name in instants
    )
    return f"{variable} {{.*{''.join(read)}}}"


# The one node that every writing transaction locks first. Setting a property takes the node's write
# lock; setting it to what it holds writes nothing.
_CHANGE_SET = _node("set", "committed_at")
LOCK_FEED: LiteralString = f"""
MATCH (feed:ChangeFeed {{id: 0}}) SET feed.schema_version = feed.schema_version
WITH feed
OPTIONAL MATCH (last:ChangeSet {{sequence: feed.sequence}})
OPTIONAL MATCH (set:ChangeSet {{write_id: $write_id}})
RETURN feed.schema_version AS version, feed.sequence AS sequence, last.chain AS chain, {_CHANGE_SET} AS set"""
APPEND: LiteralString = """
MATCH (feed:ChangeFeed {id: 0}) SET feed.sequence = $items[-1].sequence
WITH feed UNWIND $items AS item CREATE (set:ChangeSet) SET set = item"""
FIND: LiteralString = f"MATCH (set:ChangeSet {{write_id: $write_id}}) RETURN {_CHANGE_SET} AS set"
HEAD: LiteralString = "MATCH (feed:ChangeFeed {id: 0}) RETURN feed.sequence AS sequence"
CHANGES_SINCE: LiteralString = f"""
MATCH (set:ChangeSet) WHERE set.sequence > $cursor
WITH set ORDER BY set.sequence LIMIT $limit RETURN {_CHANGE_SET} AS set"""

IS_EMPTY: LiteralString = """
RETURN NOT EXISTS { MATCH (n) WHERE NOT n:ChangeFeed OR n.sequence > 0 } AS is_empty"""
SCHEMA_VERSION_FOUND: LiteralString = "MATCH (feed:ChangeFeed {id: 0}) RETURN feed.schema_version AS version"
CREATE_FEED: LiteralString = """
MERGE (feed:ChangeFeed {id: 0}) ON CREATE SET feed.sequence = 0
SET feed.schema_version = coalesce(feed.schema_version, $version)"""
START_FEED: LiteralString = """
MERGE (feed:ChangeFeed {id: 0}) SET feed.sequence = 0, feed.schema_version = $version"""
REMOVE_SOME: LiteralString = "MATCH (n) WHERE NOT n:ChangeFeed WITH n LIMIT $limit DETACH DELETE n"
SET_VERSION: LiteralString = "MATCH (feed:ChangeFeed {id: 0}) SET feed.schema_version = $version"
LAST_CHAINED: LiteralString = """
MATCH (set:ChangeSet) WHERE set.chain IS NOT NULL
RETURN set.sequence, set.chain ORDER BY set.sequence DESC LIMIT 1"""
SET_CHAINS: LiteralString = """
UNWIND $items AS item MATCH (set:ChangeSet {sequence: item[0]})
SET set.chain = item[1], set.event_digests = []"""
AWAIT_INDEXES: LiteralString = "CALL db.awaitIndexes($seconds)"


@dataclass(frozen=True, slots=True)
class LinkQueries:
    """Statements about one relationship type of one kind of owner; a link is [owner, target, number]."""

    create: LiteralString
    delete: LiteralString
    referrers: LiteralString


@dataclass(frozen=True, slots=True)
class NodeQueries:
    """Statements about one kind of value."""

    create: LiteralString
    update: LiteralString
    delete: LiteralString
    count: LiteralString
    page_end: LiteralString
    links: dict[str, LinkQueries]


def _assignment(node: NodeType) -> str:
    """Set all properties; times come as maps beside the others, for the driver packs them slowly."""
    times = (f", n.{name} = datetime(row.instants.{name})" for name in _instants(node))
    return f"SET n = row.properties{''.join(times)}"


def _instants(node: NodeType) -> list[str]:
    return [each.name for each in node.properties if each.kind is PropertyType.INSTANT]


def _arrow(relationship: Relationship, variable: str = "") -> str:
    middle = f"[{variable}:{relationship.name}]"
    return f"<-{middle}-" if relationship.is_incoming else f"-{middle}->"


def _target(relationship: Relationship) -> NodeType:
    return BY_ENTITY[relationship.target]


def _ends(relationship: Relationship) -> str:
    target = _target(relationship)
    end = f"t.{target.key}"
    if relationship.property is not None:
        end = f"[{end}, r.{relationship.property.name}]"
    return f"[(n){_arrow(relationship, 'r')}(t:{target.label}) | {end}]"


def _returning(node: NodeType) -> str:
    links = ", ".join(map(_ends, node.relationships))
    return f"RETURN {_node('n', *_instants(node))} AS properties, [{links}] AS links"


def _link_queries(node: NodeType, relationship: Relationship) -> LinkQueries:
    target = _target(relationship)
    owner = f"(n:{node.label} {{{node.key}: link[0]}})"
    other = f"(t:{target.label} {{{target.key}: link[1]}})"
    number = "" if relationship.property is None else f" SET r.{relationship.property.name} = link[2]"
    return LinkQueries(
        create=(
            f"UNWIND $items AS link MATCH {owner} MATCH {other} "
            f"CREATE (n){_arrow(relationship, 'r')}(t){number}"
        ),
        delete=(f"UNWIND $items AS link MATCH {owner}{_arrow(relationship, 'r')}{other} DELETE r"),
        referrers=(
            f"UNWIND $items AS key MATCH (t:{target.label} {{{target.key}: key}}) "
            f"MATCH (n:{node.label}){_arrow(relationship)}(t) RETURN n.{node.key}, key"
        ),
    )


def _node_queries(node: NodeType) -> NodeQueries:
    named = f"(n:{node.label} {{{node.key}: key}})"
    sublabel = ":$(row.sublabel)" if node.sublabel else ""
    relabel = " REMOVE n:$(row.was) SET n:$(row.sublabel)" if node.sublabel else ""
    each_row = f"UNWIND $items AS row WITH row, row.properties.{node.key} AS key"
    return NodeQueries(
        create=(f"{each_row} CREATE (n:{node.label}{sublabel}) {_assignment(node)}"),
        update=(f"{each_row} MATCH {named} {_assignment(node)}{relabel}"),
        delete=(f"UNWIND $items AS key MATCH {named} DETACH DELETE n"),
        count=(f"MATCH (n:{node.label}) RETURN count(n) AS number"),
        page_end=(
            f"MATCH (n:{node.label}) WHERE n.{node.key} > $after "
            f"WITH n.{node.key} AS key ORDER BY key SKIP $skip LIMIT 1 RETURN key"
        ),
        links={each.column: _link_queries(node, each) for each in node.relationships},
    )


QUERIES: dict[str, NodeQueries] = {node.label: _node_queries(node) for node in ALL_TYPES}


@lru_cache(maxsize=256)
def page(
    label: str, filters: tuple[str, ...], *, is_bounded: bool = False, is_scoped: bool = False
) -> LiteralString:
    """Return the statement for one page; `filters` must be among ``NodeType.filters()``.

    A bounded page ends at the key `$upto`, a scoped one holds what lies `$within` some areas.
    """
    node = BY_LABEL[label]
    patterns, conditions = [f"(n:{node.label})"], [f"n.{node.key} > $after"]
    if is_bounded:
        conditions.append(f"n.{node.key} <= $upto")
    if is_scoped:
        conditions.append(_scope(node))
    to_one = {each.column: each for each in node.relationships}
    for name in filters:
        if name in to_one:
            target = _target(to_one[name])
            patterns.append(f"(n){_arrow(to_one[name])}(:{target.label} {{{target.key}: $where.{name}}})")
        else:
            conditions.append(f"n.{name} = $where.{name}")
    order = ", ".join(f"n.{name}" for name in (*(each for each in filters if each not in to_one), node.key))
    return (
        f"MATCH {', '.join(patterns)} WHERE {' AND '.join(conditions)} "
        f"WITH n ORDER BY {order} LIMIT $limit {_returning(node)}"
    )


@lru_cache(maxsize=64)
def fetch(label: str, *, is_scoped: bool = False) -> LiteralString:
    """Return the statement that reads several values by key, of a scoped one those `$within` some areas."""
    node = BY_LABEL[label]
    scope = f"WHERE {_scope(node)} " if is_scoped else ""
    return f"UNWIND $items AS key MATCH (n:{node.label} {{{node.key}: key}}) {scope}{_returning(node)}"


@lru_cache(maxsize=256)
def fetch_together(values: tuple[str, ...], ends: tuple[str, ...]) -> LiteralString:
    """Return the statement that reads values of some kinds as a whole, and the revisions of others.

    `values` and `ends` are labels. The keys are `$values` and `$ends`, by label; of an end there are
    no links, and of its properties the key and the revision.
    """
    parts = []
    for parameter, label in (*(("values", each) for each in values), *(("ends", each) for each in ends)):
        node = BY_LABEL[label]
        returning = _returning(node)
        if parameter == "ends":
            returning = (
                f"RETURN {{{node.key}: n.{node.key}, {REVISION}: n.{REVISION}}} AS properties, null AS links"
            )
        named = f"(n:{label} {{{node.key}: key}})"
        parts.append(f"UNWIND ${parameter}.{label} AS key MATCH {named} {returning}, '{label}' AS label")
    return " UNION ALL ".join(parts)


@lru_cache(maxsize=512)
def together(statements: tuple[LiteralString, ...]) -> LiteralString:
    """Return one statement that does what several do, in order; the n-th takes its items as `$itemsN`."""
    return " ".join(
        f"CALL () {{ {statement.replace('$items', f'$items{number}')} }}"
        for number, statement in enumerate(statements)
    )


def _scope(node: NodeType) -> LiteralString:
    """Hold if one of the paths to an area leads to a code that begins as one of `$within`."""
    paths = []
    for *hops, last in node.scopes:
        owner, path = node, "(n)"
        for column, variable in (*((each, "") for each in hops), (last, "area")):
            hop = next(each for each in owner.relationships if each.column == column)
            owner = _target(hop)
            path += f"{_arrow(hop)}({variable}:{owner.label})"
        begins = f"any(prefix IN $within WHERE area.{owner.key} STARTS WITH prefix)"
        paths.append(f"EXISTS {{ {path} WHERE {begins} }}")
    return f"({' OR '.join(paths)})"


@lru_cache(maxsize=32)
def texts(label: str, column: str) -> LiteralString:
    """Return the statement that reads one property or to-one relationship of several values."""
    node = BY_LABEL[label]
    relationship = next((each for each in node.relationships if each.column == column), None)
    read = f"n.{column}" if relationship is None else f"head({_ends(relationship)})"
    return f"UNWIND $items AS key MATCH (n:{node.label} {{{node.key}: key}}) RETURN key, {read}"


def set_checksums(label: str) -> LiteralString:
    """Return the statement that sets the checksums of several values of a kind."""
    node = BY_LABEL[label]
    named = f"(n:{node.label} {{{node.key}: item[0]}})"
    return f"UNWIND $items AS item MATCH {named} SET n.{CHECKSUM} = item[1]"


def definitions() -> tuple[LiteralString, ...]:
    """Return the statements that define the store's constraints and indexes, where there are none yet."""
    unique = [(node.label, node.key) for node in ALL_TYPES]
    unique += [("ChangeFeed", "id"), ("ChangeSet", "sequence"), ("ChangeSet", "write_id")]
    constraints = (
        f"CREATE CONSTRAINT {label.lower()}_{name} IF NOT EXISTS FOR (n:{label}) REQUIRE n.{name} IS UNIQUE"
        for label, name in unique
    )
    # The key comes second, so that a filtered page starts anywhere without sorting.
    indexes = (
        f"CREATE INDEX {node.label.lower()}_by_{each.name} IF NOT EXISTS "
        f"FOR (n:{node.label}) ON (n.{each.name}, n.{node.key})"
        for node in ALL_TYPES
        for each in node.properties
        if each.is_indexed
    )
    return (*constraints, *indexes)
