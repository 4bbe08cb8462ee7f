"""The service directory of San Mateo County (Ohana layout): one JSON record a line, one provider each.

Beside the directory lie ``keyword_skills.csv`` (what its keywords mean) and ``service_areas.csv`` (what
its area names mean). Measured rates of what could be read are in ``docs/exchange.md``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from geopy.distance import great_circle

from graph_models.domain.places import Area
from graph_models.domain.providers import Provider
from graph_models.domain.schedules import format_week
from graph_models.exchange.directory_areas import DirectoryAreas, coordinates, texts
from graph_models.exchange.eligibility import parse_age_limits
from graph_models.exchange.gazetteer import zip_code
from graph_models.exchange.hours import NotUnderstood, parse_hours
from graph_models.exchange.json_documents import JsonItem, read_items
from graph_models.exchange.opening import BadFile
from graph_models.exchange.problems import Finding, RowProblem, Severity, value_class
from graph_models.exchange.sources import Source, SourceRow
from graph_models.exchange.spoken import match_accessibility, match_languages
from graph_models.exchange.vocabulary import SkillMap
from graph_models.ports import Entity

ID_PREFIX = "smc-"
SUSPICIOUS_KM = 10.0  # the widest postal codes of the county reach that far from their median
PUBLIC_FUNDING = {"city", "county", "state", "federal", "school district", "special district", "taxes"}
FEE_FUNDING = {"fees", "sales", "membership dues", "dues", "tuition"}


class Directory(Source):
    """A directory file as areas and providers."""

    needs_menu = True

    def __init__(
        self, path: Path, encoding: str, skills: SkillMap, areas: DirectoryAreas, capacity: int
    ) -> None:
        super().__init__(path)
        self._encoding = encoding
        self._skills = skills
        self._areas = areas
        self._capacity = capacity
        self._facts: Counter[str] = Counter()

    def inspect(self) -> Iterator[RowProblem]:
        """See `Source`."""
        try:
            records = [item.value for item in self._items() if isinstance(item.value, dict)]
        except BadFile as error:
            yield error.finding.at(str(self.path))
            return
        self._areas.learn(records)
        if not records:
            yield Finding(None, "file", "no line holds a record").at(str(self.path))

    def kinds(self) -> Sequence[type[Entity]]:
        """See `Source`."""
        return (Area, Provider)

    def facts(self) -> dict[str, int]:
        """See `Source`."""
        skills = self._skills
        return {
            **dict(sorted(self._facts.items())),
            "keywords mapped": len(skills.used),
            "keywords not naming a service": len(skills.not_services),
            "keywords not mapped": len(skills.unmapped),
            "keyword uses mapped": skills.used.total(),
            "keyword uses not naming a service": skills.not_services.total(),
            "keyword uses not mapped": skills.unmapped.total(),
            "service area names not known": self._areas.names.unmapped.total(),
        }

    def unmapped(self) -> Mapping[str, int]:
        """See `Source`."""
        return self._skills.unmapped

    def rows(self, kind: type[Entity]) -> Iterator[SourceRow]:
        """See `Source`."""
        if kind is Area:
            for number, row in enumerate(self._areas.rows(), start=1):
                yield SourceRow(Area, row, f"{self.path} (areas)", None, number, row)
            return
        self._facts.clear()
        self._skills.forget()
        self._areas.names.unmapped.clear()
        for item in self._items():
            self.bytes_read = item.position
            row, findings = self._read(item)
            yield SourceRow(Provider, row, str(self.path), item.line, item.number, item.value, findings)

    def _items(self) -> Iterator[JsonItem]:
        return read_items(self.path, self._encoding)

    def _read(self, item: JsonItem) -> tuple[dict[str, Any], list[Finding]]:
        record = item.value
        if item.finding is not None:
            return {}, [item.finding]
        if not isinstance(record, dict) or not isinstance(record.get("record"), int):
            return {}, [Finding("record", value_class(record), "the record must be an object with a number")]
        self._facts["records"] += 1
        findings: list[Finding] = []
        row: dict[str, Any] = {
            "id": f"{ID_PREFIX}{record['record']:04}",
            "kind": _kind(texts(record, "funding_sources")),
            "name": _name(record),
            "capacity_total": self._capacity,
            "skills": self._skills.skills(texts(record, "keywords")),
            "serves": self._areas.names.serves(texts(record, "service_area")),
            "community_code": self._areas.community(record),
            "accessibility": match_accessibility(texts(record, "accessibility_options")),
            "source": f"San Mateo County directory, record {record['record']}",
        }
        if not row["skills"]:
            findings.append(_warning("keywords", "no keyword names a service that is mapped to a skill"))
        self._read_location(record, row, findings)
        self._read_hours(record, row, findings)
        self._read_people(record, row, findings)
        return row, findings

    def _read_location(self, record: dict[str, Any], row: dict[str, Any], findings: list[Finding]) -> None:
        given = record.get("coordinates")
        point = coordinates(record)
        zip_point = self._areas.gazetteer.geocode(str(record.get("zipcode") or ""))
        if given is not None and point is None:
            reason = "coordinates must be a pair of numbers, longitude first"
            findings.append(Finding("coordinates", value_class(given), reason))
        elif point is not None:
            row["latitude"], row["longitude"] = point
            self._facts["located"] += 1
            centre = (zip_point.latitude, zip_point.longitude) if zip_point else None
            if centre and max(map(abs, point)) <= 180 and abs(point[0]) <= 90:
                self._compare(great_circle(point, centre).km, findings)
        elif zip_point is not None:
            row["latitude"], row["longitude"] = zip_point.latitude, zip_point.longitude
            row["source"] += f"; location from zip {zip_code(str(record['zipcode']))}"
            self._facts["located by zip code"] += 1
            findings.append(_warning("coordinates", "missing; the median point of its zip code stands in"))
        else:
            self._facts["not located"] += 1
            findings.append(_warning("coordinates", "missing, and no known zip code is given either"))

    def _compare(self, distance_km: float, findings: list[Finding]) -> None:
        if distance_km > SUSPICIOUS_KM:
            self._facts["suspicious locations"] += 1
            reason = f"the point lies {distance_km:.0f} km from the median point of its zip code"
            findings.append(_warning("coordinates", reason, "check coordinates and zip code"))

    def _read_hours(self, record: dict[str, Any], row: dict[str, Any], findings: list[Finding]) -> None:
        text = " ".join(texts(record, "service_hours"))
        row["availability"] = None
        if not text:
            return
        self._facts["hours given"] += 1
        try:
            row["availability"] = format_week(parse_hours(text))
            self._facts["hours understood"] += 1
        except NotUnderstood as error:
            self._facts[f"hours not understood: {error}"] += 1
            findings.append(_warning("service_hours", f"not understood ({error}); taken as not known"))

    def _read_people(self, record: dict[str, Any], row: dict[str, Any], findings: list[Finding]) -> None:
        tags, unknown = match_languages(texts(record, "languages_spoken"))
        # The directory is in English and lists further languages only.
        row["languages"] = tuple(sorted({*tags, "en"})) if tags else ()
        if unknown:
            self._facts["language names not known"] += unknown
            findings.append(_warning("languages_spoken", f"{unknown} language names are not known"))
        least, most = parse_age_limits(" ".join(texts(record, "eligibility_requirements")))
        row["min_age"], row["max_age"] = least, most
        self._facts["age limits taken"] += least is not None or most is not None


def _kind(funding: Sequence[str]) -> str:
    """Tell a public department from a charity and from others by where the money comes from."""
    sources = {each.strip().casefold() for each in funding}
    if sources & PUBLIC_FUNDING and not sources - PUBLIC_FUNDING - FEE_FUNDING:
        return "department"
    return "charity" if sources - PUBLIC_FUNDING - FEE_FUNDING else "social_organisation"


def _name(record: dict[str, Any]) -> str | None:
    name, agency = (" ".join(" ".join(texts(record, key)).split()) for key in ("name", "agency"))
    name = name.replace(".,", ",").strip()
    return f"{name} ({agency})" if name and agency else name or None


def _warning(column: str, reason: str, hint: str = "") -> Finding:
    return Finding(column, "text", reason, hint, Severity.WARNING)
