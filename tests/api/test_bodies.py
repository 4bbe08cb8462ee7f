"""Bodies: JSON in UTF-8, within the limit, with one meaning."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import Client, pointers, problem_of
from tests.builders import COMMUNITY

JSON = {"Content-Type": "application/json"}
POSTED = ["/v1/needs", "/v1/providers", "/v1/suggestions"]
MALFORMED = {
    "empty": b"",
    "cut short": b'{"category_id": "home',
    "trailing comma": b'{"units": 1,}',
    "two values": b"{} {}",
    "single quotes": b"{'units': 1}",
    "not a number": b'{"units": NaN}',
    "infinite": b'{"search_radius_km": -Infinity}',
    "too many digits": b'{"units": ' + b"9" * 5_000 + b"}",
    "not UTF-8": b'{"category_id": "\xff"}',
    "GB18030": '{"category_id": "居家"}'.encode("gb18030"),
    "UTF-16": '{"category_id": "home_care"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"category_id": "home_care"}',
    "member named twice": b'{"units": 1, "units": 2}',
    "nested member named twice": b'{"location": {"crs": "wgs84", "crs": "gcj02"}}',
    "nested too deeply": b"[" * 100_000,
}


@pytest.mark.parametrize("address", POSTED)
class TestMalformed:
    @pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
    def test_what_is_not_json_is_refused(self, client: TestClient, address: str, body: bytes) -> None:
        """Nothing is guessed: 400, or 422 where there is no body at all."""
        name = "malformed-request" if body else "invalid-request"
        problem = problem_of(client.post(address, content=body, headers=JSON), name)
        assert body or problem["errors"][0]["detail"] == "The body is empty"

    @pytest.mark.parametrize("body", ["[]", "null", "1", '"text"', "true"])
    def test_json_that_is_no_object_is_refused(self, client: TestClient, address: str, body: str) -> None:
        """A request is an object."""
        assert pointers(problem_of(client.post(address, content=body, headers=JSON), "invalid-request")) == {
            "#"
        }


class TestMediaType:
    @pytest.mark.parametrize(
        "given",
        [
            None,
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/merge-patch+json",
            "application/json; charset=gb18030",
            "application",
        ],
    )
    def test_post_takes_json_only(self, client: TestClient, given: str | None) -> None:
        """Anything else is 415, also without a body; `Accept` says what would do."""
        response = client.post(
            "/v1/needs", content=b"{}", headers=None if given is None else {"Content-Type": given}
        )
        problem_of(response, "unsupported-media-type")
        assert response.headers["accept"] == "application/json"

    def test_patch_names_its_formats(self, client: TestClient) -> None:
        """RFC 5789: a refused format is answered with those that are not."""
        headers = {"If-Match": '"1"', "Content-Type": "application/json-patch+json"}
        response = client.patch("/v1/needs/need-1", content=b"[]", headers=headers)
        problem_of(response, "unsupported-media-type")
        assert response.headers["accept-patch"] == "application/merge-patch+json, application/json"

    @pytest.mark.parametrize("given", ["application/json", "Application/JSON; charset=UTF-8"])
    def test_json_is_taken(self, client: TestClient, given: str) -> None:
        """Case and a UTF-8 charset do not matter."""
        body = f'{{"category_id": "home_care", "community_code": "{COMMUNITY}"}}'
        assert client.post("/v1/needs", content=body, headers={"Content-Type": given}).status_code == 201

    def test_nothing_to_declare(self, open_client: Client) -> None:
        """Where no body is taken, none has to be declared."""
        client = open_client(is_ready=False)
        response = client.post("/v1/needs/need-1/acknowledgement")
        assert "content-type" not in response.request.headers
        assert response.status_code == 200


class TestSize:
    def body(self, size: int) -> bytes:
        start = b'{"kind": "volunteer", "capacity": {"total": 1}, "name": "Volunteer 9"'
        return start + b" " * (size - len(start) - 1) + b"}"

    def test_declared_length_over_the_limit(self, open_client: Client) -> None:
        """Refused before a byte is read, also where the route would take no body."""
        client = open_client(max_body_bytes=2_000)
        problem_of(client.post("/v1/providers", content=self.body(2_001), headers=JSON), "body-too-large")
        problem_of(client.request("GET", "/healthz", content=b"x" * 2_001), "body-too-large")
        problem_of(client.post("/nowhere", headers={"Content-Length": "9" * 5_000}), "body-too-large")

    def test_chunks_over_the_limit(self, open_client: Client) -> None:
        """Without a declared length the bytes are counted as they come."""
        chunks = (b" " * 1_000 for _ in range(3))

        client = open_client(max_body_bytes=2_000)
        problem_of(client.post("/v1/providers", content=chunks, headers=JSON), "body-too-large")

    def test_a_body_at_the_limit_is_served(self, open_client: Client) -> None:
        """The limit is inclusive, declared or not."""
        client = open_client(max_body_bytes=2_000)
        whole: Any = self.body(2_000)
        assert client.post("/v1/providers", content=whole, headers=JSON).status_code == 201
        parts = iter([whole[:999], whole[999:]])
        assert client.post("/v1/providers", content=parts, headers=JSON).status_code == 201

    def test_ten_megabytes_by_default(self, client: TestClient) -> None:
        """The default limit is 1 MB."""
        problem_of(client.post("/v1/needs", content=b"x" * 10_000_000, headers=JSON), "body-too-large")
