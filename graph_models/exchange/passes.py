"""One pass over all sources of a load, kind by kind in the order of their references."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from graph_models.domain.places import Datum
from graph_models.exchange.checking import Candidate, Checker
from graph_models.exchange.datum import DatumReader, DistrictOf
from graph_models.exchange.garbage import seldom_collected
from graph_models.exchange.known_keys import Kind, KnownKeys
from graph_models.exchange.opening import BadFile
from graph_models.exchange.report import KindCount, ProblemLog
from graph_models.exchange.sources import Source, SourceRow
from graph_models.exchange.writing import BatchWriter, Outcome
from graph_models.ports import Entity, GraphStore, key_of
from graph_models.records import to_row
from graph_models.schema import NODE_TYPES

BATCH_ROWS = 5_000
DEFAULT_CAPACITY = 20


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load is.

    Parameters
    ----------
    phase
        ``checking`` or ``writing``; a strict load goes through both.
    file
        What is being read.
    rows
        Rows read so far in this phase.
    bytes_read, bytes_total
        Position in all files together; a file that holds several kinds is read, and counted, once for
        each of them.
    """

    phase: str
    file: str
    rows: int
    bytes_read: int
    bytes_total: int


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to load; see `load`."""

    crs: str | None = None
    strict: bool = False
    dry_run: bool = False
    encoding: str = "utf-8"
    mapping: Path | None = None
    base: tuple[Entity, ...] = ()
    district_of: DistrictOf | None = None
    default_capacity: int = DEFAULT_CAPACITY
    report_folder: Path | None = None
    progress: Callable[[Progress], None] | None = None
    batch_rows: int = BATCH_ROWS


class Pass:
    """One pass over all sources, kind by kind."""

    def __init__(
        self,
        store: GraphStore,
        sources: Sequence[Source],
        log: ProblemLog,
        options: LoadOptions,
        datum: Datum,
    ) -> None:
        self._store = store
        self._sources = sources
        self._log = log
        self._options = options
        self._known = KnownKeys(store)
        self._datum = DatumReader(datum, options.district_of)
        self._checker = Checker(store, self._known, self._datum)
        self._writer = BatchWriter(store, is_dry=options.dry_run)
        self._read: defaultdict[Kind, int] = defaultdict(int)
        self._outcomes: defaultdict[Kind, Outcome] = defaultdict(Outcome)
        self._rejected: defaultdict[Kind, int] = defaultdict(int)
        self._bytes_done = 0
        self._bytes_total = sum(each.size_bytes * len(each.kinds()) for each in sources)

    def run(self) -> dict[str, KindCount]:
        """Read, check and write (unless dry) everything; return counts by plural."""
        if any(source.needs_menu for source in self._sources):
            self._write_base()
        with seldom_collected():
            for node in NODE_TYPES:
                self._load_kind(node.entity)
        return {
            node.plural: KindCount(
                self._read[node.entity],
                self._outcomes[node.entity].written,
                self._outcomes[node.entity].unchanged,
                self._rejected[node.entity],
            )
            for node in NODE_TYPES
            if self._read[node.entity]
        }

    def _load_kind(self, kind: Kind) -> None:
        held: list[Candidate] = []
        for source in self._sources:
            if kind in source.kinds():
                held += self._load_source(source, kind)
        self._load_held(held)

    def _write_base(self) -> None:
        """Write those of the base values that are absent, without counting them as rows."""
        for node in NODE_TYPES:
            values = {key_of(each): each for each in self._options.base if type(each) is node.entity}
            absent = self._known.missing(node.entity, values)
            source = self._sources[0]
            candidates = [
                Candidate(source, SourceRow(node.entity, to_row(value), "", None, 0, None), value, key)
                for key, value in values.items()
                if key in absent
            ]
            self._known.add_stored(node.entity, absent)
            self._writer.write(candidates)

    def _load_source(self, source: Source, kind: Kind) -> list[Candidate]:
        """Load the rows of one source and return those that wait for others."""
        held: list[Candidate] = []
        rows = self._rows(source, kind)
        while batch := list(islice(rows, self._options.batch_rows)):
            self._read[kind] += len(batch)
            candidates: list[Candidate] = []
            for row, candidate in zip(batch, self._checker.read(source, batch), strict=True):
                if candidate is None:
                    self._reject(source, row)
                else:
                    candidates.append(candidate)
            ready, waiting = self._checker.split(candidates)
            held += waiting
            self._write(ready)
            waits = set(map(id, waiting))
            self._settle(each for each in candidates if id(each) not in waits)
            if (warning := self._datum.warning()) is not None:
                first, last = batch[0], batch[-1]
                reason = f"in records {first.record} to {last.record}: {warning.reason}"
                self._log.add(first.problem(replace(warning, reason=reason)))
            self._tell(source)
        self._bytes_done += source.size_bytes
        return held

    def _rows(self, source: Source, kind: Kind) -> Iterator[SourceRow]:
        try:
            yield from source.rows(kind)
        except BadFile as error:
            self._log.add(error.finding.at(str(source.path)))

    def _load_held(self, held: list[Candidate]) -> None:
        ready = self._checker.resolve(held)
        while ready:
            if len(ready) <= self._options.batch_rows:
                batch, ready = ready, []
            else:
                batch, ready = self._checker.next_batch(ready, self._options.batch_rows)
            self._write(batch)
        self._settle(held)

    def _write(self, candidates: Sequence[Candidate]) -> None:
        """Write candidates whose references exist, and note their keys."""
        if not candidates:
            return
        kind = candidates[0].row.kind
        outcome = self._writer.write(candidates)
        for candidate, finding in outcome.rejected:
            self._checker.reject(candidate, finding)
        turned_down = {id(candidate) for candidate, _ in outcome.rejected}
        self._known.add(kind, (each.key for each in candidates if id(each) not in turned_down))
        self._outcomes[kind].written += outcome.written
        self._outcomes[kind].unchanged += outcome.unchanged

    def _settle(self, candidates: Iterable[Candidate]) -> None:
        """Report what was found about rows whose fate is known."""
        for each in candidates:
            if each.row.is_rejected:
                self._reject(each.source, each.row)
            elif each.row.findings:
                self._add_all(each.row)

    def _reject(self, source: Source, row: SourceRow) -> None:
        self._rejected[row.kind] += 1
        self._add_all(row)
        self._log.reject(source, row)

    def _add_all(self, row: SourceRow) -> None:
        for finding in row.findings:
            self._log.add(row.problem(finding))

    def _tell(self, source: Source) -> None:
        if self._options.progress is not None:
            phase = "checking" if self._options.dry_run else "writing"
            rows = sum(self._read.values())
            position = self._bytes_done + source.bytes_read
            self._options.progress(Progress(phase, str(source.path), rows, position, self._bytes_total))
