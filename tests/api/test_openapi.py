"""The OpenAPI document: complete, true, and with examples that work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from api.app import ROUTERS
from api.http.problem_types import PROBLEM_TYPES
from api.routes import admin_examples, console_examples, examples
from tests.api.conftest import Client, problem_of
from tests.api.credentials import key_file
from tests.api.test_plans import finished

DOCUMENTED_BY_SERVER = {"unknown-route", "method-not-allowed"}  # answers to requests of no operation


@pytest.fixture
def client(open_client: Client, tmp_path: Path) -> TestClient:
    """With master keys, without which no example of a contact or a webhook works."""
    return open_client(keys_file=key_file(tmp_path))


@pytest.fixture
def document(client: TestClient) -> Any:
    return client.get("/openapi.json").json()


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_document_is_openapi_3_1(document: Any) -> None:
    """Null is said with 3.1's types, not with `nullable`."""
    assert document["openapi"].startswith("3.1.")
    assert "nullable" not in str(document)


def test_every_route_is_described(document: Any) -> None:
    """Routes served = routes described; only the document itself is not in it."""
    described = {(path, method.upper()) for path, method, _ in operations(document)}
    served = {
        (route.path, method)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, Route)
        for method in route.methods or ()
    }
    assert described == served


def test_every_operation_has_its_own_name_text_and_tag(document: Any) -> None:
    """Generated clients take their function names from the operation ids."""
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", name) for name in names)
    known = {tag["name"] for tag in document["tags"]}
    for _, _, operation in operations(document):
        assert operation["description"]
        assert set(operation["tags"]) <= known


def test_every_failure_is_a_problem(document: Any) -> None:
    """4xx and 5xx have one media type and one schema, and name their problem types."""
    named = set()
    for _, _, operation in operations(document):
        for status, response in operation["responses"].items():
            assert "X-Request-Id" in response["headers"]
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"]
                found = re.findall(r"`/problems/([a-z-]+)`", response["description"])
                assert found
                assert {PROBLEM_TYPES[name].status for name in found} == {int(status)}
                named |= set(found)
    assert named == PROBLEM_TYPES.keys() - DOCUMENTED_BY_SERVER


def test_success_says_all_members(document: Any) -> None:
    """Response schemas have no optional members and admit no others."""
    schemas = document["components"]["schemas"]
    answered = set(
        re.findall(
            r"#/components/schemas/(\w+)",
            str(
                [
                    response.get("content")
                    for _, _, operation in operations(document)
                    for status, response in operation["responses"].items()
                    if status.startswith("2")
                ]
            ),
        )
    )
    assert len(answered) >= 14
    for name in answered:
        schema = schemas[name]
        assert schema["additionalProperties"] is False
        assert set(schema["required"]) == set(schema["properties"]), name


def test_requests_admit_no_unknown_members(document: Any) -> None:
    """A misspelt member is refused, and the schema says so."""
    for name, schema in document["components"]["schemas"].items():
        if schema["type"] == "object":
            assert schema["additionalProperties"] is False, name


def test_bounds_are_in_the_schema(document: Any) -> None:
    """What the service refuses, a client can know beforehand."""
    schemas = document["components"]["schemas"]
    units = schemas["NeedInput"]["properties"]["units"]["anyOf"][0]
    assert (units["minimum"], units["maximum"]) == (1, 10_000)
    level = schemas["SkillOfferInput"]["properties"]["level"]
    assert (level["minimum"], level["maximum"]) == (1e-06, 1)
    latitude = schemas["LocationInput"]["properties"]["latitude"]
    assert (latitude["minimum"], latitude["maximum"]) == (-90, 90)
    unknown = [
        key
        for schema in schemas.values()
        for each in schema.get("properties", {}).values()
        for part in (each, *each.get("anyOf", ()))
        for key in part
        if key in ("ge", "le", "gt", "lt")
    ]
    assert unknown == []


def test_changes_take_both_media_types(document: Any) -> None:
    """JSON Merge Patch under its own name, and plain JSON for simple clients."""
    for path, method, operation in operations(document):
        if method == "patch":
            kinds = list(operation["requestBody"]["content"])
            assert kinds == ["application/merge-patch+json", "application/json"], path
            (if_match,) = [each for each in operation["parameters"] if each["name"] == "if-match"]
            assert if_match["required"] is True


