"""The one shape of every error: RFC 9457 problem details."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Fault(BaseModel):
    """One thing that is wrong with the request."""

    model_config = ConfigDict(extra="forbid", serialize_by_alias=True, validate_by_name=True)

    location: Annotated[str, Field(alias="in", description="`body`, `query`, `path` or `header`")]
    pointer: Annotated[
        str, Field(description="JSON Pointer as a URI fragment: `#/required_skills/0/min_level`, `#/limit`")
    ]
    detail: str


class Problem(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(extra="forbid")

    type: Annotated[
        str,
        Field(
            description="Stable; its meaning is served there", json_schema_extra={"format": "uri-reference"}
        ),
    ]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    request_id: Annotated[str, Field(description="The X-Request-Id of this exchange; quote it in a report")]
    errors: Annotated[list[Fault], Field(description="Empty unless single fields are to blame")]


class ProblemMeaning(BaseModel):
    """What a problem type means and what to do about it."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    status: int
    meaning: str
