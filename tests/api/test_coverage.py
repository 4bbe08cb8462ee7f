"""/v1/coverage: a study that is kept, and questions about the city it was made of."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.live import coverage as module
from graph_models.ports import Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from matcher.coverage.study import Study
from tests.api.conftest import BATHING, pointers, problem_of
from tests.builders import COMMUNITY, DISTRICT, NOW, FixedClock, a_need, a_resident

ROUTES = (
    "",
    "/gaps",
    "/communities",
    "/fragility",
    "/fairness",
    "/access?category_id=home_care&demand=residents",
)


def read(client: TestClient, route: str = "") -> Any:
    response = client.get(f"/v1/coverage{route}")
    assert response.status_code == 200, response.text
    return response.json()


def ask(client: TestClient, route: str, body: Any) -> Any:
    response = client.post(f"/v1/coverage/{route}", json=body)
    assert response.status_code == 200, response.text
    return response.json()


def a_training(**changes: Any) -> Any:
    return {"kind": "train", "skill_id": "legal.advice", "count": 1, "area_code": DISTRICT, **changes}


@pytest.fixture
def crowded(store_path: Any) -> Any:
    """Thirty residents with a need each, more than the units of all who could serve them."""
    residents = [a_resident(f"r{number:02}") for number in range(30)]
    needs = [a_need(f"n{number:02}", resident_id=each.id) for number, each in enumerate(residents)]
    with SqliteStore(store_path, FixedClock()) as store:
        store.write(WriteBatch("crowd", tuple(map(Put, [*residents, *needs]))))
    return store_path


class TestReading:
    @pytest.mark.parametrize("route", ROUTES)
    def test_every_answer_says_what_it_is_about(self, client: TestClient, route: str) -> None:
        answer = read(client, route)
        assert answer["graph_revision"] == 1
        assert answer["made_at"].startswith(NOW.date().isoformat())

    def test_few_people_are_hidden(self, client: TestClient) -> None:
        """One need of one resident: no figure tells of them, but that somebody serves everything is told."""
        answer = read(client)
        assert (answer["k"], answer["units_wanted"], answer["units_served"]) == (10, None, None)
        assert read(client, "/gaps")["items"] == []
        assert {each["needs"] for each in read(client, "/fairness")["served"]} == {None}

    @pytest.mark.usefixtures("crowded")
    def test_a_deficit_is_proven(self, client: TestClient) -> None:
        """31 needs, 12 units of three active providers."""
        answer = read(client)
        [deficit] = answer["deficits"]
        assert (deficit["needs"], deficit["units"], deficit["providers"]) == (31, 31, 3)
        assert (deficit["capacity"], deficit["missing"]) == (12, 19)
        assert deficit["category_ids"] == ["home_care"]
        assert deficit["district_codes"] == [DISTRICT]
        assert (answer["units_wanted"], answer["units_served"]) == (31, 12)
        assert {each["cause"]: each["needs"] for each in answer["causes"]}["capacity"] == 19

    @pytest.mark.usefixtures("crowded")
    def test_gaps_are_filtered_after_they_were_hidden(self, client: TestClient) -> None:
        everywhere = read(client, "/gaps")
        assert {each["area_code"] for each in everywhere["items"]} >= {"4401", DISTRICT, COMMUNITY}
        here = read(client, f"/gaps?area_code={COMMUNITY}&category_id=home_care")
        [gap] = here["items"]
        assert (gap["needs"], gap["unmet"], gap["main_cause"], gap["level"]) == (
            31,
            19,
            "capacity",
            "community",
        )
        assert gap in everywhere["items"]
        assert read(client, "/gaps?limit=1")["total"] == everywhere["total"]
        assert read(client, "/gaps?area_code=9")["items"] == []

    @pytest.mark.usefixtures("crowded")
    def test_access_follows_the_demand(self, client: TestClient) -> None:
        """Twelve units for 31 residents; for as many needs; and population is not on record."""
        for demand in ("residents", "open_needs"):
            [here] = read(client, f"/access?category_id=home_care&demand={demand}")["communities"]
            assert here["ratio"] == 0.39
            assert (here["providers"], here["units"]) == (3, 12)
        asked = client.get("/v1/coverage/access?category_id=home_care&demand=population")
        problem = problem_of(asked, "rule-broken")
        assert problem["detail"].startswith("demand must")

    def test_few_residents_hide_access(self, client: TestClient) -> None:
        [here] = read(client, "/access?category_id=home_care&demand=residents")["communities"]
        assert (here["ratio"], here["providers"]) == (None, 3)

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [("limit=0", "#/limit"), ("area=1", "#/area"), ("area_code=%20", "#/area_code")],
    )
    def test_a_wrong_query_is_refused(self, client: TestClient, query: str, pointer: str) -> None:
        problem = problem_of(client.get(f"/v1/coverage/gaps?{query}"), "invalid-request")
        assert pointers(problem) == {pointer}

    def test_an_unknown_category(self, client: TestClient) -> None:
        problem_of(client.get("/v1/coverage/access?category_id=x&demand=residents"), "not-found")


class TestFreshness:
    def test_a_change_is_studied_when_somebody_asks_again(
        self, client: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The old study is given meanwhile, and says which revision it is of."""
        monkeypatch.setattr(module, "_REST", 0)
        assert read(client)["graph_revision"] == 1
        assert client.post("/v1/needs", json={"category_id": "home_care", "community_code": COMMUNITY})
        answers = [read(client)["graph_revision"]]
        while answers[-1] != 2 and len(answers) < 10_000:
            answers.append(read(client)["graph_revision"])
        assert answers[-1] == 2

    def test_the_city_is_not_studied_for_every_question(
        self, client: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        studies = []
        original = module.make_study

        def counted(*arguments: Any) -> Study:
            studies.append(arguments)
            return original(*arguments)

        monkeypatch.setattr(module, "make_study", counted)
        for route in ROUTES:
            read(client, route)
        assert len(studies) == 1

    def test_whoever_asks_first_is_told_to_come_back(
        self, client: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """While the first study takes long; then it is there."""
        may_go_on, original = Event(), module.make_study

        def slow(*arguments: Any) -> Study:
            assert may_go_on.wait(60)
            return original(*arguments)

        monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.05)
        monkeypatch.setattr(module, "make_study", slow)
        response = client.get("/v1/coverage")
        problem_of(response, "study-under-way")
        assert response.headers["retry-after"]
        may_go_on.set()
        monkeypatch.setattr(module, "PATIENCE_SECONDS", 60)
        assert read(client)["graph_revision"] == 1


class TestSites:
    @pytest.mark.usefixtures("crowded")
    def test_the_one_community_is_the_best(self, client: TestClient) -> None:
        answer = ask(client, "sites", {"method": "mclp", "count": 1, "limit_km": 3})
        assert answer["opened"] == [COMMUNITY]
        assert (answer["covered_demand"], answer["demand"]) == (30, 30)
        assert (answer["covered_places"], answer["places"], answer["is_optimal"]) == (1, 1, True)

    def test_few_people_are_hidden(self, client: TestClient) -> None:
        answer = ask(client, "sites", {"method": "mclp", "count": 1, "limit_km": 3})
        assert (answer["covered_demand"], answer["demand"], answer["objective"]) == (0, 0, 0)

    @pytest.mark.parametrize(
        ("body", "name", "pointer"),
        [
            ({"method": "mclp", "count": 1}, "rule-broken", "#/limit_km"),
            ({"method": "mclp", "limit_km": 3}, "rule-broken", "#/count"),
            ({"method": "p_median", "count": 1, "limit_km": 3}, "rule-broken", "#/limit_km"),
            ({"method": "lscp", "count": 1, "limit_km": 3}, "rule-broken", "#/count"),
            ({"method": "mclp", "count": 9, "limit_km": 3}, "rule-broken", "#/count"),
            ({"method": "p_median", "count": 1, "area_code": "9"}, "unknown-reference", "#/area_code"),
            ({"method": "p_median", "count": 1, "category_id": "x"}, "unknown-reference", "#/category_id"),
            ({"method": "greedy"}, "invalid-request", "#/method"),
        ],
    )
    def test_what_does_not_fit_is_refused(
        self, client: TestClient, body: Any, name: str, pointer: str
    ) -> None:
        problem = problem_of(client.post("/v1/coverage/sites", json=body), name)
        assert pointers(problem) == {pointer}


class TestWhatIf:
    @pytest.mark.usefixtures("crowded")
    def test_more_units_serve_more_needs(self, client: TestClient) -> None:
        """Nineteen, of which ten are told. Nothing is written: the provider has its four units afterwards."""
        change = {"kind": "add_capacity", "provider_id": "volunteer-1", "units": 19}
        answer = ask(client, "what-if", {"changes": [change]})
        assert answer["changed"] == ["volunteer-1"]
        assert (answer["before"]["units_served"], answer["after"]["units_served"]) == (12, 22)
        assert answer["before"]["unmet_units"]["capacity"] == 19
        assert client.get("/v1/providers/volunteer-1").json()["capacity"]["total"] == 4

    @pytest.mark.usefixtures("crowded")
    def test_a_change_for_few_is_hidden(self, client: TestClient) -> None:
        """Four units fewer would tell of four needs."""
        answer = ask(client, "what-if", {"changes": [{"kind": "close", "provider_id": "volunteer-1"}]})
        assert answer["before"]["units_served"] == 12
        assert answer["after"]["units_served"] is None
        assert set(answer["after"]["unmet_units"].values()) == {None}

    @pytest.mark.usefixtures("crowded")
    def test_a_new_provider_and_a_skill(self, client: TestClient) -> None:
        provider = {
            "id": "station-9",
            "kind": "station",
            "name": "Station 9",
            "capacity": {"total": 19},
            "skills": [{"skill_id": each.skill_id, "level": each.level} for each in BATHING],
            "community_code": COMMUNITY,
            "location": {"latitude": 23.1, "longitude": 113.25, "crs": "wgs84"},
            "verified_at": NOW.isoformat(),
        }
        training = a_training(count=2)
        answer = ask(client, "what-if", {"changes": [{"kind": "open", "provider": provider}, training]})
        assert answer["changed"] == ["station-9", "volunteer-1", "volunteer-2"]
        assert answer["after"]["units_served"] == 22
        assert answer["communities"][0]["before"] > answer["communities"][0]["after"]

    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ({"kind": "close", "provider_id": "nobody"}, "unknown-reference"),
            (a_training(skill_id="x"), "unknown-reference"),
            (
                {"kind": "train", "skill_id": "legal.advice", "count": 1, "area_code": "9"},
                "unknown-reference",
            ),
            (
                {"kind": "train", "skill_id": "legal.advice", "count": 99, "area_code": DISTRICT},
                "rule-broken",
            ),
            ({"kind": "add_capacity", "provider_id": "volunteer-1", "units": -9}, "rule-broken"),
            ({"kind": "burn", "provider_id": "volunteer-1"}, "invalid-request"),
            ({"kind": "close"}, "invalid-request"),
        ],
    )
    def test_what_cannot_be_done_is_refused(self, client: TestClient, change: Any, name: str) -> None:
        problem_of(client.post("/v1/coverage/what-if", json={"changes": [change]}), name)

    def test_a_fault_is_named_where_it_is(self, client: TestClient) -> None:
        """By the members of the body: the kind of a change is no step on the way."""
        provider = {
            "kind": "station",
            "name": "x",
            "capacity": {"total": 1},
            "verified_at": "1850-01-01T00:00:00Z",
        }
        changes = [a_training(), {"kind": "open", "provider": provider}, {"kind": "close"}]
        problem = problem_of(
            client.post("/v1/coverage/what-if", json={"changes": changes}), "invalid-request"
        )
        assert pointers(problem) == {"#/changes/1/provider/verified_at", "#/changes/2/provider_id"}

    def test_at_least_one_change(self, client: TestClient) -> None:
        problem_of(client.post("/v1/coverage/what-if", json={"changes": []}), "invalid-request")


@pytest.mark.usefixtures("crowded")
def test_the_least_count_is_a_setting(open_client: Any) -> None:
    """With 5, nothing of this city is small but the units of one provider."""
    client = open_client(least_count=5)
    assert read(client)["k"] == 5
    answer = ask(client, "what-if", {"changes": [{"kind": "close", "provider_id": "volunteer-1"}]})
    assert answer["after"]["units_served"] is None


def test_the_report_is_a_page(client: TestClient) -> None:
    """It may fetch and run nothing."""
    response = client.get("/v1/coverage/report")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert "<table" in response.text
    assert "<script" not in response.text
