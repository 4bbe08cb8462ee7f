"""Rows to values: the rules of the domain, keys given once, references that lead somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph_models.domain.errors import InvalidValue
from graph_models.domain.places import Area
from graph_models.domain.skills import Skill
from graph_models.exchange.columns import Column, referenced_keys, references_of
from graph_models.exchange.datum import DatumReader, warn_of_null_island
from graph_models.exchange.known_keys import Kind, KnownKeys
from graph_models.exchange.problems import Finding, finding_of, nearest, warn_of_lookalikes
from graph_models.exchange.sources import Source, SourceRow
from graph_models.exchange.trees import Trees
from graph_models.ports import MAX_BATCH, Entity, GraphStore, key_of
from graph_models.records import from_row, from_rows
from graph_models.schema import BY_ENTITY

PART_ROWS = 1_000  # that are read one by one if anything is wrong with any of them


@dataclass(slots=True)
class Candidate:
    """A row that makes a valid value by itself."""

    source: Source
    row: SourceRow
    value: Entity
    key: str


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
        self._known = known
        self._datum = datum
        self._seen: dict[Kind, set[str]] = {}
        self._samples: dict[Kind, list[str]] = {}
        self._trees = Trees(store)

    def read(self, source: Source, rows: Sequence[SourceRow]) -> list[Candidate | None]:
        """Make the values of rows of one kind; the findings of those that fail say why."""
        sound = [row for row in rows if not row.is_rejected and self._is_placed(row)]
        values = {
            id(row): value
            for start in range(0, len(sound), PART_ROWS)
            for row, value in _values(sound[start : start + PART_ROWS])
        }
        candidates = [self._accept(source, row, values.get(id(row))) for row in rows]
        for row, candidate in zip(rows, candidates, strict=True):
            if candidate is None:
                key = row.row.get(BY_ENTITY[row.kind].key)
                self._known.rejected.setdefault(row.kind, set()).add(str(key))
        return candidates

    def _is_placed(self, row: SourceRow) -> bool:
        if (finding := self._datum.apply(row.row)) is not None:
            row.findings.append(finding)
        return finding is None

    def _accept(self, source: Source, row: SourceRow, value: Entity | None) -> Candidate | None:
        """Take a value whose key is new and which closes no circle."""
        if value is None:
            return None
        kind, key = row.kind, key_of(value)
        seen = self._seen.setdefault(kind, set())
        if key in seen:
            reason = f"the {BY_ENTITY[kind].key} {key!r} was given by an earlier row of this load"
            row.findings.append(Finding(BY_ENTITY[kind].key, "text", reason, "keep one of the rows"))
            return None
        if isinstance(value, Skill) and (circle := self._trees.add_skill(value)) is not None:
            row.findings.append(circle)
            return None
        for column in ("name", "name_en"):
            text = row.row.get(column)
            if text is not None and (warning := warn_of_lookalikes(column, text)) is not None:
                row.findings.append(warning)
        if (warning := warn_of_null_island(row.row)) is not None:
            row.findings.append(warning)
        seen.add(key)
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
        missing = {column.name: self._missing(column, candidates) for column in columns}
        foreign = [each for each in columns if each.target is not kind and missing[each.name]]
        good = [
            each for each in candidates if not foreign or not self._reject_unknown(each, foreign, missing)
        ]
        own = [each for each in columns if each.target is kind and missing[each.name]]
        ready, held = _closed(good, own, missing)
        return self._in_wider_areas(ready), held

    def resolve(self, held: Sequence[Candidate]) -> list[Candidate]:
        """Return the held candidates whose references exist now, rejecting the others."""
        if not held:
            return []
        columns = [each for each in references_of(held[0].row.kind) if each.target is held[0].row.kind]
        missing = {column.name: self._missing(column, held) for column in columns}
        ready, lost = _closed(held, columns, missing)
        keys = {each.key for each in ready}
        for each in lost:
            self._reject_unknown(each, columns, {name: gone - keys for name, gone in missing.items()})
        return self._in_wider_areas(ready)

    def next_batch(self, ready: Sequence[Candidate], size: int) -> tuple[list[Candidate], list[Candidate]]:
        """Part resolved candidates into those that can be written first, and the rest.

        Those that refer to each other in a ring larger than a batch stay together as far as a batch
        can hold them.
        """
        own = [each for each in references_of(ready[0].row.kind) if each.target is ready[0].row.kind]
        waiting = {each.key for each in ready}
        free = [
            each for each in ready if not any(key in waiting for column in own for key in _keys(each, column))
        ]
        batch = free[:size] or list(ready[:MAX_BATCH])
        taken = {each.key for each in batch}
        return batch, [each for each in ready if each.key not in taken]

    def _missing(self, column: Column, candidates: Sequence[Candidate]) -> set[str]:
        """Return the keys that candidates name in a column and that nobody has brought yet."""
        cells = [each.row.row.get(column.name) for each in candidates]
        distinct = dict(zip(map(id, cells), cells, strict=True)).values()
        keys = {key for cell in distinct for key in referenced_keys(column, cell)}
        return self._known.missing(_target(column), keys)

    def _reject_unknown(
        self, candidate: Candidate, columns: Sequence[Column], missing: dict[str, set[str]]
    ) -> bool:
        """Reject a candidate with a reference to a missing key, naming each such column."""
        is_bad = False
        for column in columns:
            gone = [key for key in _keys(candidate, column) if key in missing[column.name]]
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

    def _in_wider_areas(self, candidates: list[Candidate]) -> list[Candidate]:
        """Reject areas that lie in an area which is not wider."""
        if not candidates or candidates[0].row.kind is not Area:
            return candidates
        batch = {each.key: each.value for each in candidates if isinstance(each.value, Area)}
        fitting: list[Candidate] = []
        for each in candidates:
            finding = self._trees.add_area(each.value, batch) if isinstance(each.value, Area) else None
            if finding is None:
                fitting.append(each)
            else:
                self.reject(each, finding)
        return fitting


def _values(rows: Sequence[SourceRow]) -> Iterator[tuple[SourceRow, Entity | None]]:
    """Make the values of rows, all at once if all are good; None and a finding for what is not."""
    try:
        yield from zip(rows, from_rows(rows[0].kind, [each.row for each in rows]), strict=True)
    except InvalidValue:
        yield from ((row, _value(row)) for row in rows)


def _value(row: SourceRow) -> Entity | None:
    try:
        return from_row(row.kind, row.row)
    except InvalidValue as error:
        finding = finding_of(error, row.kind)
        given = row.row.get(finding.column or "")
        row.findings.append(finding_of(error, row.kind, given) if isinstance(given, str) else finding)
        return None


def _keys(candidate: Candidate, column: Column) -> Sequence[str]:
    return referenced_keys(column, candidate.row.row.get(column.name))


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
        is_lost = [any(key in gone[c.name] for c in columns for key in _keys(each, c)) for each in ready]
        if not any(is_lost):
            break
        lost += [each for each, bad in zip(ready, is_lost, strict=True) if bad]
        ready = [each for each, bad in zip(ready, is_lost, strict=True) if not bad]
    return ready, lost
