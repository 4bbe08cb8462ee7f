"""The San Mateo directory: what its 1,703 records become, with the measured rates."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from geopy.distance import great_circle

from graph_models.city.menu import load_menu
from graph_models.domain.categories import Category
from graph_models.domain.errors import InvalidValue
from graph_models.domain.places import Area
from graph_models.domain.providers import Provider
from graph_models.domain.schedules import format_week
from graph_models.domain.skills import Skill
from graph_models.exchange.loading import load
from graph_models.exchange.report import LoadReport
from graph_models.ports import GraphStore
from graph_models.stores.opening import open_store
from tests.builders import FixedClock
from tests.graph_models.exchange.files import put_file

DATA = Path(__file__).parents[3] / "data" / "san_mateo"
MENU = load_menu()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[GraphStore, LoadReport]]:
    folder = tmp_path_factory.mktemp("san_mateo")
    with open_store(f"sqlite:///{folder / 'county.db'}", FixedClock()) as store:
        yield store, load(store, [DATA], crs="wgs84", base=[*MENU.skills, *MENU.categories])


@pytest.fixture(scope="module")
def providers(loaded: tuple[GraphStore, LoadReport]) -> dict[str, Provider]:
    return {each.value.id: each.value for each in loaded[0].scan(Provider)}


class TestTheWholeDirectory:
    def test_every_record_becomes_a_provider(self, loaded: tuple[GraphStore, LoadReport]) -> None:
        """No record is rejected; the areas and the menu that the providers refer to are there."""
        store, report = loaded
        assert (report.error_count, report.is_refused) == (0, False), report.errors
        assert report.kinds["providers"].written == store.count(Provider) == 1_703
        assert report.kinds["areas"].written == store.count(Area) == 202
        assert (store.count(Skill), store.count(Category)) == (len(MENU.skills), len(MENU.categories))

    def test_the_rates_are_those_documented(self, loaded: tuple[GraphStore, LoadReport]) -> None:
        """Counts of what could be read; docs/exchange.md states them."""
        facts = loaded[1].facts
        assert (facts["keywords mapped"], facts["keywords not naming a service"]) == (624, 121)
        assert (facts["keywords not mapped"], facts["keyword uses not mapped"]) == (125, 130)
        assert (facts["hours given"], facts["hours understood"]) == (963, 695)
        assert sum(n for name, n in facts.items() if name.startswith("hours not understood")) == 963 - 695
        located = (facts["located"], facts["located by zip code"], facts["not located"])
        assert located == (1_423, 2, 278)
        assert facts["suspicious locations"] == 4
        assert facts["age limits taken"] == 155
        documented = (Path(__file__).parents[3] / "docs" / "exchange.md").read_text()
        for name in ("keyword uses mapped", "keywords mapped", "hours understood", "located", "not located"):
            assert f"{facts[name]:,}" in documented

    def test_every_doubt_is_a_warning(self, tmp_path: Path) -> None:
        """Each record without location, understood hours or skill is named with its line."""
        with open_store(f"sqlite:///{tmp_path / 'b.db'}", FixedClock()) as store:
            folder = tmp_path / "report"
            load(store, [DATA], crs="wgs84", base=MENU.skills, report_folder=folder)
        with (folder / "problems.csv").open() as stream:
            problems = list(csv.DictReader(stream))
        columns = [each["column"] for each in problems]
        assert columns.count("coordinates") == 278 + 2 + 4
        assert columns.count("service_hours") == 963 - 695
        assert {each["severity"] for each in problems} == {"warning"}
        assert sorted(each.name for each in folder.iterdir()) == ["problems.csv", "unmapped_keywords.csv"]
        with (folder / "unmapped_keywords.csv").open() as stream:
            unmapped = list(csv.DictReader(stream))
        assert (len(unmapped), sum(int(each["uses"]) for each in unmapped)) == (125, 130)

    def test_frequent_service_keywords_are_mapped(self) -> None:
        """Every keyword with at least five uses is mapped, or marked as not naming a service."""
        with (DATA / "keyword_skills.csv").open() as stream:
            known = {row["keyword"] for row in csv.DictReader(stream)}
        uses: dict[str, int] = {}
        for line in (DATA / "services.jsonl").read_text().splitlines():
            for keyword in json.loads(line).get("keywords", []):
                folded = " ".join(keyword.split()).casefold()
                uses[folded] = uses.get(folded, 0) + 1
        assert [keyword for keyword, count in uses.items() if count >= 5 and keyword not in known] == []

    def test_the_mapping_names_existing_skills_only(self) -> None:
        """Skills of the mapping are those of the menu, with levels in range."""
        skills = {each.id for each in MENU.skills}
        with (DATA / "keyword_skills.csv").open() as stream:
            for row in csv.DictReader(stream):
                for pair in row["skills"].split("|") if row["skills"] else ():
                    skill, _, level = pair.rpartition(":")
                    assert skill in skills
                    assert 0 < float(level) <= 1

    def test_codes_keep_the_prefix_rule(self, loaded: tuple[GraphStore, LoadReport]) -> None:
        """County, municipality, community: each code starts with its parent's, and the county has a zone."""
        store = loaded[0]
        community = store.get(Area, "06081.redwood-city.94063").value
        assert community.parent_code == "06081.redwood-city"
        assert store.get(Area, "06081.redwood-city").value.parent_code == "06081"
        county = store.get(Area, "06081").value
        assert (county.level, county.time_zone) == ("city", "America/Los_Angeles")
        assert community.location is not None
        assert (
            great_circle((community.location.latitude, community.location.longitude), (37.486, -122.225)).km
            < 2
        )


