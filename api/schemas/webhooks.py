"""Receivers of webhooks over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from api.schemas.common import Ids, RequestModel, ResponseModel
from api.schemas.keys import Jurisdiction
from graph_models.domain.needs import NeedStatus
from graph_models.domain.notifications import MAX_URL_LENGTH, Delivery, WebhookEndpoint
from graph_models.domain.referrals import ReferralStatus
from graph_models.ports import Stored

EVENT_TYPES = sorted(
    {
        *(f"referral.{status}" for status in ReferralStatus),
        *(f"need.{status}" for status in NeedStatus),
        *(f"need.{deed}" for deed in ("created", "changed", "pushed", "escalated", "acknowledged", "erased")),
    }
)
NOTE = "The secret was in the first answer to this `Idempotency-Key` and cannot be shown again."


def _known(types: list[str]) -> list[str]:
    if unknown := set(types) - set(EVENT_TYPES):
        raise PydanticCustomError(
            "event_type", "Input should name known types of events, {count} are not", {"count": len(unknown)}
        )
    return types


EventTypes = Annotated[
    Ids,
    AfterValidator(_known),
    Field(json_schema_extra={"items": {"type": "string", "enum": EVENT_TYPES}, "uniqueItems": True}),
]


class WebhookInput(RequestModel):
    """A receiver of events."""

    url: Annotated[
        str,
        StringConstraints(min_length=1, max_length=MAX_URL_LENGTH),
        Field(description="Where events are posted to: https, at a public address, port 443 or 8443"),
    ]
    event_types: Annotated[
        EventTypes | None, Field(description="The events it is to hear of; all if null")
    ] = None
    jurisdiction: Annotated[Jurisdiction, Field(description="Areas whose needs it hears of; null: all")]

    def areas(self) -> tuple[str, ...] | None:
        return None if self.jurisdiction is None else tuple(self.jurisdiction)


class WebhookOutput(ResponseModel):
    id: str
    url: str
    event_types: Annotated[list[str], Field(description="Empty: all")]
    jurisdiction: Jurisdiction
    created_at: datetime
    disabled_reason: Annotated[str | None, Field(description="Why nothing is sent to it any more")]


class WebhookResource(WebhookOutput):
    """A receiver as it is stored, without its secret."""

    cursor: Annotated[int, Field(description="The change set up to which it was told, or is being told")]
    revision: int

    @classmethod
    def of(cls, stored: Stored[WebhookEndpoint]) -> WebhookResource:
        told = dict(WebhookOutput.model_validate(stored.value))
        return cls(**told, cursor=stored.value.cursor, revision=stored.revision)


class NewWebhook(WebhookResource):
    """A receiver that was made, with the secret that signs its messages if this is the first answer."""

    secret: Annotated[str | None, Field(description="Standard Webhooks `whsec_…`; shown once")]
    note: Annotated[str | None, Field(description="Why there is no secret")]

    @classmethod
    def shown(cls, stored: Stored[WebhookEndpoint], secret: str | None) -> NewWebhook:
        told = dict(WebhookResource.of(stored))
        return cls(**told, secret=secret, note=None if secret else NOTE)


class WebhookPage(ResponseModel):
    items: list[WebhookResource]
    next_cursor: str | None


class DeadLetter(ResponseModel):
    """A message that was given up after the last attempt."""

    id: str
    event_id: Annotated[str, Field(description="`webhook-id` of its attempts")]
    object_id: str
    need_id: str | None
    attempts: int
    last_problem: str | None

    @classmethod
    def of(cls, stored: Stored[Delivery]) -> DeadLetter:
        return cls.model_validate(stored.value)


class DeadLetterPage(ResponseModel):
    items: list[DeadLetter]
    next_cursor: str | None


class Replay(ResponseModel):
    """A message that is tried again."""

    id: str
    next_attempt_at: datetime
