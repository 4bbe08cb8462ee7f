"""Rules that a batch must keep, decided in one place for every store.

A store takes its write lock, hands the batch and its `Lookups` to `check`, and applies the batch
only if nothing was raised. Since no other writer can commit in between, what was checked still
holds when the batch is applied.

All rules speak about the graph as it would be *after* the batch: the order of operations does not
matter, a value may point at another one of the same batch, and a value may be deleted together with
what points at it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Protocol

from graph_models.declarations import Relationship
from graph_models.domain.audit import AuditEvent
from graph_models.domain.errors import (
    CapacityExceeded,
    DuplicateKey,
    InvalidValue,
    NotFound,
    RevisionConflict,
    StillReferenced,
    UnknownReference,
)
from graph_models.domain.places import AREA_LEVELS, Area
from graph_models.domain.providers import Capacity
from graph_models.domain.skills import Skill
from graph_models.ports import (
    NEW,
    AdjustCapacity,
    Change,
    Delete,
    Entity,
    Operation,
    Put,
    WriteBatch,
    key_of,
    target_of,
)
from graph_models.schema import ALL_TYPES, BY_ENTITY

Kind = type[Entity]


class Lookups(Protocol):
    """What the rules ask of a store, inside the transaction that will apply the batch.

    Each method is called at most a few times for a batch, with all its keys at once. No method sees
    the batch itself: `check` overlays it.
    """

    def revisions(self, kind: Kind, keys: Collection[str]) -> dict[str, int]:
        """Return the revision of each of the keys that exists; leave out those that do not."""

    def texts(self, kind: Kind, column: str, keys: Collection[str]) -> dict[str, str | None]:
        """Return one text column of each of the keys that exists.

        `column` is a property or a to-one relationship of the kind, as `graph_models.schema` names
        it. Asked for ``Skill.broader_id`` and ``Area.level``.
        """

    def referrers(
        self, owner: Kind, relationship: Relationship, keys: Collection[str]
    ) -> Iterable[tuple[str, str]]:
        """Yield (owner key, target key) for each `relationship` of an owner to one of the keys.

        May be lazy: `check` stops at the first pair that breaks a rule.
        """


def check(batch: WriteBatch, lookups: Lookups) -> tuple[Change, ...]:
    """Refuse a batch that breaks a rule; return what it changes, in the order of its operations.

    Parameters
    ----------
    batch
        What is to be written.
    lookups
        The store's answers, from inside the transaction of the write.

    Raises
    ------
    DuplicateKey
        A `Put` expects `NEW`, or puts an audit event, and its key is taken.
    NotFound
        A `Put` expects a revision, or a `Delete` or `AdjustCapacity` names a key, of nothing.
    RevisionConflict
        The stored revision is not the expected one.
    UnknownReference
        A value of the batch would point at nothing.
    StillReferenced
        A value outside the batch points at a deleted one.
    InvalidValue
        `Skill.broader_id` would run in a circle, or an area would lie in one that is not wider.

    Notes
    -----
    Rules are tried in the order above, within a rule in the order of the operations, so every store
    gives the same error for the same batch. Capacity is not looked at: see `adjusted`.
    """
    changes = _expectations(batch.operations, lookups)
    after = _After(batch)
    _references(after, lookups)
    _deletes(after, lookups)
    _taxonomy(after, lookups)
    _hierarchy(after, lookups)
    return changes


def adjusted(operation: AdjustCapacity, capacity: Capacity) -> Capacity:
    """Return the capacity after moving units, from what the store holds under its write lock.

    Raises
    ------
    CapacityExceeded
        If reserved or consumed would fall below 0, or remaining would.

    Examples
    --------
    >>> adjusted(AdjustCapacity("p1", reserved=-1, consumed=1), Capacity(total=4, reserved=2))
    Capacity(total=4, reserved=1, consumed=1)
    >>> adjusted(AdjustCapacity("p1", reserved=3), Capacity(total=4, reserved=2))
    Traceback (most recent call last):
    ...
    graph_models.domain.errors.CapacityExceeded: provider 'p1' has 2 units left, 3 wanted
    """
    reserved = capacity.reserved + operation.reserved
    consumed = capacity.consumed + operation.consumed
    wanted = operation.reserved + operation.consumed
    if reserved < 0 or consumed < 0 or wanted > capacity.remaining:
        raise CapacityExceeded(operation.provider_id, capacity.remaining, wanted)
    return Capacity(capacity.total, reserved, consumed)


def asked(
    operation: AdjustCapacity, recent_referrals: int, last_referral_at: datetime | None
) -> tuple[int, datetime | None]:
    """Return how often and when last a provider was asked, after an adjustment that may change it.

    Examples
    --------
    >>> noon, evening = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 2, 18, tzinfo=UTC)
    >>> asked(AdjustCapacity("p1", reserved=1, asked_at=noon), 2, evening) == (3, evening)
    True
    >>> asked(AdjustCapacity("p1", reserved=-1), 2, evening) == (2, evening)
    True
    >>> asked(AdjustCapacity("p1", unasked_at=evening, asked_before=noon), 2, evening) == (1, noon)
    True
    >>> asked(AdjustCapacity("p1", unasked_at=noon), 2, evening) == (1, evening)
    True
    """
    count, last = recent_referrals, last_referral_at
    if operation.unasked_at is not None:
        # A load may have set the number back meanwhile.
        count = max(0, count - 1)
        last = operation.asked_before if last == operation.unasked_at else last
    if operation.asked_at is not None:
        count += 1
        last = max(operation.asked_at, last or operation.asked_at)
    return count, None if last is None else last.astimezone(UTC)


class _After:
    """The batch as an overlay: what will be there and what will be gone."""

    def __init__(self, batch: WriteBatch) -> None:
        self.put: dict[Kind, dict[str, Entity]] = defaultdict(dict)
        self.deleted: dict[Kind, dict[str, None]] = defaultdict(dict)
        for operation in batch.operations:
            match operation:
                case Put(value):
                    self.put[type(value)][key_of(value)] = value
                case Delete(kind, key):
                    self.deleted[kind][key] = None

    def concerns(self, kind: Kind, key: str) -> bool:
        return key in self.put.get(kind, ()) or key in self.deleted.get(kind, ())


def _expectations(operations: tuple[Operation, ...], lookups: Lookups) -> tuple[Change, ...]:
    targets = [target_of(operation) for operation in operations]
    keys: dict[Kind, list[str]] = defaultdict(list)
    for kind, key in targets:
        keys[kind].append(key)
    current = {kind: lookups.revisions(kind, several) for kind, several in keys.items()}
    return tuple(
        Change(kind, key, _next_revision(operation, kind, key, current[kind].get(key)))
        for operation, (kind, key) in zip(operations, targets, strict=True)
    )


def _next_revision(operation: Operation, kind: Kind, key: str, current: int | None) -> int:
    expected = None if isinstance(operation, AdjustCapacity) else operation.expected_revision
    is_put = isinstance(operation, Put)
    if current is None:
        if is_put and expected in (None, NEW):
            return 1
        raise NotFound(_label(kind), key)
    if is_put and (expected == NEW or kind is AuditEvent):
        raise DuplicateKey(_label(kind), key)
    if expected not in (None, current):
        raise RevisionConflict(_label(kind), key, expected, current)
    return 0 if isinstance(operation, Delete) else current + 1


def targets_of(value: Entity, relationship: Relationship) -> tuple[str, ...]:
    """Keys that a value points at by one of its relationships.

    Examples
    --------
    >>> from graph_models.domain.skills import Skill
    >>> broader = BY_ENTITY[Skill].relationships[0]
    >>> targets_of(Skill("care.bathing", "Bathing", "助浴", "care"), broader)
    ('care',)
    """
    held = getattr(value, relationship.column)
    if not relationship.is_many:
        return () if held is None else (held,)
    if relationship.property is None:
        return tuple(held)
    return tuple(end.skill_id for end in held)


def _references(after: _After, lookups: Lookups) -> None:
    """Refuse a target that is neither put by the batch nor there and left alone by it."""
    wanted: dict[Kind, dict[str, str]] = defaultdict(dict)
    for kind, values in after.put.items():
        for relationship in BY_ENTITY[kind].relationships:
            known = after.put.get(relationship.target, {})
            seen = wanted[relationship.target]
            for value in values.values():
                for target in targets_of(value, relationship):
                    if target not in known and target not in seen:
                        seen[target] = f"{_label(kind).lower()}.{relationship.column}"
    for kind, fields in wanted.items():
        found = lookups.revisions(kind, fields) if fields else {}
        for key, field in fields.items():
            if key not in found or key in after.deleted.get(kind, {}):
                raise UnknownReference(field, _label(kind), key)


def _deletes(after: _After, lookups: Lookups) -> None:
    """Refuse to delete what a value points at that the batch neither deletes nor puts."""
    for kind, keys in after.deleted.items():
        for owner, relationship in _pointing_at(kind) if keys else ():
            for owner_key, key in lookups.referrers(owner, relationship, keys):
                if not after.concerns(owner, owner_key):
                    raise StillReferenced(_label(kind), key, f"{_label(owner)} {owner_key!r}")


def _taxonomy(after: _After, lookups: Lookups) -> None:
    """Refuse a skill from which following `broader_id` does not end."""
    broader: dict[str, str | None] = {
        key: value.broader_id for key, value in after.put.get(Skill, {}).items() if isinstance(value, Skill)
    }
    start = tuple(broader)
    unknown = {up for up in broader.values() if up is not None} - broader.keys()
    while unknown:
        found = lookups.texts(Skill, "broader_id", unknown)
        broader |= found
        unknown = {up for up in found.values() if up is not None} - broader.keys()
    ends: set[str] = set()
    for key in start:
        path: dict[str, None] = {}
        step: str | None = key
        while step is not None and step not in ends:
            if step in path:
                circle = [*path][[*path].index(step) :]
                rule = f"not run in a circle ({' > '.join([*circle, step])})"
                raise InvalidValue("skill.broader_id", rule, broader[step])
            path[step] = None
            step = broader.get(step)
        ends |= path.keys()


def _hierarchy(after: _After, lookups: Lookups) -> None:
    """Refuse an area whose parent is not wider, also where only the parent was put."""
    areas = {key: value for key, value in after.put.get(Area, {}).items() if isinstance(value, Area)}
    if not areas:
        return
    part_of = next(each for each in BY_ENTITY[Area].relationships if each.target is Area)
    parent_of: dict[str, str] = {
        child: parent for child, parent in lookups.referrers(Area, part_of, areas) if child not in areas
    }
    parent_of |= {key: area.parent_code for key, area in areas.items() if area.parent_code is not None}
    unread = ({*parent_of, *parent_of.values()} - areas.keys()) - after.deleted.get(Area, {}).keys()
    level_of = lookups.texts(Area, "level", unread) if unread else {}
    level_of |= {key: area.level for key, area in areas.items()}
    rank = {str(level): position for position, level in enumerate(AREA_LEVELS)}
    for child, parent in parent_of.items():
        inner, outer = level_of.get(child), level_of[parent]
        if inner is not None and outer is not None and rank[inner] >= rank[outer]:
            rule = f"name an area wider than {child!r}, a {inner}, but {parent!r} is a {outer}"
            raise InvalidValue("area.parent_code", rule, parent)


def _pointing_at(kind: Kind) -> list[tuple[Kind, Relationship]]:
    return [(node.entity, each) for node in ALL_TYPES for each in node.relationships if each.target is kind]


def _label(kind: Kind) -> str:
    return BY_ENTITY[kind].label
