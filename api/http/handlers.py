"""Exception handlers: whatever was raised, the answer is a problem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.http.problem_types import PROBLEM_TYPES
from api.http.problems import Refusal, problem_response
from api.logs import describe_error
from api.schemas.common import RULE
from api.schemas.problems import Fault
from graph_models.domain.errors import LastMeterError

log = structlog.stdlib.get_logger("lastmeter.http")


def install(app: FastAPI, routes: Sequence[Route]) -> None:
    """Answer every error of an application with a problem; `routes` are those it serves."""

    async def on_validation_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem_response(_refusal_of(error.errors(), error.body), request.scope)

    async def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 405:
            # Starlette's own list has the methods of one route; the path may have several.
            served = [each for each in routes if each.path_regex.match(request.url.path)]
            methods = {method for each in served for method in each.methods or ()}
            allowed = sorted(methods | {"HEAD"} if "GET" in methods else methods)
            error = HTTPException(405, headers={"Allow": ", ".join(allowed)})
        return problem_response(error, request.scope)

    async def on_domain_error(request: Request, error: Exception) -> Response:
        response = problem_response(error, request.scope)
        if response.status_code >= 500:
            log.error("failed", request_id=request.state.request_id, **describe_error(error))
        return response

    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(LastMeterError, on_domain_error)


def _refusal_of(errors: Sequence[Any], body: Any) -> Refusal:
    """Turn FastAPI's list of errors into a problem that quotes none of the refused values."""
    if any(each["type"] == "missing" and each["loc"] == ("header", "if-match") for each in errors):
        return Refusal("precondition-required", PROBLEM_TYPES["precondition-required"].meaning)
    name = "rule-broken" if all(each["type"] == RULE for each in errors) else "invalid-request"
    faults = [_fault(each, body) for each in errors]
    return Refusal(name, f"{len(faults)} part(s) of the request cannot be accepted.", faults)


def _fault(error: Any, body: Any) -> Fault:
    place, *path = error["loc"]
    if place == "body":
        path = _members(path, body)
    pointer = "/".join(["#", *(str(each).replace("~", "~0").replace("/", "~1") for each in path)])
    detail = error["msg"]
    if error["type"] == "missing" and not path:
        detail = "The body is empty"
    elif error["type"] == "model_attributes_type":
        detail = "Input should be an object"
    return Fault(location=place, pointer=pointer, detail=detail)


def _members(path: Sequence[Any], body: Any) -> list[Any]:
    """Return the part of a path that is in the body: the kind of a value is named in it as a step."""
    kept = []
    for step in path:
        if isinstance(body, dict) and body.get("kind") == step and step not in body:
            continue
        kept.append(step)
        if isinstance(body, dict):
            body = body.get(step)
        elif isinstance(body, list) and isinstance(step, int) and step < len(body):
            body = body[step]
    return kept
