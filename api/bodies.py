"""Bodies: JSON in UTF-8, of requests nothing that two parsers could read differently."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Any

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from api.http.problem_types import PROBLEM_TYPES
from api.http.problems import Refusal
from api.identification import identify
from api.schemas.problems import Fault

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
ACCEPTED = {"POST": (JSON,), "PUT": (JSON,), "PATCH": (MERGE_PATCH, JSON)}


class JsonRoute(APIRoute):
    """A route that asks who it is, then refuses what it would have to guess or ignore."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        has_parameters = bool(self.dependant.query_params)
        has_body = self.body_field is not None

        async def read_strictly(request: Request) -> Response:
            await identify(request, request.app.state.services)
            check_query(request, has_parameters)
            if has_body:
                check_media_type(request)
            return await handle(StrictRequest(request.scope, request.receive))

        return read_strictly


def check_query(request: Request, has_parameters: bool) -> None:
    """Refuse a parameter that is given twice, and any where none is known; the schema sees to the rest."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    if has_parameters:
        blamed, why = [name for name, count in counts.items() if count > 1], "is given more than once"
    else:
        blamed, why = list(counts), "is not known here"
    if blamed:
        faults = [Fault(location="query", pointer=f"#/{name}", detail=why) for name in blamed]
        raise Refusal("invalid-request", f"A parameter {why}.", faults)


def written(answer: BaseModel) -> Response:
    """Write an answer as it is: FastAPI would check it a second time."""
    return Response(answer.model_dump_json(), media_type=JSON)


class StrictRequest(Request):
    """A request whose JSON is refused where I-JSON (RFC 7493) says that it is not interoperable."""

    async def json(self) -> Any:
        body = await self.body()
        try:
            return json.loads(body.decode(), object_pairs_hook=_unique_members, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise Refusal("malformed-request", _complaint(error)) from error


class _NotInteroperable(ValueError):
    """JSON that Python would read and others would not."""


def check_media_type(request: Request) -> None:
    """Refuse a body that is not declared as JSON in UTF-8."""
    accepted = ACCEPTED[request.method]
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    charset = header.get_content_charset("utf-8")
    if header.get_content_type() in accepted and charset in ("utf-8", "us-ascii"):
        return
    name = "Accept-Patch" if request.method == "PATCH" else "Accept"
    raise Refusal(
        "unsupported-media-type",
        PROBLEM_TYPES["unsupported-media-type"].meaning,
        headers={name: ", ".join(accepted)},
    )


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _NotInteroperable("names a member twice")
    return members


def _no_constant(name: str) -> None:
    raise _NotInteroperable(f"holds {name}, which is not a JSON number")


def _complaint(error: ValueError | RecursionError) -> str:
    match error:
        case json.JSONDecodeError():
            return f"The body is not JSON: line {error.lineno}, column {error.colno}."
        case UnicodeDecodeError():
            return f"The body is not UTF-8: byte {error.start}."
        case _NotInteroperable():
            return f"The body {error}."
        case RecursionError():
            return "The body is nested too deeply."
    return "The body holds a number with too many digits."