ALL_EXAMPLES = [
    *(("POST", "/v1/needs", name, each) for name, each in examples.NEED.items()),
    *(("PATCH", "/v1/needs/need-1", name, each) for name, each in examples.NEED_CHANGES.items()),
    *(("POST", "/v1/providers", name, each) for name, each in examples.PROVIDER.items()),
    *(("PATCH", "/v1/providers/volunteer-1", name, each) for name, each in examples.PROVIDER_CHANGES.items()),
    *(("POST", "/v1/suggestions", name, each) for name, each in examples.DESCRIBED_NEED.items()),
    *(("POST", "/v1/plans", name, each) for name, each in examples.PLAN.items()),
    *(("POST", "/v1/needs/need-1/referrals", name, each) for name, each in examples.REFERRAL.items()),
    *(("POST", "/v1/referrals/asked/transitions", name, each) for name, each in examples.TRANSITION.items()),
    *(("POST", "/v1/coverage/sites", name, each) for name, each in examples.SITES.items()),
    *(("POST", "/v1/coverage/what-if", name, each) for name, each in examples.TRIAL.items()),
    *(
        ("POST", "/v1/needs/need-1/trial-suggestions", name, each)
        for name, each in console_examples.TRIAL_WEIGHTS.items()
    ),
    *(
        ("POST", "/v1/plans/{plan}/acceptance", name, each)
        for name, each in console_examples.ACCEPTANCE.items()
    ),
    *(("POST", "/v1/residents", name, each) for name, each in admin_examples.RESIDENT.items()),
    *(
        ("PUT", "/v1/residents/resident-1/contact", name, each)
        for name, each in admin_examples.CONTACT.items()
    ),
    *(("POST", "/v1/webhooks", name, each) for name, each in admin_examples.WEBHOOK.items()),
    *(("POST", "/v1/api-keys", name, each) for name, each in admin_examples.API_KEY.items()),
    *(("POST", "/v1/api-keys/{key}/rotation", name, each) for name, each in admin_examples.ROTATION.items()),
]


class TestExamples:
    def test_all_are_in_the_document(self, document: Any) -> None:
        """What is tested here is what a reader sees."""
        shown = [
            (method.upper(), name)
            for _, method, operation in operations(document)
            for name in operation.get("requestBody", {})
            .get("content", {})
            .get("application/json", {})
            .get("examples", {})
        ]
        assert sorted(shown) == sorted((method, name) for method, _, name, _ in ALL_EXAMPLES)

    @pytest.mark.parametrize(
        ("method", "address", "body"),
        [(method, address, each["value"]) for method, address, _, each in ALL_EXAMPLES],
        ids=[f"{address}-{name}" for _, address, name, _ in ALL_EXAMPLES],
    )
    def test_each_works_as_shown(self, client: TestClient, method: str, address: str, body: Any) -> None:
        """On a synthetic Guangzhou, without any preparation."""
        if "asked" in address:
            asked = {"id": "asked", "provider_id": "volunteer-1"}
            client.post("/v1/needs/need-1/referrals", json=asked, headers={"If-Match": '"1"'})
        if "{key}" in address:
            made = client.post("/v1/api-keys", json=admin_examples.API_KEY["everywhere"]["value"])
            address = address.format(key=made.json()["id"])
        if "{plan}" in address:
            plan = client.post("/v1/plans", json={}).json()["id"]
            finished(client, plan)
            address = address.format(plan=plan)
        response = client.request(method, address, json=body, headers={"If-Match": '"1"'})
        while response.status_code == 503:  # the city is being studied, for longer than a request may wait
            problem_of(response, "study-under-way")
            response = client.request(method, address, json=body, headers={"If-Match": '"1"'})
        assert response.status_code in (200, 201, 202, 204), response.text


def test_document_is_the_same_each_time(open_client: Client) -> None:
    """A client generated yesterday can be compared with one generated today."""
    assert open_client().get("/openapi.json").content == open_client().get("/openapi.json").content


def test_every_operation_is_documented(document: Any) -> None:
    """docs/api.md lists each path with its methods."""
    text = Path("docs/api.md").read_text(encoding="utf-8")
    for path, method, _ in operations(document):
        assert f"`{method.upper()} {path}`" in text
