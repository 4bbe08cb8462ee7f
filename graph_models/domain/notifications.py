"""Webhooks: who wants to hear of what happens, and what that receiver has not heard yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from graph_models.domain.checks import check_aware, check_base64, check_integer, check_text, sort_field
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import DeliveryId, EndpointId, NeedId, check_id
from graph_models.domain.people import check_terms

MAX_URL_LENGTH = 2_000
MAX_SEQUENCE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """A receiver of events.

    Parameters
    ----------
    id
        Identifier.
    url
        Where events are posted to.
    event_types
        The events it asked for (``referral.accepted``), empty for all.
    sealed_secret
        What signs its messages, encrypted (base64).
    created_at
        When it was registered.
    cursor
        Sequence number of the change feed up to which its events are delivered or noted as
        `Delivery`.
    jurisdiction
        Prefixes of area codes that it may hear of, None for everywhere.
    disabled_reason
        Why nothing is sent to it, None while something is.
    """

    id: EndpointId
    url: str
    event_types: tuple[str, ...]
    sealed_secret: str
    created_at: datetime
    cursor: int
    jurisdiction: tuple[str, ...] | None = None
    disabled_reason: str | None = None

    def __post_init__(self) -> None:
        check_id("webhook_endpoint.id", self.id)
        check_text("webhook_endpoint.url", self.url, max_length=MAX_URL_LENGTH)
        check_terms("webhook_endpoint.event_types", self.event_types)
        sort_field(self, "event_types")
        if self.jurisdiction is not None:
            if not self.jurisdiction:
                raise InvalidValue("webhook_endpoint.jurisdiction", "name an area or be left out", ())
            check_terms("webhook_endpoint.jurisdiction", self.jurisdiction)
            sort_field(self, "jurisdiction")
        check_base64("webhook_endpoint.sealed_secret", self.sealed_secret)
        check_aware("webhook_endpoint.created_at", self.created_at)
        check_integer("webhook_endpoint.cursor", self.cursor, most=MAX_SEQUENCE)
        if self.disabled_reason is not None:
            check_text("webhook_endpoint.disabled_reason", self.disabled_reason)


class DeliveryStatus(StrEnum):
    """Whether a delivery is still tried. One that arrived is no longer stored."""

    PENDING = "pending"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event that a receiver has not taken yet.

    Parameters
    ----------
    id
        Identifier.
    endpoint_id
        The receiver.
    event_id
        The audit event. Receivers see it as ``webhook-id``, the same in every attempt.
    sequence, position
        Sequence number of the change set that holds the event, and its place in there.
    object_id
        What the event is about; without a need, events of one object go out in order.
    attempts
        How often it was tried.
    next_attempt_at
        From when on it is tried again.
    need_id
        The need that it is about, if there is one: events of one need go out in order.
    status
        Whether it is still tried.
    last_problem
        Why the last attempt failed, None before the first.
    """

    id: DeliveryId
    endpoint_id: EndpointId
    event_id: str
    sequence: int
    position: int
    object_id: str
    attempts: int
    next_attempt_at: datetime
    need_id: NeedId | None = None
    status: DeliveryStatus = DeliveryStatus.PENDING
    last_problem: str | None = None

    def __post_init__(self) -> None:
        check_id("delivery.id", self.id)
        check_id("delivery.endpoint_id", self.endpoint_id)
        check_id("delivery.event_id", self.event_id)
        check_integer("delivery.sequence", self.sequence, least=1, most=MAX_SEQUENCE)
        check_integer("delivery.position", self.position)
        check_id("delivery.object_id", self.object_id)
        if self.need_id is not None:
            check_id("delivery.need_id", self.need_id)
        check_integer("delivery.attempts", self.attempts)
        check_aware("delivery.next_attempt_at", self.next_attempt_at)
        if self.last_problem is not None:
            check_text("delivery.last_problem", self.last_problem)

    @property
    def is_dead(self) -> bool:
        """Whether it was given up."""
        return self.status is DeliveryStatus.DEAD
