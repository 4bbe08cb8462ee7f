"""What was done: events that are written once, in the same batch as what they tell of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from graph_models.domain.checks import check_aware, check_text, sort_field
from graph_models.domain.identifiers import AreaCode, NeedId, check_id
from graph_models.domain.people import check_terms
from graph_models.domain.places import AreaLevel
from graph_models.domain.referrals import ReasonCode

MAX_CONTENT_LENGTH = 1_000_000


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Who did what to which object, and why (FHIR AuditEvent). Ids only, no personal data.

    It is also what webhooks, server-sent events and the escalation tell of: one record of the past,
    written in the transaction that made it true.

    Parameters
    ----------
    id
        Identifier, in the order of time.
    recorded_at
        When it was done.
    actor
        Subject of the credential that was used, or ``system``.
    role
        The role it was done in.
    action
        What was done: kind and verb (``referral.requested``, ``need.pushed``).
    object_kind, object_id
        Label and key of what it was done to.
    need_id
        The need that it is about, by which events are kept in order.
    reason
        Why, where a reason is asked for.
    request_id
        The request that asked for it.
    request_digest
        SHA-256 of what was asked, by which a repeated request is known from a different one.
    level
        How far a push has climbed.
    audience
        Codes of the areas whose staff it was pushed to.
    suggestion_id
        The recorded list on which the choice rests.
    evidence_digest
        SHA-256 of that record, which can be erased while this event stays.
    """

    id: str
    recorded_at: datetime
    actor: str
    role: str
    action: str
    object_kind: str
    object_id: str
    need_id: NeedId | None = None
    reason: ReasonCode | None = None
    request_id: str | None = None
    request_digest: str | None = None
    level: AreaLevel | None = None
    audience: tuple[AreaCode, ...] = ()
    suggestion_id: str | None = None
    evidence_digest: str | None = None

    def __post_init__(self) -> None:
        check_aware("audit_event.recorded_at", self.recorded_at)
        for field in ("id", "role", "action", "object_kind", "object_id"):
            check_id(f"audit_event.{field}", getattr(self, field))
        check_text("audit_event.actor", self.actor, max_length=255)
        for field in ("need_id", "request_id", "request_digest", "suggestion_id", "evidence_digest"):
            if getattr(self, field) is not None:
                check_id(f"audit_event.{field}", getattr(self, field))
        check_terms("audit_event.audience", self.audience)
        sort_field(self, "audience")


@dataclass(frozen=True, slots=True)
class SuggestionRecord:
    """A suggestion list as it was given, with all that it was made from.

    Apart from the event that cites it, because it holds what a need says of a resident: it can be
    erased, the event stays.

    Parameters
    ----------
    id
        Identifier.
    need_id
        The need.
    created_at
        When the list was made.
    content
        Compressed and encoded text: `matcher.closed_loop.evidence` reads it.
    """

    id: str
    need_id: NeedId
    created_at: datetime
    content: str

    def __post_init__(self) -> None:
        check_id("suggestion_record.id", self.id)
        check_id("suggestion_record.need_id", self.need_id)
        check_aware("suggestion_record.created_at", self.created_at)
        check_text("suggestion_record.content", self.content, max_length=MAX_CONTENT_LENGTH)


def digest_of(record: SuggestionRecord) -> str:
    """Return what an event remembers of a record that can be erased: SHA-256 in hexadecimal."""
    return sha256("\n".join((record.id, record.need_id, record.content)).encode()).hexdigest()
