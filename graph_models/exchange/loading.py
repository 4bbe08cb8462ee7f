"""Loading files into a store: check, report, write; a bad row keeps out nothing but itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from graph_models.domain.checks import check_integer
from graph_models.domain.errors import InvalidValue
from graph_models.domain.places import Area, Datum
from graph_models.domain.skills import Skill
from graph_models.exchange.datum import DistrictOf, has_coordinates, parse_datum
from graph_models.exchange.directory_areas import area_codes_by_name
from graph_models.exchange.encodings import check_encoding
from graph_models.exchange.finding_sources import Found, SourceFinder
from graph_models.exchange.opening import BadFile
from graph_models.exchange.passes import BATCH_ROWS, DEFAULT_CAPACITY, LoadOptions, Pass, Progress
from graph_models.exchange.problems import Severity
from graph_models.exchange.report import KindCount, LoadReport, ProblemLog
from graph_models.exchange.sources import Source
from graph_models.exchange.vocabulary import fold
from graph_models.ports import MAX_BATCH, Entity, GraphStore

Kind = type[Entity]


def load(
    store: GraphStore,
    paths: Iterable[str | Path],
    *,
    crs: str | None = None,
    strict: bool = False,
    dry_run: bool = False,
    encoding: str = "utf-8",
    mapping: str | Path | None = None,
    base: Iterable[Entity] = (),
    district_of: DistrictOf | None = None,
    default_capacity: int = DEFAULT_CAPACITY,
    report_folder: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    batch_rows: int = BATCH_ROWS,
) -> LoadReport:
    """Load CSV, Parquet, HSDS or JSON Lines files into a store.

    Everything is read in bounded memory and written in atomic batches, kinds in the order in which
    they refer to each other. A row with a problem is kept out and reported, together with the rows
    that refer to it; the others are written. A file that is unfit as a whole (wrong encoding, missing
    columns, cut off) is found before anything is written, and then nothing is. Loading the same files
    again changes nothing.

    Parameters
    ----------
    store
        Where to.
    paths
        Files and folders of them.
    crs
        Datum of all coordinates: ``wgs84``, ``gcj02`` or ``bd09``. Needed if there are any.
    strict
        Check everything first and write nothing if there is any error.
    dry_run
        Check and compare everything, write nothing.
    encoding
        Encoding of text files.
    mapping
        File that maps keywords of a directory to skills; by default ``keyword_skills.csv`` beside it.
    base
        Skills and categories that a directory's keywords are mapped to, written if absent. Used only if
        one of the sources is a directory or HSDS.
    district_of
        Finds the district of a WGS-84 point; enables the checks for swapped coordinates and for
        undeclared GCJ-02.
    default_capacity
        Units of a provider whose directory states none.
    report_folder
        New or empty folder for ``problems.csv`` and the rejected rows, to correct and load again.
    progress
        Called about once a batch.
    batch_rows
        Rows of a batch, 1 to 10,000.

    Returns
    -------
    What was read, written and rejected, and why.

    Raises
    ------
    InvalidValue
        If an option is not valid, or `crs` is missing although a row has coordinates.
    StoreError
        If the store is away. Whole batches may have been written: load again to continue.
    """
    check_integer("batch_rows", batch_rows, least=1, most=MAX_BATCH)
    check_integer("default_capacity", default_capacity, least=0)
    options = LoadOptions(
        crs,
        strict,
        dry_run,
        check_encoding(encoding),
        Path(mapping) if mapping is not None else None,
        tuple(base),
        district_of,
        default_capacity,
        Path(report_folder) if report_folder is not None else None,
        progress,
        batch_rows,
    )
    datum = parse_datum(crs)
    with ProblemLog(options.report_folder) as log:
        found = _finder(store, options).find([Path(each) for each in paths])
        problems = [*found.problems, *(each for source in found.sources for each in source.inspect())]
        for problem in problems:
            log.add(problem)
        if problems:
            return _report({}, log, found, options, is_refused=True)
        if datum is None:
            _refuse_coordinates(found.sources)
        return _run(store, found, log, options, datum or Datum.WGS84)


def _run(store: GraphStore, found: Found, log: ProblemLog, options: LoadOptions, datum: Datum) -> LoadReport:
    if not options.strict or options.dry_run:
        counts = Pass(store, found.sources, log, options, datum).run()
        is_refused = options.strict and log.counts[Severity.ERROR] > 0
        return _report(counts, log, found, options, is_refused=is_refused)
    trial = Pass(store, found.sources, log, replace(options, dry_run=True), datum).run()
    if log.counts[Severity.ERROR]:
        return _report(trial, log, found, options, is_refused=True)
    with ProblemLog() as late:  # everything was reported by the trial but what others changed since
        counts = Pass(store, found.sources, late, options, datum).run()
    for problem in late.first[Severity.ERROR]:
        log.add(problem)
    return _report(counts, log, found, options, is_refused=False)


def _finder(store: GraphStore, options: LoadOptions) -> SourceFinder:
    skills = [*(each.value for each in store.scan(Skill)), *(s for s in options.base if isinstance(s, Skill))]
    names = {fold(text): str(each.id) for each in skills for text in (each.name_en, each.id)}
    areas = area_codes_by_name((each.value.code, each.value.name) for each in store.scan(Area))
    return SourceFinder(options.encoding, options.mapping, names, areas, options.default_capacity)


def _refuse_coordinates(sources: Sequence[Source]) -> None:
    for source in sources:
        for kind in source.kinds():
            try:
                if any(has_coordinates(row.row) for row in source.rows(kind)):
                    rule = f"be given, because {source.path.name} has coordinates"
                    raise InvalidValue("crs", f"{rule}: one of {', '.join(Datum)}")
            except BadFile:
                continue  # reported when the source is loaded


def _report(
    kinds: dict[str, KindCount], log: ProblemLog, found: Found, options: LoadOptions, *, is_refused: bool
) -> LoadReport:
    facts: Counter[str] = Counter()
    unmapped: Counter[str] = Counter()
    for source in found.sources:
        facts.update(source.facts())
        unmapped.update(source.unmapped())
    log.list_unmapped(unmapped)
    return LoadReport(
        kinds=kinds,
        errors=tuple(log.first[Severity.ERROR]),
        warnings=tuple(log.first[Severity.WARNING]),
        error_count=log.counts[Severity.ERROR],
        warning_count=log.counts[Severity.WARNING],
        facts=dict(facts),
        is_refused=is_refused,
        is_dry_run=options.dry_run,
    )
