"""What the schemas share: strict requests, complete responses, and the domain's words as types."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from graph_models.domain.checks import MAX_TEXT_LENGTH
from graph_models.domain.identifiers import ID_PATTERN, MAX_ID_LENGTH

RULE = "rule"  # type of a validation error that the JSON schema cannot express
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
T = TypeVar("T", bound=Hashable)


def _drop_null_defaults(schema: dict[str, Any]) -> None:
    """Null stands for "not given" in requests; as a default it would only be noise."""
    for each in schema.get("properties", {}).values():
        if each.get("default", ...) is None:
            del each["default"]


class RequestModel(BaseModel):
    """Part of a request: unknown members and near types are refused."""

    model_config = ConfigDict(
        extra="forbid", strict=True, allow_inf_nan=False, frozen=True, json_schema_extra=_drop_null_defaults
    )


class ResponseModel(BaseModel):
    """Part of a response, read off a domain value; no field has a default, so every one is there."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, frozen=True)


PageLimit = Annotated[int, Field(ge=1, le=100, description="Most items to answer with")]


class QueryModel(BaseModel):
    """Query parameters: texts that are read as what they stand for; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_drop_null_defaults)


class PageQuery(QueryModel):
    """Query of a collection; subclasses add its filters."""

    limit: PageLimit = 50
    cursor: Annotated[
        str | None,
        Field(max_length=200, description="`next_cursor` of the page before, same filters"),
    ] = None

    def filters(self) -> dict[str, str]:
        return self.model_dump(mode="json", exclude={"limit", "cursor"}, exclude_none=True)


def _integral(value: object) -> object:
    # JSON has one kind of number: 2.0 is an integer there.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _rfc3339(value: object) -> object:
    if not isinstance(value, str) or _RFC3339.fullmatch(value) is None:
        raise PydanticCustomError("instant", "Input should be a time like 2026-03-02T09:00:00+08:00")
    return value


def _utc(value: datetime) -> datetime:
    if not 1900 <= value.year < 2200:
        raise PydanticCustomError(RULE, "must be between the years 1900 and 2199")
    return value.astimezone(UTC)


def unique(values: list[T]) -> list[T]:
    """Refuse a list that names an entry twice."""
    if len(set(values)) != len(values):
        raise PydanticCustomError("unique", "Input should name each entry once")
    return values


Id = Annotated[str, StringConstraints(pattern=f"^{ID_PATTERN}$", max_length=MAX_ID_LENGTH)]
Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_TEXT_LENGTH),
    Field(description="Printable characters, not only blanks"),
]
INTEGRAL = BeforeValidator(_integral)  # put it after the bounds, or the JSON schema loses them
Count = Annotated[int, Field(ge=0, le=2**31 - 1), INTEGRAL]
Instant = Annotated[
    AwareDatetime,
    Strict(False),
    BeforeValidator(_rfc3339, json_schema_input_type=AwareDatetime),
    AfterValidator(_utc),
    Field(description="RFC 3339 with a UTC offset, in the years 1900 to 2199"),
]
Ids = Annotated[list[Id], AfterValidator(unique), Field(json_schema_extra={"uniqueItems": True})]


class Changes(RequestModel):
    """Members to set on a domain value; null and absence at creation stand for the field's default."""

    def domain_values(self, kind: type[Any]) -> dict[str, Any]:
        """Arguments for `kind`, of the members that were sent."""
        defaults = {each.name: each.default for each in fields(kind) if each.default is not MISSING}
        given = {name: _domain_value(getattr(self, name)) for name in self.model_fields_set}
        return {
            name: defaults[name] if value is None else value
            for name, value in given.items()
            if value is not None or name in defaults
        }


def _domain_value(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_domain_value, value))
    return value.to_domain() if hasattr(value, "to_domain") else value
