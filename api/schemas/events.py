"""Events over HTTP: ids only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.common import Id, PageQuery, ResponseModel
from graph_models.domain.audit import AuditEvent
from graph_models.domain.places import AreaLevel
from graph_models.domain.referrals import ReasonCode


class EventOutput(ResponseModel):
    """Something that was done; who wants to know more asks for the object."""

    id: str
    type: Annotated[str, Field(description="What was done, such as `referral.accepted`")]
    time: datetime
    object_kind: str
    object_id: str
    need_id: str | None
    level: Annotated[AreaLevel | None, Field(description="How far a need was pushed")]
    audience: Annotated[list[str], Field(description="Codes of the areas it was pushed to")]

    @classmethod
    def of(cls, event: AuditEvent) -> EventOutput:
        return cls(
            id=event.id,
            type=event.action,
            time=event.recorded_at,
            object_kind=event.object_kind,
            object_id=event.object_id,
            need_id=event.need_id,
            level=event.level,
            audience=list(event.audience),
        )


class AuditEventOutput(ResponseModel):
    """One entry of the audit trail."""

    id: str
    recorded_at: datetime
    actor: str
    role: str
    action: str
    object_kind: str
    object_id: str
    need_id: str | None
    reason: ReasonCode | None
    request_id: str | None
    level: AreaLevel | None
    audience: list[str]
    suggestion_id: Annotated[str | None, Field(description="The recorded list on which a choice rests")]
    evidence_digest: str | None


class AuditEntry(AuditEventOutput):
    """One entry of the audit trail for people who read it."""

    actor_name: Annotated[
        str | None, Field(description="What the API key of `key:…` is called; null for all others")
    ]

    @classmethod
    def of(cls, event: AuditEvent, actor_name: str | None) -> AuditEntry:
        return cls(**dict(AuditEventOutput.model_validate(event)), actor_name=actor_name)


class AuditEventPage(ResponseModel):
    items: list[AuditEntry]
    next_cursor: str | None


class AuditEventQuery(PageQuery):
    action: Id | None = None
    object_id: Id | None = None
    need_id: Id | None = None
