"""Idempotency-Key: a creation that is repeated happens once, whatever happened in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import Client, pointers, problem_of
from tests.builders import COMMUNITY, NOW, FixedClock

NEED = {"category_id": "home_care", "community_code": COMMUNITY}
PROVIDER = {"kind": "volunteer", "name": "Volunteer 9", "capacity": {"total": 2}}
BODIES = {"needs": NEED, "providers": PROVIDER}
OTHER: dict[str, Any] = {"needs": {"units": 2}, "providers": {"kind": "charity"}}


def post(client: TestClient, collection: str, body: Any, key: str = "key-1") -> Any:
    return client.post(f"/v1/{collection}", json=body, headers={"Idempotency-Key": key})


@pytest.mark.parametrize(("collection", "body"), BODIES.items())
class TestKey:
    @pytest.mark.parametrize("key", ["", "two words", "x" * 256, "schlüssel".encode()])
    def test_bad_keys_are_refused(self, client: TestClient, collection: str, body: Any, key: Any) -> None:
        """1 to 255 visible ASCII characters."""
        problem = problem_of(post(client, collection, body, key), "invalid-request")
        assert pointers(problem) == {"#/idempotency-key"}

    def test_other_body_is_refused(self, client: TestClient, collection: str, body: Any) -> None:
        """A key stands for one request; nothing of the second one takes effect."""
        first = post(client, collection, body)
        response = post(client, collection, {**body, **OTHER[collection]})
        assert "http-" not in problem_of(response, "idempotency-key-reused")["detail"]
        assert client.get(first.headers["location"]).headers["etag"] == '"1"'

    def test_other_id_is_another_body(self, client: TestClient, collection: str, body: Any) -> None:
        """Also where the id is the only difference."""
        post(client, collection, {**body, "id": "one"})
        problem_of(post(client, collection, {**body, "id": "two"}), "idempotency-key-reused")
        assert client.get(f"/v1/{collection}/two").status_code == 404

    def test_same_body_gives_the_same_answer(self, open_client: Client, collection: str, body: Any) -> None:
        """An hour later, in another process: same id, same content, one value in the store."""
        client, later = open_client(), open_client(clock=FixedClock(NOW + timedelta(hours=1)))
        count = len(client.get(f"/v1/{collection}").json()["items"])
        first, second = post(client, collection, body), post(later, collection, body)
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert first.headers["location"] == second.headers["location"]
        assert len(client.get(f"/v1/{collection}").json()["items"]) == count + 1

    def test_repetition_after_a_change_shows_the_change(
        self, client: TestClient, collection: str, body: Any
    ) -> None:
        """The creation is not repeated; the answer is what became of it."""
        address = post(client, collection, body).headers["location"]
        client.patch(address, json=OTHER[collection], headers={"If-Match": '"1"'})
        again = post(client, collection, body)
        assert (again.status_code, again.headers["etag"]) == (201, '"2"')

    def test_keys_of_other_requests_do_not_meet(self, client: TestClient, collection: str, body: Any) -> None:
        """Without a key, or with another one, the same body is another creation."""
        answers = [post(client, collection, body, key) for key in ("a", "b")]
        answers.append(client.post(f"/v1/{collection}", json=body))
        assert len({each.json()["id"] for each in answers}) == 3

    def test_many_at_once_are_one(self, open_client: Client, collection: str, body: Any) -> None:
        """16 clients with one key, on two applications with different clocks, create one value."""
        clients = [open_client(), open_client(clock=FixedClock(NOW + timedelta(seconds=1)))] * 8
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda each: post(each, collection, body), clients))
        assert {each.status_code for each in answers} == {201}
        assert len({each.content for each in answers}) == 1


def test_a_change_that_is_repeated(client: TestClient) -> None:
    """Under its key it is answered as the value stands, also after others have changed it; not without."""
    address, changes = "/v1/needs/need-1", {"urgency": "stat"}
    keyed = {"If-Match": '"1"', "Idempotency-Key": "key-1"}
    first = client.patch(address, json=changes, headers=keyed)
    assert client.patch(address, json=changes, headers=keyed).json() == first.json()
    later = client.patch(address, json={"units": 2}, headers={"If-Match": '"2"'})
    assert client.patch(address, json=changes, headers=keyed).json() == later.json()
    problem_of(client.patch(address, json=changes, headers={"If-Match": '"1"'}), "revision-conflict")
    other = client.patch(address, json={"urgency": "asap"}, headers=keyed)
    problem_of(other, "idempotency-key-reused")


def test_one_key_for_two_collections(client: TestClient) -> None:
    """A key belongs to its collection."""
    assert post(client, "needs", NEED).status_code == 201
    assert post(client, "providers", PROVIDER).status_code == 201
