"""The OpenAPI document: what FastAPI derives, completed with failures, headers and media types."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from api.bodies import JSON, MERGE_PATCH
from api.http.problem_types import PROBLEM_TYPES
from api.http.problems import PROBLEM_JSON
from api.identity.policy import POLICY
from api.identity.sessions import COOKIE
from api.schemas.events import EventOutput
from api.schemas.problems import Problem

Responses = dict[int | str, dict[str, Any]]

OF_STORE = ("internal-error", "store-unavailable")
OF_LOAD = ("overloaded", "deadline-exceeded")
OF_BODY = (
    "body-too-slow",
    "malformed-request",
    "body-too-large",
    "unsupported-media-type",
    "invalid-request",
    "rule-broken",
    "unknown-reference",
)
OF_CREDENTIALS = ("unauthenticated", "forbidden", "too-many-requests", "identity-unavailable")
SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key (`lm_…`), or a JWT of the identity provider",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "Of whoever is signed in to the console; for its own pages only",
    },
}

ETAG = {"ETag": {"description": "Revision, quoted", "required": True, "schema": {"type": "string"}}}
LOCATION = {"Location": {"description": "Its address", "required": True, "schema": {"type": "string"}}}
LINK = {"Link": {"description": 'The next page, `rel="next"`, if there is one', "schema": {"type": "string"}}}
_EVENT = {
    "type": "string",
    "contentMediaType": "application/json",
    "contentSchema": {"$ref": "#/components/schemas/EventOutput"},
}
_REQUEST_ID = {
    "X-Request-Id": {
        "description": "The one that was sent, if it is a plain token of at most 64 characters, or a new one",
        "required": True,
        "schema": {"type": "string"},
    }
}
_EXTRA_HEADERS: dict[str, dict[str, Any]] = {
    "429": {
        "Retry-After": {"description": "Seconds", "required": True, "schema": {"type": "integer"}},
        "RateLimit-Policy": {"description": "Each budget", "schema": {"type": "string"}},
        "RateLimit": {"description": "What is left of it", "schema": {"type": "string"}},
    },
    "401": {"WWW-Authenticate": {"description": "Bearer", "required": True, "schema": {"type": "string"}}},
    "503": {"Retry-After": {"description": "Seconds", "required": True, "schema": {"type": "integer"}}},
    "415": {
        "Accept": {"description": "What POST takes", "schema": {"type": "string"}},
        "Accept-Patch": {"description": "What PATCH takes", "schema": {"type": "string"}},
    },
}


def failures(*names: str) -> Responses:
    """Describe the failures of a route, by the names of their problem types."""
    responses: Responses = {}
    for name in names:
        problem = PROBLEM_TYPES[name]
        response = responses.setdefault(
            problem.status,
            {
                "description": "",
                "headers": _EXTRA_HEADERS.get(str(problem.status), {}),
                "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        )
        line = f"`{problem.uri}`: {problem.meaning}"
        response["description"] = "\n\n".join(filter(None, (response["description"], line)))
    return responses


def paged(*names: str) -> Responses:
    """Describe a page of a list, with its failures besides those that every page may have."""
    return {200: {"headers": LINK}, **failures(*OF_STORE, *names, "invalid-request", "invalid-cursor")}


def not_modified_or(*headers: dict[str, Any]) -> Responses:
    """Describe a read that answers 304 if the client's copy is current."""
    return {
        200: {"headers": {name: each for several in headers for name, each in several.items()}},
        304: {"description": "The copy at hand is current", "headers": ETAG},
    }


def describe(app: FastAPI) -> dict[str, Any]:
    """Write the document once; FastAPI keeps it."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            openapi_version=app.openapi_version,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
        )
        for model in (Problem, EventOutput):
            document["components"]["schemas"] |= _schemas(model)
        document["components"]["securitySchemes"] = SCHEMES
        for methods in document["paths"].values():
            for method, operation in methods.items():
                _complete(method, operation)
        app.openapi_schema = document
    return app.openapi_schema


def _schemas(model: type[BaseModel]) -> dict[str, Any]:
    """Describe what FastAPI does not see in any signature."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), model.__name__: schema}


def _complete(method: str, operation: dict[str, Any]) -> None:
    common: tuple[str, ...] = () if operation["operationId"] == "getHealth" else OF_LOAD
    if not POLICY[operation["operationId"]].is_public:
        operation["security"] = [{name: []} for name in SCHEMES]
        common += OF_CREDENTIALS
    for status, response in failures(*common).items():
        known = operation["responses"].setdefault(str(status), response)
        if known is not response:
            known["description"] += f"\n\n{response['description']}"
    stream = operation["responses"].get("200", {}).get("content", {}).get("text/event-stream")
    if stream is not None:
        stream["itemSchema"]["properties"]["data"] = _EVENT
    for response in operation["responses"].values():
        response["headers"] = {**response.get("headers", {}), **_REQUEST_ID}
    if method == "patch":
        content = operation["requestBody"]["content"]
        operation["requestBody"]["content"] = {MERGE_PATCH: content[JSON], JSON: content[JSON]}
