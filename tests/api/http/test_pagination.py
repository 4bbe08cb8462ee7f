"""Cursor pagination of every collection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.http.pagination import decode_cursor, encode_cursor
from api.http.problems import Refusal
from graph_models.domain.identifiers import ID_PATTERN
from tests.api.conftest import pointers, problem_of

COLLECTIONS = ["needs", "providers", "communities", "skills", "categories"]


@pytest.mark.parametrize("collection", COLLECTIONS)
class TestRefusals:
    @pytest.mark.parametrize("limit", ["0", "101", "-1", "ten", "1.5", ""])
    def test_limit_out_of_range(self, client: TestClient, collection: str, limit: str) -> None:
        """1 to 100."""
        response = client.get(f"/v1/{collection}?limit={limit}")
        assert pointers(problem_of(response, "invalid-request")) == {"#/limit"}

    @pytest.mark.parametrize("cursor", ["", "x", "====", "bm90IGEgY3Vyc29y", "%00", "é"])
    def test_broken_cursor(self, client: TestClient, collection: str, cursor: str) -> None:
        """A cursor is what a page gave out, nothing else."""
        assert pointers(problem_of(client.get(f"/v1/{collection}?cursor={cursor}"), "invalid-cursor")) == {
            "#/cursor"
        }

    def test_cursor_of_another_collection(self, client: TestClient, collection: str) -> None:
        """It would silently skip or repeat."""
        cursor = encode_cursor("/v1/elsewhere?", "a")
        problem_of(client.get(f"/v1/{collection}?cursor={cursor}"), "invalid-cursor")


def test_cursor_belongs_to_its_filters(client: TestClient) -> None:
    """The next page of one question is not the next page of another."""
    cursor = client.get("/v1/providers?kind=volunteer&limit=1").json()["next_cursor"]
    assert client.get(f"/v1/providers?kind=volunteer&limit=2&cursor={cursor}").status_code == 200
    problem_of(client.get(f"/v1/providers?limit=1&cursor={cursor}"), "invalid-cursor")


def test_link_header_leads_through_all_pages(client: TestClient) -> None:
    """`rel="next"` is a complete address; the last page has neither link nor cursor."""
    address, seen = "/v1/providers?kind=volunteer&limit=1", []
    while address:
        response = client.get(address)
        seen += [each["id"] for each in response.json()["items"]]
        assert (response.json()["next_cursor"] is None) == ("link" not in response.headers)
        address = response.links.get("next", {}).get("url", "")
    assert seen == ["volunteer-1", "volunteer-2", "volunteer-3"]


def test_writes_meanwhile_neither_skip_nor_repeat(client: TestClient) -> None:
    """What exists throughout is seen exactly once, whatever is added before or after the cursor."""
    page = client.get("/v1/providers?limit=2").json()
    for new in ("a-new", "volunteer-0", "zz-new"):
        body = {"id": new, "kind": "volunteer", "name": new, "capacity": {"total": 1}}
        client.post("/v1/providers", json=body)
    rest = client.get(f"/v1/providers?limit=100&cursor={page['next_cursor']}").json()
    seen = [each["id"] for each in (*page["items"], *rest["items"])]
    assert seen == ["charity-1", "volunteer-1", "volunteer-2", "volunteer-3", "zz-new"]


@given(context=st.text(max_size=40), key=st.from_regex(ID_PATTERN, fullmatch=True))
def test_cursor_round_trip(context: str, key: str) -> None:
    """Any key survives, in its own context only."""
    cursor = encode_cursor(context, key)
    assert decode_cursor(context, cursor) == key
    with pytest.raises(Refusal):
        decode_cursor(context + "x", cursor)


@given(st.text(max_size=60))
def test_no_text_breaks_the_decoder(text: str) -> None:
    """Whatever is sent as a cursor is refused as one."""
    with pytest.raises(Refusal):
        decode_cursor("/v1/needs?", text)