class TestRecords:
    def test_a_record_with_everything(self, providers: dict[str, Provider]) -> None:
        """Record 2 in full."""
        provider = providers["smc-0002"]
        assert provider.name == "Lawyer Referral Service (San Mateo County Bar Association)"
        assert provider.kind == "social_organisation"
        assert provider.serves == ("06081", "06085.palo-alto")
        assert provider.community_code == "06081.redwood-city.94063"
        assert provider.availability is not None
        assert format_week(provider.availability) == "Mo-Fr 08:30-16:00"
        assert provider.languages == ("en", "es")
        assert provider.accessibility is None
        assert provider.capacity.total == 20
        assert {each.skill_id for each in provider.skills} >= {"legal", "policy.information_referral"}
        assert provider.source == "San Mateo County directory, record 2"

    def test_public_funding_makes_a_department(self, providers: dict[str, Provider]) -> None:
        """Only public money: a department; gifts: a charity; fees alone: another organisation."""
        kinds = {key: providers[key].kind for key in ("smc-0001", "smc-0003", "smc-0002")}
        assert list(kinds.values()) == ["department", "charity", "social_organisation"]
        assert {each.kind for each in providers.values()} == {"charity", "department", "social_organisation"}

    def test_wider_areas_do_not_restrict(self, providers: dict[str, Provider]) -> None:
        """Statewide and nationwide services serve everywhere, county-wide ones the county."""
        records = [json.loads(line) for line in (DATA / "services.jsonl").read_text().splitlines()]
        wide = [each for each in records if "nationwide" in str(each.get("service_area"))]
        assert len(wide) == 74
        assert all(providers[f"smc-{each['record']:04}"].serves == () for each in wide)

    def test_missing_coordinates_come_from_the_zip_code(self, providers: dict[str, Provider]) -> None:
        """The two records with a zip code but no point get the median of its records, and say so."""
        provider = providers["smc-1244"]
        assert provider.location is not None
        assert provider.source == "San Mateo County directory, record 1244; location from zip 94401"
        assert (
            great_circle((provider.location.latitude, provider.location.longitude), (37.57, -122.32)).km < 2
        )

    def test_languages_never_shut_out_english(self, providers: dict[str, Provider]) -> None:
        """The directory lists further languages only, so English is always among known ones."""
        assert all("en" in each.languages for each in providers.values() if each.languages)
        assert sum(bool(each.languages) for each in providers.values()) > 850

    def test_accessibility_is_known_or_open(self, providers: dict[str, Provider]) -> None:
        """Stated access, stated lack of it, and nothing said are three different things."""
        offers = [each.accessibility for each in providers.values()]
        assert sum(each is not None and "wheelchair" in each for each in offers) > 1_100
        assert sum(each == () for each in offers) > 35
        assert sum(each is None for each in offers) > 400

    def test_age_limits_are_those_stated(self, providers: dict[str, Provider]) -> None:
        """Limits come from the eligibility text alone, never from a target group."""
        records = {
            each["record"]: each
            for each in map(json.loads, (DATA / "services.jsonl").read_text().splitlines())
        }
        for key, provider in providers.items():
            limits = provider.eligibility
            if limits.min_age is not None or limits.max_age is not None:
                assert "ge" in records[int(key[4:])]["eligibility_requirements"]
        elderly = [each for each in providers.values() if each.eligibility.min_age == 60]
        assert len(elderly) == 16


