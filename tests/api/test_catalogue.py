"""/v1/communities, /v1/streets, /v1/skills, /v1/categories: what the rest refers to, read-only."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from graph_models.city.menu import load_menu
from tests.api.conftest import problem_of
from tests.builders import COMMUNITY, DISTRICT, STREET

ONE_OF_EACH = [
    f"/v1/communities/{COMMUNITY}",
    "/v1/skills/personal_care.bathing",
    "/v1/categories/home_care",
]


@pytest.mark.parametrize("address", ONE_OF_EACH)
class TestRead:
    def test_unknown_key_is_not_found(self, client: TestClient, address: str) -> None:
        """The collection exists, the member does not."""
        problem_of(client.get(address.rpartition("/")[0] + "/nothing"), "not-found")

    def test_current_copy_is_not_sent_again(self, client: TestClient, address: str) -> None:
        """Catalogues are cached by clients: 304 saves the body."""
        etag = client.get(address).headers["etag"]
        assert client.get(address, headers={"If-None-Match": etag}).status_code == 304

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_they_cannot_be_written(self, client: TestClient, address: str, method: str) -> None:
        """They come with the city and change by loading."""
        response = client.request(method, address)
        problem_of(response, "method-not-allowed")
        assert response.headers["allow"] == "GET, HEAD"


class TestCommunities:
    def test_only_communities_are_communities(self, client: TestClient) -> None:
        """A street or district is not served under /v1/communities."""
        items = client.get("/v1/communities").json()["items"]
        assert [each["code"] for each in items] == [COMMUNITY]
        problem_of(client.get(f"/v1/communities/{STREET}"), "not-found")

    def test_filter_by_parent(self, client: TestClient) -> None:
        """Those of one street."""
        assert client.get(f"/v1/communities?parent_code={STREET}").json()["items"] != []
        assert client.get(f"/v1/communities?parent_code={DISTRICT}").json()["items"] == []

    def test_one_community(self, client: TestClient) -> None:
        """Code, name, point and what it lies in."""
        assert client.get(f"/v1/communities/{COMMUNITY}").json() == {
            "code": COMMUNITY,
            "name": "翠洲社区居民委员会",
            "parent_code": STREET,
            "location": {"latitude": 23.1, "longitude": 113.25, "crs": "wgs84", "given": None},
            "population": None,
            "is_synthetic": False,
        }


class TestStreets:
    def test_streets_with_their_names(self, client: TestClient) -> None:
        """Streets alone, and those of one district: a queue that is cut by street names it."""
        street = {"code": STREET, "name": "沙面街道", "parent_code": DISTRICT}
        assert client.get("/v1/streets").json() == {"items": [street], "next_cursor": None}
        assert client.get(f"/v1/streets?parent_code={DISTRICT}").json()["items"] == [street]
        assert client.get("/v1/streets?parent_code=4401").json()["items"] == []


class TestMenu:
    def test_every_category_and_skill_is_listed(self, client: TestClient) -> None:
        """Walking the pages gives the service menu as it was loaded."""
        menu = load_menu()
        for collection, expected in (("skills", menu.skills), ("categories", menu.categories)):
            found, cursor = [], ""
            while cursor is not None:
                page = client.get(f"/v1/{collection}?limit=37{cursor and '&cursor=' + cursor}").json()
                found += [each["id"] for each in page["items"]]
                cursor = page["next_cursor"]
            assert found == sorted(each.id for each in expected)

    def test_skills_below_one(self, client: TestClient) -> None:
        """The taxonomy can be walked down."""
        items = client.get("/v1/skills?broader_id=personal_care").json()["items"]
        assert {each["broader_id"] for each in items} == {"personal_care"}

    def test_one_category(self, client: TestClient) -> None:
        """Names in both languages and what the matching model uses, units in the names."""
        category = client.get("/v1/categories/home_care").json()
        assert category["name_zh"] == "居家养老照护"
        assert category["required_skills"][0] == {"skill_id": "personal_care.bathing", "min_level": 0.4}
        assert (category["half_distance_km"], category["search_radius_km"]) == (2.0, 6.0)
