"""HSDS in its tabular layout: a folder of CSV files, joined while ``services.csv`` is streamed.

Of the other tables only the columns that matter for matching are held in memory, by the key they are
joined on: no descriptions, contacts, phones or addresses.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from graph_models.domain.providers import Provider
from graph_models.exchange.csv_records import read_header, read_records
from graph_models.exchange.encodings import inspect_text_file
from graph_models.exchange.hsds import Offer, Vocabulary, provider_row
from graph_models.exchange.hsds_documents import hsds_facts, start_counting
from graph_models.exchange.problems import Finding, RowProblem
from graph_models.exchange.sources import Source, SourceRow
from graph_models.ports import Entity

Record = dict[str, str]

# table: the file names it goes by, then the columns that are kept
TABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "organizations": (("organizations", "organization"), ("id", "name")),
    "locations": (("locations", "location"), ("id", "latitude", "longitude")),
    "service_at_locations": (
        ("service_at_locations", "service_at_location", "services_at_location"),
        ("id", "service_id", "location_id"),
    ),
    "schedules": (
        ("schedules", "schedule"),
        (
            *("service_id", "location_id", "service_at_location_id", "freq", "interval", "byday", "opens_at"),
            *("closes_at", "valid_to", "until", "count", "byweekno", "bymonthday", "byyearday"),
        ),
    ),
    "service_areas": (
        ("service_areas", "service_area"),
        ("service_id", "service_at_location_id", "name", "uri"),
    ),
    "languages": (("languages", "language"), ("service_id", "location_id", "name", "code")),
    "accessibility": (("accessibility",), ("location_id", "description", "details")),
    "taxonomy_terms": (("taxonomy_terms", "taxonomy_term"), ("id", "code", "name")),
    "attributes": (("attributes", "attribute"), ("link_id", "link_entity", "taxonomy_term_id", "label")),
    "capacities": (
        ("service_capacities", "service_capacity", "capacities"),
        ("service_id", "available", "maximum", "updated"),
    ),
}
SERVICES = ("services", "service")
REQUIRED = ("id", "name", "status")
OWNERS = ("service_at_location_id", "service_id", "location_id")


def is_hsds_folder(folder: Path) -> bool:
    """Tell whether a folder has the tables that the tabular layout cannot do without."""
    return all(_find(folder, stems) is not None for stems in (SERVICES, TABLES["organizations"][0]))


def _find(folder: Path, stems: Sequence[str]) -> Path | None:
    paths = (folder / f"{stem}.csv{gz}" for stem in stems for gz in ("", ".gz"))
    return next((path for path in paths if path.is_file()), None)


class HsdsTables(Source):
    """A folder of HSDS tables; its path is that of the table of services, whose rows are reported."""

    needs_menu = True

    def __init__(self, folder: Path, encoding: str, words: Vocabulary) -> None:
        super().__init__(_find(folder, SERVICES) or folder / "services.csv")
        self._folder = folder
        self._encoding = encoding
        self._words = words
        self._header: tuple[str, ...] = ()
        self._facts: Counter[str] = Counter()

    def inspect(self) -> Iterator[RowProblem]:
        """See `Source`."""
        tables = (_find(self._folder, stems) for stems, _ in TABLES.values())
        for path in (self.path, *tables):
            finding = inspect_text_file(path, self._encoding) if path is not None else None
            if path is not None and finding is not None:
                yield finding.at(str(path))
                return
        self._header = self._names(self.path)
        for name in REQUIRED:
            if name not in self._header:
                yield Finding(name, "header", "this required column is missing").at(str(self.path), 1)

    def kinds(self) -> Sequence[type[Entity]]:
        """See `Source`."""
        return (Provider,)

    def header(self) -> Sequence[str]:
        """See `Source`."""
        return self._header

    def facts(self) -> dict[str, int]:
        """See `Source`."""
        return hsds_facts(self._facts, self._words)

    def unmapped(self) -> Mapping[str, int]:
        """See `Source`."""
        return self._words.skills.unmapped

    def rows(self, kind: type[Entity]) -> Iterator[SourceRow]:
        """See `Source`."""
        start_counting(self._facts, self._words)
        joined = _Joined(self)
        records = read_records(self.path, self._encoding)
        next(records)
        for number, record in enumerate(records, start=1):
            self.bytes_read = record.position
            place = (str(self.path), record.line, number)
            finding = record.finding
            if finding is None and len(record.cells) != len(self._header):
                reason = f"the row has {len(record.cells)} cells, the header {len(self._header)}"
                finding = Finding(None, "row", reason)
            if finding is not None:
                yield SourceRow(kind, {}, *place, record.cells, [finding])
                continue
            service = dict(zip(self._header, record.cells, strict=True))
            for offer in joined.offers(service):
                self._facts["services at a location" if offer.place else "services without location"] += 1
                row, findings = provider_row(offer, self._words)
                yield SourceRow(kind, row, *place, record.cells, findings)

    def _names(self, path: Path) -> tuple[str, ...]:
        header = read_header(path, self._encoding)
        return tuple(name.strip() for name in header.cells) if header else ()

    def read_table(self, table: str) -> Iterator[Record]:
        """Iterate over the kept columns of one table; rows that cannot be read are counted."""
        stems, kept = TABLES[table]
        path = _find(self._folder, stems)
        if path is None:
            return
        header = self._names(path)
        places = {name: header.index(name) for name in kept if name in header}
        records = read_records(path, self._encoding)
        next(records, None)
        for record in records:
            if record.finding is not None or len(record.cells) != len(header):
                self._facts[f"rows of {table} that cannot be read"] += 1
                continue
            cells = {name: record.cells[place] for name, place in places.items()}
            yield {name: cell for name, cell in cells.items() if cell}


class _Joined:
    """The tables around a service, by the keys they are joined on."""

    def __init__(self, source: HsdsTables) -> None:
        read = source.read_table
        self._organizations = {each.get("id"): each for each in read("organizations")}
        self._locations: dict[str | None, dict[str, Any]] = {
            each.get("id"): each for each in read("locations")
        }
        self._places = _by(read("service_at_locations"), "service_id")
        self._capacities = _by(read("capacities"), "service_id")
        self._accessibility = _by(read("accessibility"), "location_id")
        terms = {each.get("id"): each for each in read("taxonomy_terms")}
        self._attributes: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for attribute in read("attributes"):
            term = terms.get(attribute.get("taxonomy_term_id"), {})
            self._attributes[attribute.get("link_id", "")].append({**attribute, "taxonomy_term": term})
        self._owned = {name: _by_owner(read(name)) for name in ("schedules", "service_areas", "languages")}

    def offers(self, service: Record) -> Iterator[Offer]:
        key = service["id"]
        whole: dict[str, Any] = {**service, **self._around(key), "capacities": self._capacities.get(key, [])}
        organization = self._organizations.get(service.get("organization_id"), {})
        places = self._places.get(key, [])
        for place in places:
            place_key, location_key = place.get("id", ""), place.get("location_id", "")
            location = {
                **self._locations.get(location_key, {}),
                **self._around(location_key),
                "accessibility": self._accessibility.get(location_key, []),
            }
            yield Offer(whole, {**place, **self._around(place_key)}, location, organization)
        if not places:
            yield Offer(whole, {}, {}, organization)

    def _around(self, key: str) -> dict[str, Any]:
        owned = {name: table[key] for name, table in self._owned.items() if key in table}
        return {**owned, "attributes": self._attributes[key]} if key in self._attributes else owned


def _by(records: Iterator[Record], column: str) -> dict[str, list[Record]]:
    grouped: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        grouped[record.get(column, "")].append(record)
    return grouped


def _by_owner(records: Iterator[Record]) -> dict[str, list[Record]]:
    """Group by the narrowest owner that a record names: a schedule may name all three."""
    grouped: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        grouped[next((record[name] for name in OWNERS if name in record), "")].append(record)
    return grouped
