"""Rows to values: the rules of the domain, keys given once, references that lead somewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from graph_models.domain.errors import InvalidValue
from graph_models.domain.places import AREA_LEVELS, Area
from graph_models.domain.skills import Skill
from graph_models.exchange.columns import Column, referenced_keys, references_of
from graph_models.exchange.datum import DatumReader
from graph_models.exchange.problems import Finding, Severity, finding_of, nearest
from graph_models.exchange.sources import Source, SourceRow
from graph_models.ports import MAX_BATCH, Entity, GraphStore, key_of
from graph_models.records import from_row
from graph_models.schema import BY_ENTITY

Kind = type[Entity]
_LOOKUP = 5_000
_FEW = 2_000


@dataclass(slots=True)
class Candidate:
    """A row that makes a valid value by itself."""

    source: Source
    row: SourceRow
    value: Entity
    key: str


class KnownKeys:
    """Keys that exist: in the store, or accepted earlier in this load."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._loaded: dict[Kind, set[str]] = {}
        self._stored: dict[Kind, set[str]] = {}
        self.rejected: dict[Kind, set[str]] = {}

    def add(self, kind: Kind, keys: Iterable[str]) -> None:
        """Take note of keys that this load brings."""
        self._loaded.setdefault(kind, set()).update(keys)

    def add_stored(self, kind: Kind, keys: Iterable[str]) -> None:
        """Take note of keys that the store will have before any row is written."""
        self._stored.setdefault(kind, set()).update(keys)

    def missing(self, kind: Kind, keys: Collection[str]) -> set[str]:
        """Return those of the keys that neither the load nor the store has."""
        stored = self._stored.setdefault(kind, set())
        unknown = set(keys) - self._loaded.get(kind, set()) - stored
        ordered = sorted(unknown)
        for start in range(0, len(ordered), _LOOKUP):
            stored.update(self._store.get_many(kind, ordered[start : start + _LOOKUP]))
        return unknown - stored

    def some(self, kind: Kind) -> list[str]:
        """Return a few known keys, among which a mistyped one may be recognised."""
        page = self._store.page(kind, limit=_FEW)
        stored = [key_of(each.value) for each in page.items]
        return [*stored, *list(self._loaded.get(kind, ()))[:_FEW]]


