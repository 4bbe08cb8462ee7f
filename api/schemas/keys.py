"""API keys over HTTP: their text is in one answer, their digest in none."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, Strict

from api.schemas.common import INTEGRAL, Ids, Instant, RequestModel, ResponseModel, Text
from graph_models.domain.credentials import MAX_AREAS, ApiKey, Role

DAY_SECONDS = 24 * 60 * 60
NOTE = "The key was in the first answer to this `Idempotency-Key` and cannot be shown again: rotate it."

Jurisdiction = Annotated[
    Annotated[Ids, Field(min_length=1, max_length=MAX_AREAS)] | None,
    Field(description="Codes of the areas that it reaches; null: everywhere"),
]


class ApiKeyInput(RequestModel):
    """A key to issue."""

    name: Annotated[Text, Field(max_length=100, description="What it is for")]
    role: Annotated[Role, Strict(False)]
    jurisdiction: Jurisdiction
    expires_at: Annotated[Instant | None, Field(description="From when on it is refused; null: never")] = None

    def areas(self) -> tuple[str, ...] | None:
        return None if self.jurisdiction is None else tuple(self.jurisdiction)


class RotationInput(RequestModel):
    """How to replace a key."""

    overlap_seconds: Annotated[
        Annotated[int, Field(ge=0, le=30 * DAY_SECONDS), INTEGRAL],
        Field(description="For how long the key before goes on working"),
    ] = DAY_SECONDS

    @property
    def overlap(self) -> timedelta:
        return timedelta(seconds=self.overlap_seconds)


class ApiKeyResource(ResponseModel):
    """A key as it is stored, without what would let anybody use it."""

    id: str
    name: str
    role: Role
    jurisdiction: Jurisdiction
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> ApiKeyResource:
        return cls(**_told(key))


class IssuedApiKey(ApiKeyResource):
    """A key that was made, with its text if this is the first answer."""

    text: Annotated[str | None, Field(description="What to send as bearer; shown once, null from then on")]
    note: Annotated[str | None, Field(description="Why there is no text")]

    @classmethod
    def shown(cls, key: ApiKey, text: str | None) -> IssuedApiKey:
        return cls(**_told(key), text=text, note=None if text else NOTE)


class ApiKeyPage(ResponseModel):
    items: list[ApiKeyResource]
    next_cursor: str | None


def _told(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "jurisdiction": None if key.within is None else list(key.within),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }
