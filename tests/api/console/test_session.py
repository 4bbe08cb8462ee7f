"""Signing in over HTTP, and using the interface with the cookie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.identity.sessions import COOKIE
from graph_models.domain.credentials import Role
from tests.api.conftest import Client, pointers, problem_of
from tests.api.credentials import headers_in
from tests.api.servers import ADMIN_TOKEN
from tests.builders import DISTRICT, NOW, FixedClock

OWN = {"Sec-Fetch-Site": "same-origin"}
FOREIGN = {"Sec-Fetch-Site": "cross-site"}
SECRET = "k3V9xQ2mZ7rT0wLpB5nY8cJ1hD6fGsAe"


@pytest.fixture
def browser(open_client: Client) -> TestClient:
    return as_browser(open_client())


def as_browser(client: TestClient) -> TestClient:
    del client.headers["Authorization"]
    return client


def sign_in(browser: TestClient, credential: str = ADMIN_TOKEN) -> dict[str, str]:
    """Headers of a page of ours; the browser keeps no secure cookie of a plain address."""
    response = browser.post("/console/session", json={"credential": credential}, headers=OWN)
    assert response.status_code == 200, response.text
    return {**OWN, "Cookie": f"{COOKIE}={cookie_of(response)}"}


def cookie_of(response: Any) -> str:
    value: str = response.headers["set-cookie"].split(";")[0].removeprefix(f"{COOKIE}=")
    return value


class TestRefused:
    def test_nobody_is_signed_in(self, browser: TestClient) -> None:
        problem_of(browser.get("/console/session", headers=OWN), "unauthenticated")
        problem_of(browser.get("/v1/needs", headers=OWN), "unauthenticated")

    @pytest.mark.parametrize("headers", [FOREIGN, {}, {"Origin": "https://elsewhere"}])
    def test_other_sites(self, browser: TestClient, headers: dict[str, str]) -> None:
        """Neither sign somebody in or out nor use the session: not for reading, not for writing."""
        cookie = {"Cookie": sign_in(browser)["Cookie"]}
        asked = {**headers, **cookie}
        body = {"credential": ADMIN_TOKEN}
        problem_of(browser.post("/console/session", json=body, headers=headers), "unauthenticated")
        problem_of(browser.get("/console/session", headers=asked), "unauthenticated")
        problem_of(browser.delete("/console/session", headers=asked), "unauthenticated")
        problem_of(browser.get("/v1/needs", headers=asked), "unauthenticated")
        problem_of(browser.post("/v1/needs/need-1/acknowledgement", headers=asked), "unauthenticated")
        assert browser.get("/v1/needs", headers={**OWN, **cookie}).status_code == 200

    def test_a_header_counts_alone(self, browser: TestClient) -> None:
        """A wrong one is not made up for by a cookie."""
        headers = {**sign_in(browser), "Authorization": "Bearer wrong"}
        problem_of(browser.get("/v1/needs", headers=headers), "unauthenticated")

    @pytest.mark.parametrize("cookie", ["x", "a.b.c.d.e"])
    def test_made_up(self, browser: TestClient, cookie: str) -> None:
        headers = {**OWN, "Cookie": f"{COOKIE}={cookie}"}
        problem_of(browser.get("/console/session", headers=headers), "unauthenticated")
        problem_of(browser.get("/v1/needs", headers=headers), "unauthenticated")
        assert browser.get("/healthz", headers=headers).status_code == 200

    def test_expired(self, open_client: Client) -> None:
        clock = FixedClock()
        browser = as_browser(open_client(clock=clock))
        headers = sign_in(browser)
        clock.instant = NOW.replace(hour=NOW.hour + 12)
        problem_of(browser.get("/v1/needs", headers=headers), "unauthenticated")

    def test_a_revoked_key(self, open_client: Client, store_path: Path) -> None:
        shown = headers_in(store_path, Role.DISPATCHER, DISTRICT)["Authorization"].removeprefix("Bearer ")
        client = open_client()
        headers = {**sign_in(client, shown), "Authorization": ""}
        del headers["Authorization"]
        revoked = client.post(f"/v1/api-keys/{shown.split('_')[1]}/revocation")
        assert revoked.status_code == 200
        browser = as_browser(client)
        problem_of(browser.get("/v1/needs", headers=headers), "unauthenticated")

    @pytest.mark.parametrize(
        ("body", "name"),
        [
            ({"credential": "wrong"}, "unauthenticated"),
            ({"credential": ""}, "invalid-request"),
            ({"credential": "two words"}, "invalid-request"),
            ({"credential": "x" * 2_901}, "invalid-request"),
            ({"password": "x"}, "invalid-request"),
            ([], "invalid-request"),
        ],
    )
    def test_bodies(self, browser: TestClient, body: Any, name: str) -> None:
        problem = problem_of(browser.post("/console/session", json=body, headers=OWN), name)
        assert "two words" not in str(problem)
        if isinstance(body, dict) and "password" in body:
            assert pointers(problem) == {"#/credential", "#/password"}

    def test_a_form_of_another_page(self, browser: TestClient) -> None:
        """A form can be sent anywhere without asking; it is no JSON."""
        response = browser.post("/console/session", data={"credential": ADMIN_TOKEN}, headers=OWN)
        problem_of(response, "unsupported-media-type")

    def test_without_end(self, open_client: Client) -> None:
        """Signing in is a request like any other, and says what is left of them."""
        browser = as_browser(open_client(requests_per_minute=2))
        for _ in range(2):
            sign_in(browser)
        response = browser.post("/console/session", json={"credential": ADMIN_TOKEN}, headers=OWN)
        problem_of(response, "too-many-requests")
        assert response.headers["ratelimit"].startswith('"requests";r=0')

    def test_methods(self, browser: TestClient) -> None:
        response = browser.patch("/console/session", headers=OWN)
        problem_of(response, "method-not-allowed")
        assert response.headers["allow"] == "DELETE, GET, HEAD, POST"


class TestSignedIn:
    def test_who(self, browser: TestClient) -> None:
        response = browser.post("/console/session", json={"credential": ADMIN_TOKEN}, headers=OWN)
        told = {
            "subject": "local-admin",
            "role": "admin",
            "jurisdiction": None,
            "expires_at": "2026-03-02T13:00:00Z",
        }
        assert response.json() == told
        assert response.headers["cache-control"] == "no-store"
        headers = {**OWN, "Cookie": f"{COOKIE}={cookie_of(response)}"}
        assert browser.get("/console/session", headers=headers).json() == told

    def test_the_cookie(self, browser: TestClient) -> None:
        """Not for scripts, not in clear, not for other sites, not for longer than the session."""
        response = browser.post("/console/session", json={"credential": ADMIN_TOKEN}, headers=OWN)
        name, *attributes = response.headers["set-cookie"].split("; ")
        assert name.startswith("__Host-lastmeter=ey")
        assert {each.lower() for each in attributes} == {
            *("httponly", "secure", "samesite=strict", "path=/", "max-age=43200")
        }

    def test_a_role_and_its_areas(self, open_client: Client, store_path: Path) -> None:
        """The cookie is worth what the key is: the same rows of the table, the same areas."""
        shown = headers_in(store_path, Role.STAFF, DISTRICT)["Authorization"].removeprefix("Bearer ")
        elsewhere = headers_in(store_path, Role.STAFF, "440104")["Authorization"].removeprefix("Bearer ")
        browser = as_browser(open_client())
        headers = sign_in(browser, shown)
        told = browser.get("/console/session", headers=headers).json()
        assert (told["role"], told["jurisdiction"]) == ("staff", [DISTRICT])
        assert [each["id"] for each in browser.get("/v1/needs", headers=headers).json()["items"]] == [
            "need-1"
        ]
        problem_of(browser.post("/v1/plans", json={}, headers=headers), "forbidden")
        problem_of(browser.get("/v1/needs/need-1", headers=sign_in(browser, elsewhere)), "not-found")

    def test_sign_out(self, browser: TestClient) -> None:
        response = browser.delete("/console/session", headers=sign_in(browser))
        assert response.status_code == 204
        assert cookie_of(response) == '""'
        assert "Max-Age=0" in response.headers["set-cookie"]

    def test_a_restart(self, open_client: Client) -> None:
        """With a secret sessions go on, without one they do not."""
        headers = sign_in(as_browser(open_client(session_secret=SECRET)))
        after = as_browser(open_client(session_secret=SECRET))
        assert after.get("/console/session", headers=headers).status_code == 200
        problem_of(as_browser(open_client()).get("/console/session", headers=headers), "unauthenticated")