class Checker:
    """Turns rows of a load into candidates; what cannot be one gets findings.

    Parameters
    ----------
    known
        Keys that references may point at.
    datum
        Converts coordinates.
    """

    def __init__(self, store: GraphStore, known: KnownKeys, datum: DatumReader) -> None:
        self._store = store
        self._known = known
        self._datum = datum
        self._seen: dict[Kind, set[str]] = {}
        self._samples: dict[Kind, list[str]] = {}
        self._broader: dict[str, str | None] | None = None
        self._levels: dict[str, str] = {}

    def read(self, source: Source, row: SourceRow) -> Candidate | None:
        """Make the value of one row; on failure its findings say why."""
        candidate = self._read(source, row)
        if candidate is None:
            key = row.row.get(BY_ENTITY[row.kind].key)
            self._known.rejected.setdefault(row.kind, set()).add(str(key))
        return candidate

    def _read(self, source: Source, row: SourceRow) -> Candidate | None:
        if any(each.severity is Severity.ERROR for each in row.findings):
            return None
        if (finding := self._datum.apply(row.row)) is not None:
            row.findings.append(finding)
            return None
        kind = row.kind
        try:
            value = from_row(kind, row.row)
        except InvalidValue as error:
            finding = finding_of(error, kind)
            given = row.row.get(finding.column or "")
            row.findings.append(finding_of(error, kind, given) if isinstance(given, str) else finding)
            return None
        key = key_of(value)
        if key in self._seen.setdefault(kind, set()):
            reason = f"the {BY_ENTITY[kind].key} {key!r} was given by an earlier row of this load"
            row.findings.append(Finding(BY_ENTITY[kind].key, "text", reason, "keep one of the rows"))
            return None
        if isinstance(value, Skill) and (circle := self._circle(value)) is not None:
            row.findings.append(circle)
            return None
        self._seen[kind].add(key)
        return Candidate(source, row, value, key)

    def reject(self, candidate: Candidate, finding: Finding) -> None:
        """Turn a candidate down after all; its key is free again."""
        candidate.row.findings.append(finding)
        kind = candidate.row.kind
        self._seen[kind].discard(candidate.key)
        self._known.rejected.setdefault(kind, set()).add(candidate.key)

    def split(self, candidates: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
        """Part candidates of one kind into those with known references and those to decide later.

        Candidates that point at another kind's missing key are rejected. One that points at a missing
        key of its own kind may still find it further down and is held.
        """
        if not candidates:
            return [], []
        kind = candidates[0].row.kind
        columns = references_of(kind)
        missing = {
            column.name: self._known.missing(
                _target(column),
                {key for each in candidates for key in referenced_keys(column, each.row.row)},
            )
            for column in columns
        }
        foreign = [each for each in columns if each.target is not kind and missing[each.name]]
        good = [each for each in candidates if not self._reject_unknown(each, foreign, missing)]
        own = [each for each in columns if each.target is kind and missing[each.name]]
        ready, held = _closed(good, own, missing)
        return [each for each in ready if self._fits_hierarchy(each, ready)], held

    def resolve(self, held: Sequence[Candidate]) -> list[Candidate]:
        """Return the held candidates whose references exist now, rejecting the others."""
        if not held:
            return []
        columns = [each for each in references_of(held[0].row.kind) if each.target is held[0].row.kind]
        missing = {
            column.name: self._known.missing(
                _target(column), {key for each in held for key in referenced_keys(column, each.row.row)}
            )
            for column in columns
        }
        ready, lost = _closed(held, columns, missing)
        keys = {each.key for each in ready}
        for each in lost:
            self._reject_unknown(each, columns, {name: gone - keys for name, gone in missing.items()})
        return [each for each in ready if self._fits_hierarchy(each, ready)]

    def next_batch(self, ready: Sequence[Candidate], size: int) -> tuple[list[Candidate], list[Candidate]]:
        """Part resolved candidates into those that can be written first, and the rest.

        Those that refer to each other in a ring larger than a batch stay together as far as a batch
        can hold them.
        """
        own = [each for each in references_of(ready[0].row.kind) if each.target is ready[0].row.kind]
        waiting = {each.key for each in ready}
        free = [
            each
            for each in ready
            if not any(key in waiting for column in own for key in referenced_keys(column, each.row.row))
        ]
        batch = free[:size] or list(ready[:MAX_BATCH])
        taken = {each.key for each in batch}
        return batch, [each for each in ready if each.key not in taken]

    def _reject_unknown(
        self, candidate: Candidate, columns: Sequence[Column], missing: dict[str, set[str]]
    ) -> bool:
        """Reject a candidate with a reference to a missing key, naming each such column."""
        is_bad = False
        for column in columns:
            gone = [key for key in referenced_keys(column, candidate.row.row) if key in missing[column.name]]
            for key in gone[:3]:
                is_bad = True
                target = _target(column)
                label = BY_ENTITY[target].label
                reason = f"{column.name} points at {label} {key!r}, which does not exist"
                finding = Finding(column.name, "text", reason, self._hint(target, key))
                self.reject(candidate, finding)
        return is_bad

    def _hint(self, kind: Kind, key: str) -> str:
        if key in self._known.rejected.get(kind, ()):
            return "the row of this load that brings it was rejected"
        if kind not in self._samples:
            self._samples[kind] = self._known.some(kind)
        return nearest(key, self._samples[kind])

    def _circle(self, skill: Skill) -> Finding | None:
        """Follow the broader skills of a new one through load and store; they must end."""
        if self._broader is None:
            self._broader = {each.value.id: each.value.broader_id for each in self._store.scan(Skill)}
        path = [str(skill.id)]
        step = skill.broader_id
        while step is not None and step not in path:
            path.append(step)
            step = self._broader.get(step)  # type: ignore[assignment]  # ids are texts here
        if step is not None:
            reason = f"broader_id runs in a circle ({' > '.join([*path, step])})"
            return Finding("broader_id", "text", reason, "one of these skills must be at the top")
        self._broader[skill.id] = skill.broader_id
        return None

    def _fits_hierarchy(self, candidate: Candidate, batch: Sequence[Candidate]) -> bool:
        """Tell whether an area's parent is wider than the area; reject it if not."""
        area: Any = candidate.value
        if not isinstance(area, Area) or area.parent_code is None:
            if isinstance(area, Area):
                self._levels[area.code] = area.level
            return True
        self._levels[area.code] = area.level
        parent = area.parent_code
        level = self._levels.get(parent)
        if level is None:
            levels = {each.key: each.value.level for each in batch if isinstance(each.value, Area)}
            level = levels.get(parent) or self._store.get(Area, parent).value.level
            self._levels[parent] = level
        if AREA_LEVELS.index(area.level) < [*map(str, AREA_LEVELS)].index(level):
            return True
        reason = f"parent_code names a {level}, which is not wider than a {area.level}"
        self.reject(candidate, Finding("parent_code", "text", reason))
        return False


def _target(column: Column) -> Kind:
    if column.target is None:
        raise TypeError(f"{column.name} is not a relationship")
    return column.target


def _closed(
    candidates: Sequence[Candidate], columns: Sequence[Column], missing: dict[str, set[str]]
) -> tuple[list[Candidate], list[Candidate]]:
    """Split off the candidates that point, at once or through others, at keys that nobody brings."""
    ready, lost = list(candidates), list[Candidate]()
    while columns:
        keys = {each.key for each in ready}
        gone = {column.name: missing[column.name] - keys for column in columns}
        is_lost = [
            any(key in gone[c.name] for c in columns for key in referenced_keys(c, each.row.row))
            for each in ready
        ]
        if not any(is_lost):
            break
        lost += [each for each, bad in zip(ready, is_lost, strict=True) if bad]
        ready = [each for each, bad in zip(ready, is_lost, strict=True) if not bad]
    return ready, lost