def test_who_can_help_an_older_adult_with_housing(providers: dict[str, Provider]) -> None:
    """Near 37.4875, −122.2300 several providers offer housing skills to an older adult of the county."""
    here = (37.4875, -122.23)
    near = [
        each
        for each in providers.values()
        if each.location is not None
        and great_circle(here, (each.location.latitude, each.location.longitude)).km <= 12
        and any(offer.skill_id.split(".")[0] == "housing" and offer.level >= 0.5 for offer in each.skills)
        and (not each.serves or any("06081.redwood-city".startswith(code) for code in each.serves))
        and (each.eligibility.max_age or 150) >= 70
    ]
    assert len(near) >= 20
    senior = [each for each in near if any(o.skill_id == "housing.senior_housing" for o in each.skills)]
    assert len(senior) >= 5


def a_record(**changes: Any) -> str:
    base = {"record": 1, "name": "A", "keywords": ["Food"], "zipcode": "94063", "city": "Redwood City"}
    return json.dumps(base | changes)


def test_bad_records_cost_themselves_only(store: GraphStore, tmp_path: Path) -> None:
    """Wrong numbers, coordinates, names and lines are reported; the others become providers."""
    lines = [
        a_record(coordinates=[-122.23, 37.49]),
        a_record(record="two"),
        a_record(record=3, coordinates=[37.49, -122.23]),
        a_record(record=4, coordinates=["a", "b"]),
        a_record(record=5, name=""),
        a_record(record=1),
        "{broken",
        "[]",
        a_record(record=6, keywords=None, service_hours=[1], languages_spoken="Spanish"),
    ]
    path = put_file(tmp_path / "in", "services.jsonl", "\n".join(lines))
    report = load(store, [path], crs="wgs84", base=MENU.skills)
    errors = [(each.line, each.column) for each in report.errors]
    assert sorted(errors, key=str) == [
        (2, "record"),
        (3, "latitude"),
        (4, "coordinates"),
        (5, "name"),
        (6, "id"),
        (7, None),
        (8, "record"),
    ]
    assert "swapped" in next(each.hint for each in report.errors if each.line == 3)
    assert report.kinds["providers"].written == 2


def test_a_mapping_can_be_given(store: GraphStore, tmp_path: Path) -> None:
    """Another mapping file takes the place of the one beside the directory; a broken one is refused."""
    path = put_file(
        tmp_path / "in", "services.jsonl", a_record(coordinates=[-122.23, 37.49], keywords=["Gadgets"])
    )
    put_file(tmp_path / "in", "keyword_skills.csv", "keyword,skills\ngadgets,care:0.5\n")
    mine = put_file(tmp_path, "mine.csv", "keyword,skills\ngadgets,repairs:0.9\n")
    load(store, [path], crs="wgs84")
    assert [each.skill_id for each in store.get(Provider, "smc-0001").value.skills] == ["care"]
    load(store, [path], crs="wgs84", mapping=mine)
    assert [each.skill_id for each in store.get(Provider, "smc-0001").value.skills] == ["repairs"]
    for text in ("keyword,skill\n", "keyword,skills\ngadgets,repairs\n"):
        with pytest.raises(InvalidValue, match="mapping must"):
            load(store, [path], crs="wgs84", mapping=put_file(tmp_path, "mine.csv", text))


def test_a_skill_of_the_mapping_that_is_not_there_is_reported(store: GraphStore, tmp_path: Path) -> None:
    """Without the menu the record that needs it is rejected, naming the skill."""
    put_file(tmp_path / "in", "keyword_skills.csv", "keyword,skills\nfood,food.boxes:0.5\n")
    path = put_file(tmp_path / "in", "services.jsonl", a_record(coordinates=[-122.23, 37.49]))
    report = load(store, [path], crs="wgs84")
    assert [(each.line, each.column) for each in report.errors] == [(1, "skills")]
    assert "'food.boxes', which does not exist" in report.errors[0].reason
