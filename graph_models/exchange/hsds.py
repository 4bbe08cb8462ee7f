"""HSDS 3.1 objects as provider rows: one provider for each service at a location.

A service without a location is one provider without a place. What HSDS says in free text only
(eligibility, fees, documents) is not taken over; contacts never are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from graph_models.domain.schedules import format_week
from graph_models.exchange.hsds_schedules import NotWeekly, read_schedules
from graph_models.exchange.problems import CellError, Finding, Severity, value_class
from graph_models.exchange.spoken import match_accessibility, match_languages
from graph_models.exchange.vocabulary import AreaMap, SkillMap
from graph_models.records import Row

Json = dict[str, Any]
KIND = "social_organisation"
ACTIVE = "active"
_MARKS = {"service", "services", "service_at_locations", "organization", "organization_id", "location_type"}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the words of a directory mean, and the capacity of a service that states none."""

    skills: SkillMap
    areas: AreaMap
    capacity: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A service, where it takes place if that is known, and who runs it."""

    service: Json
    place: Json
    location: Json
    organization: Json


def offers_in(item: Json) -> Iterator[Offer]:
    """Yield what an HSDS object offers: an organization, a service or a service at a location.

    Anything else, such as a location by itself, offers nothing.
    """
    if "service" in item:
        service = _object(item, "service")
        yield Offer(service, item, _object(item, "location"), _object(service, "organization"))
    elif "services" in item:
        locations = {each.get("id"): each for each in _objects(item, "locations")}
        for service in _objects(item, "services"):
            yield from _offers_of(service, item, locations)
    elif "status" in item or "service_at_locations" in item:
        yield from _offers_of(item, _object(item, "organization"), {})


def is_hsds(item: object) -> bool:
    """Tell whether a JSON value looks like an object that `offers_in` reads."""
    if not isinstance(item, dict) or "id" not in item:
        return False
    return item.keys() >= {"name", "status"} or not _MARKS.isdisjoint(item)


def _offers_of(service: Json, organization: Json, locations: dict[Any, Json]) -> Iterator[Offer]:
    places = _objects(service, "service_at_locations")
    for place in places:
        location = _object(place, "location") or locations.get(place.get("location_id"), {})
        yield Offer(service, place, location, organization)
    if not places:
        yield Offer(service, {}, {}, organization)


def provider_row(offer: Offer, words: Vocabulary) -> tuple[Row, list[Finding]]:
    """Read an offer as a row of ``providers``, with what could not be read of it."""
    service, place, location = offer.service, offer.place, offer.location
    findings: list[Finding] = []
    row: Row = {
        "id": place.get("id") or service.get("id"),
        "kind": KIND,
        "name": _name(service, offer.organization),
        "skills": words.skills.skills(_terms(service, place, words.skills)),
        "is_active": service.get("status", ACTIVE) == ACTIVE,
        "accessibility": match_accessibility(
            str(each.get(key) or "") for each in _objects(location, "accessibility") for key in _ACCESS_TEXTS
        ),
        "source": f"HSDS service {service.get('id')}"[:500],
    }
    if not row["skills"]:
        findings.append(_warning("attributes", "no taxonomy term is mapped to a skill"))
    _read_areas(offer, words.areas, row, findings)
    _read_languages(offer, row, findings)
    _read_hours(offer, row, findings)
    readers = (
        *((column, _number, location.get(column)) for column in ("latitude", "longitude")),
        ("min_age", _integer, service.get("minimum_age")),
        ("max_age", _integer, service.get("maximum_age")),
        ("verified_at", _day, service.get("assured_date")),
    )
    for column, read, given in readers:
        try:
            row[column] = None if given in (None, "") else read(given)
        except CellError as error:
            findings.append(Finding(column, value_class(given), f"{column} {error.reason}", error.hint))
    try:
        row |= _capacity(service, words.capacity)
    except CellError as error:
        findings.append(Finding("capacity_total", "text", f"capacity {error.reason}", error.hint))
    return row, findings


_ACCESS_TEXTS = ("description", "details")


def _name(service: Json, organization: Json) -> str | None:
    name, owner = (" ".join(str(each.get("name") or "").split()) for each in (service, organization))
    return f"{name} ({owner})" if name and owner and owner != name else name or None


def _terms(service: Json, place: Json, skills: SkillMap) -> Iterator[str]:
    """Taxonomy terms of a service, each by its code or name, whichever is mapped."""
    for attribute in (*_objects(service, "attributes"), *_objects(place, "attributes")):
        term = _object(attribute, "taxonomy_term")
        given = (term.get("code"), term.get("name"), attribute.get("label"))
        named = [each for each in given if isinstance(each, str) and each.strip()]
        if named:
            yield next((each for each in named if each in skills), named[-1])


def _read_areas(offer: Offer, areas: AreaMap, row: Row, findings: list[Finding]) -> None:
    listed = _objects(offer.place, "service_areas") or _objects(offer.service, "service_areas")
    names = [str(each.get("name") or each.get("uri") or "") for each in listed]
    row["serves"] = areas.serves(name for name in names if name)
    if names and not row["serves"] and not areas.is_open(names):
        findings.append(_warning("service_areas", "no known area; taken as serving everywhere"))


def _read_languages(offer: Offer, row: Row, findings: list[Finding]) -> None:
    listed = (*_objects(offer.service, "languages"), *_objects(offer.location, "languages"))
    names = (str(each.get("code") or each.get("name") or "") for each in listed)
    row["languages"], unknown = match_languages(name for name in names if name)
    if unknown:
        findings.append(_warning("languages", f"{unknown} languages are not known"))


def _read_hours(offer: Offer, row: Row, findings: list[Finding]) -> None:
    row["availability"] = None
    for owner in (offer.place, offer.service, offer.location):
        if schedules := _objects(owner, "schedules"):
            try:
                row["availability"] = format_week(read_schedules(schedules))
            except NotWeekly as error:
                findings.append(_warning("schedules", f"{error}; hours are taken as not known"))
            return


def _capacity(service: Json, default: int) -> Row:
    listed = _objects(service, "capacities") or _objects(service, "service_capacities")
    if not listed:
        return {"capacity_total": default}
    latest = max(listed, key=lambda each: str(each.get("updated") or ""))
    available = _integer(latest.get("available"))
    maximum = latest.get("maximum")
    total = available if maximum in (None, "") else max(_integer(maximum), available)
    return {"capacity_total": total, "capacity_consumed": total - available}


def _number(given: Any) -> float:
    try:
        return float(given)
    except (TypeError, ValueError) as error:
        raise CellError("must be a number") from error


def _integer(given: Any) -> int:
    number = _number(given)
    if not number.is_integer():
        raise CellError("must be a whole number")
    return int(number)


def _day(given: Any) -> datetime:
    try:
        day = date.fromisoformat(str(given)[:10])
    except ValueError as error:
        raise CellError("must be a date like 2026-03-02") from error
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _object(owner: Json, key: str) -> Json:
    held = owner.get(key)
    return held if isinstance(held, dict) else {}


def _objects(owner: Json, key: str) -> list[Json]:
    held = owner.get(key)
    return [each for each in held if isinstance(each, dict)] if isinstance(held, list) else []


def _warning(column: str, reason: str) -> Finding:
    return Finding(column, "text", reason, severity=Severity.WARNING)
