"""HSDS 3.1: every nesting, the tabular layout, and what of it becomes a provider."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph_models.domain.places import Location
from graph_models.domain.providers import Capacity, Eligibility, Provider
from graph_models.domain.schedules import format_week
from graph_models.domain.skills import SkillOffer
from graph_models.exchange.hsds_schedules import NotWeekly, read_schedules
from graph_models.exchange.loading import load
from graph_models.ports import GraphStore
from tests.graph_models.exchange.files import load_file, put_file

ORGANIZATION, SERVICE = "d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610", "ac148810-d857-441c-9679-408f346de14b"
PLACE, LOCATION = "e94c9f38-1e8f-4564-91d4-d53501ab1765", "3a19ff88-4620-4d17-9830-ac1d859eb5d5"
OTHER_PLACE = "11111111-1e8f-4564-91d4-d53501ab1765"

WEEKLY = {"freq": "WEEKLY", "interval": 1, "byday": "MO,WE", "opens_at": "09:00:00", "closes_at": "17:00"}


def a_location(**changes: Any) -> dict[str, Any]:
    base = {
        "id": LOCATION,
        "location_type": "physical",
        "latitude": 23.12,
        "longitude": 113.26,
        "accessibility": [
            {"id": "a1", "description": "Wheelchair accessible", "details": "Lift to all floors"}
        ],
        "languages": [{"id": "l2", "name": "Urdu", "code": "ur"}],
        "phones": [{"id": "t1", "number": "555"}],
    }
    return base | changes


def a_service(**changes: Any) -> dict[str, Any]:
    base = {
        "id": SERVICE,
        "name": "Community care",
        "status": "active",
        "minimum_age": 60,
        "assured_date": "2026-01-31",
        "languages": [{"id": "l1", "name": "Chinese (Cantonese)"}],
        "service_areas": [{"id": "x", "name": "荔湾区"}],
        "attributes": [
            {"id": "b1", "taxonomy_term": {"id": "u1", "code": "care.bathing", "name": "Bathing at home"}},
            {"id": "b2", "taxonomy_term": {"id": "u2", "code": "Z-1", "name": "Fixing things"}},
            {"id": "b3", "taxonomy_term": {"id": "u3", "code": "Z-2", "name": "Unheard of"}},
        ],
        "capacities": [
            {
                "id": "c1",
                "available": 1,
                "maximum": 9,
                "updated": "2025-01-01T00:00:00Z",
                "unit": {"id": "n"},
            },
            {
                "id": "c2",
                "available": 3,
                "maximum": 12,
                "updated": "2026-01-01T00:00:00Z",
                "unit": {"id": "n"},
            },
        ],
        "schedules": [
            {"id": "s1", "freq": "WEEKLY", "byday": "SU", "opens_at": "01:00", "closes_at": "02:00"}
        ],
        "service_at_locations": [
            {"id": PLACE, "location": a_location(), "schedules": [{"id": "s2", **WEEKLY}]}
        ],
    }
    return base | changes


def an_organization(*services: dict[str, Any], **changes: Any) -> dict[str, Any]:
    base = {"id": ORGANIZATION, "name": "Helpers Inc.", "description": "x", "services": list(services)}
    return base | changes


MAPPING = "keyword,skills\nfixing   THINGS,repairs:0.6|care:0.2\n"
EXPECTED = Provider(
    id=PLACE,
    kind="social_organisation",
    name="Community care (Helpers Inc.)",
    capacity=Capacity(12, 0, 9),
    skills=(SkillOffer("care", 0.2), SkillOffer("care.bathing", 1.0), SkillOffer("repairs", 0.6)),
    location=Location(23.12, 113.26),
    serves=("440103",),
    availability=None,
    eligibility=Eligibility(min_age=60),
    languages=("ur", "yue", "zh"),
    accessibility=("wheelchair",),
    verified_at=datetime(2026, 1, 31, tzinfo=UTC),
    source=f"HSDS service {SERVICE}",
)


def load_json(
    store: GraphStore, folder: Path, value: Any, name: str = "services.json", **options: Any
) -> Any:
    put_file(folder / "in", "keyword_skills.csv", MAPPING)
    return load_file(store, folder, name, json.dumps(value, ensure_ascii=False), **options)


def as_place(service: dict[str, Any]) -> dict[str, Any]:
    (place,) = service.pop("service_at_locations")
    service["organization"] = {"id": ORGANIZATION, "name": "Helpers Inc."}
    return {**place, "service": service}


def with_location_id() -> dict[str, Any]:
    service = a_service()
    service["service_at_locations"] = [{"id": PLACE, "location_id": LOCATION, "schedules": [WEEKLY]}]
    return an_organization(service, locations=[a_location()])


SHAPES = {
    "organization": an_organization(a_service()),
    "organization with locations beside": with_location_id(),
    "service": a_service(organization={"id": ORGANIZATION, "name": "Helpers Inc."}),
    "service at location": as_place(a_service()),
    "array": [a_service(organization={"id": ORGANIZATION, "name": "Helpers Inc."})],
    "page": {
        "total_items": 1,
        "total_pages": 1,
        "page_number": 1,
        "size": 1,
        "first_page": True,
        "last_page": True,
        "empty": False,
        "contents": [a_service(organization={"id": ORGANIZATION, "name": "Helpers Inc."})],
    },
}


class TestNested:
    @pytest.mark.parametrize("shape", SHAPES)
    def test_every_nesting_gives_the_same_provider(
        self, store: GraphStore, tmp_path: Path, shape: str
    ) -> None:
        """One provider for the service at its location, whichever object it is nested in."""
        report = load_json(store, tmp_path, SHAPES[shape])
        assert (report.error_count, report.written) == (0, 1), report.errors
        provider = store.get(Provider, PLACE).value
        assert provider.availability is not None
        assert format_week(provider.availability) == "Mo 09:00-17:00; We 09:00-17:00"
        assert report.facts["taxonomy terms not mapped"] == 1
        from dataclasses import replace

        assert replace(provider, availability=None) == EXPECTED

    def test_json_lines_and_several_places(self, store: GraphStore, tmp_path: Path) -> None:
        """One provider for each place, and one without a place for a service that has none."""
        put_file(tmp_path / "in", "keyword_skills.csv", MAPPING)
        places = [
            {"id": PLACE, "location": a_location()},
            {"id": OTHER_PLACE, "location": a_location(latitude=23.2)},
        ]
        lines = [
            json.dumps(a_service(service_at_locations=places)),
            json.dumps(
                a_service(id="s2", service_at_locations=[], status="temporarily closed", capacities=[])
            ),
            json.dumps({"id": LOCATION, "location_type": "virtual"}),
        ]
        report = load_file(store, tmp_path, "services.jsonl", "\n".join(lines), default_capacity=7)
        assert (report.error_count, report.written) == (0, 3)
        second = store.get(Provider, OTHER_PLACE).value
        assert second.location == Location(23.2, 113.26)
        closed = store.get(Provider, "s2").value
        assert (closed.is_active, closed.location, closed.capacity) == (False, None, Capacity(7))
        assert (report.facts["services at a location"], report.facts["services without location"]) == (2, 1)

    @pytest.mark.parametrize(
        ("changes", "column"),
        [
            ({"id": None, "service_at_locations": []}, "id"),
            ({"name": ""}, "name"),
            ({"minimum_age": "sixty"}, "min_age"),
            ({"minimum_age": 60.5}, "min_age"),
            ({"maximum_age": 10}, "max_age"),
            ({"assured_date": "yesterday"}, "verified_at"),
            ({"capacities": [{"available": -1, "updated": "2026"}]}, "capacity_total"),
            ({"capacities": [{"available": "few", "updated": "2026"}]}, "capacity_total"),
            (
                {
                    "service_at_locations": [
                        {"id": PLACE, "location": a_location(latitude=100, longitude=101)}
                    ]
                },
                "latitude",
            ),
            ({"service_at_locations": [{"id": PLACE, "location": a_location(latitude="north")}]}, "latitude"),
            ({"service_at_locations": [{"id": "no id", "location": a_location()}]}, "id"),
        ],
    )
    def test_a_bad_service_keeps_out_only_itself(
        self, store: GraphStore, tmp_path: Path, changes: dict[str, Any], column: str
    ) -> None:
        """The other services of the organization are loaded."""
        other = a_service(id="s2", service_at_locations=[])
        report = load_json(store, tmp_path, an_organization(a_service(**changes), other))
        assert [each.column for each in report.errors] == [column]
        assert (report.written, report.rejected) == (1, 1)

    def test_unknown_areas_and_languages_are_warnings(self, store: GraphStore, tmp_path: Path) -> None:
        """A service area that is not known restricts nothing, and says so."""
        service = a_service(service_areas=[{"name": "Atlantis"}], languages=[{"name": "Klingon"}])
        report = load_json(store, tmp_path, service)
        assert {each.column for each in report.warnings} == {"service_areas", "languages"}
        assert store.get(Provider, PLACE).value.serves == ()

    def test_contacts_are_not_taken_over(self, store: GraphStore, tmp_path: Path) -> None:
        """No phone, address or name of a person reaches the store."""
        load_json(store, tmp_path, a_service(contacts=[{"name": "Ann Persona"}], email="a@example.com"))
        assert not any(text in repr(store.get(Provider, PLACE)) for text in ("555", "Ann", "example"))


def write_table(folder: Path, name: str, *records: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(key for record in records for key in record))
    with (folder / name).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(records)


def write_hsds(folder: Path) -> None:
    """The same organization as `SHAPES`, in tables."""
    write_table(
        folder, "organizations.csv", {"id": ORGANIZATION, "name": "Helpers Inc.", "description": "x\ny"}
    )
    write_table(
        folder,
        "services.csv",
        {
            "id": SERVICE,
            "organization_id": ORGANIZATION,
            "name": "Community care",
            "description": 'Two\nlines, "q"',
            "status": "active",
            "minimum_age": "60",
            "maximum_age": "",
            "assured_date": "2026-01-31",
        },
        {"id": "s2", "organization_id": "none", "name": "No place", "status": "inactive"},
    )
    write_table(
        folder,
        "locations.csv",
        {"id": LOCATION, "latitude": "23.12", "longitude": "113.26", "description": "x"},
    )
    write_table(
        folder, "service_at_locations.csv", {"id": PLACE, "service_id": SERVICE, "location_id": LOCATION}
    )
    write_table(
        folder,
        "schedules.csv",
        {
            "id": "s1",
            "service_id": SERVICE,
            "byday": "SU",
            "freq": "WEEKLY",
            "opens_at": "01:00",
            "closes_at": "02:00",
        },
        {
            "id": "s2",
            "service_id": SERVICE,
            "service_at_location_id": PLACE,
            "location_id": LOCATION,
            **WEEKLY,
        },
    )
    write_table(folder, "service_areas.csv", {"id": "x", "service_id": SERVICE, "name": "荔湾区"})
    write_table(
        folder,
        "languages.csv",
        {"id": "l1", "service_id": SERVICE, "name": "Chinese (Cantonese)"},
        {"id": "l2", "location_id": LOCATION, "code": "ur", "name": "Urdu"},
    )
    write_table(
        folder,
        "accessibility.csv",
        {"id": "a", "location_id": LOCATION, "description": "Wheelchair accessible"},
    )
    terms = [
        {"id": "u1", "code": "care.bathing", "name": "b"},
        {"id": "u2", "name": "Fixing things"},
        {"id": "u3", "name": "Unheard of"},
    ]
    write_table(folder, "taxonomy_terms.csv", *terms)
    links = [
        {"id": f"b{n}", "link_id": SERVICE, "link_entity": "service", "taxonomy_term_id": f"u{n}"}
        for n in (1, 2, 3)
    ]
    write_table(folder, "attributes.csv", *links)
    capacities = [
        {"available": "1", "maximum": "9", "updated": "2025"},
        {"available": "3", "maximum": "12", "updated": "2026"},
    ]
    write_table(
        folder,
        "service_capacity.csv",
        *({"id": n, "service_id": SERVICE, **each} for n, each in enumerate(capacities)),
    )
    put_file(folder, "keyword_skills.csv", MAPPING)


class TestTables:
    def test_tables_give_the_same_provider_as_json(self, store: GraphStore, tmp_path: Path) -> None:
        """The joined tables and the nested object are the same provider."""
        write_hsds(tmp_path / "hsds")
        report = load(store, [tmp_path / "hsds"], crs="wgs84")
        assert (report.error_count, report.written) == (0, 2), report.errors
        from_tables = store.get(Provider, PLACE).value
        assert store.get(Provider, "s2").value.is_active is False
        again = load_json(store, tmp_path, SHAPES["organization"])
        assert (again.kinds["providers"].unchanged, again.written) == (1, 0)
        assert from_tables == store.get(Provider, PLACE).value

    def test_bad_rows_and_tables_are_reported(self, store: GraphStore, tmp_path: Path) -> None:
        """A bad service is reported with its line; unreadable rows elsewhere are counted; the rest loads."""
        folder = tmp_path / "hsds"
        write_hsds(folder)
        with (folder / "services.csv").open("a") as stream:
            stream.write("s3,x\ns4,none,,,active,,,\n")
        with (folder / "languages.csv").open("a") as stream:
            stream.write("broken\n")
        report = load(store, [folder], crs="wgs84")
        assert [(each.line, each.record, each.column) for each in report.errors] == [
            (5, 3, None),
            (6, 4, "name"),
        ]
        assert report.written == 2
        assert report.facts["rows of languages that cannot be read"] == 1

    def test_a_table_without_its_key_columns_is_refused(self, store: GraphStore, tmp_path: Path) -> None:
        """Services need id, name and status."""
        write_hsds(tmp_path / "hsds")
        write_table(tmp_path / "hsds", "services.csv", {"id": "s1", "name": "x"})
        report = load(store, [tmp_path / "hsds"])
        assert report.is_refused
        assert [each.column for each in report.errors] == ["status"]

    def test_a_table_in_another_encoding_is_refused(self, store: GraphStore, tmp_path: Path) -> None:
        """The encoding of every table of the folder is looked at."""
        write_hsds(tmp_path / "hsds")
        path = tmp_path / "hsds" / "service_areas.csv"
        path.write_bytes(path.read_text().encode("gb18030"))
        report = load(store, [tmp_path / "hsds"], crs="wgs84")
        assert report.is_refused
        assert "service_areas.csv" in report.errors[0].file


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({**WEEKLY, "byday": "SA"}, "Sa 09:00-17:00"),
        (
            {**WEEKLY, "opens_at": "09:00-05:00", "closes_at": "17:00:00-05:00"},
            "Mo 09:00-17:00; We 09:00-17:00",
        ),
        (
            {**WEEKLY, "byday": "SU", "opens_at": "22:00", "closes_at": "02:00"},
            "Mo 00:00-02:00; Su 22:00-24:00",
        ),
        ({**WEEKLY, "byday": "SU", "opens_at": "00:00", "closes_at": "24:00"}, "Su 00:00-24:00"),
        ({**WEEKLY, "freq": "MONTHLY", "byday": "2MO"}, None),
        ({**WEEKLY, "interval": 2}, None),
        ({**WEEKLY, "until": "2026-01-01"}, None),
        ({**WEEKLY, "opens_at": "09:00Z"}, None),
        ({**WEEKLY, "opens_at": "25:00"}, None),
        ({**WEEKLY, "byday": ""}, None),
        ({**WEEKLY, "byday": "XX"}, None),
        ({"description": "by appointment"}, None),
    ],
)
def test_schedules(schedule: dict[str, Any], expected: str | None) -> None:
    """Weekly rules become weekly hours; what does not hold every week is refused."""
    if expected is None:
        with pytest.raises(NotWeekly):
            read_schedules([schedule])
    else:
        assert format_week(read_schedules([schedule])) == expected
