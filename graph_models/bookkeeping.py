"""What the service keeps beside the graph: who may ask, what was done, whom to tell.

Stores hold these kinds like those of the graph. Files, projections and the pages about the graph
leave them out.
"""

from __future__ import annotations

from graph_models.declarations import I, NodeType, Property, Relationship, S, T, key, words
from graph_models.domain.audit import AuditEvent, SuggestionRecord
from graph_models.domain.contacts import Contact
from graph_models.domain.credentials import ApiKey, Role
from graph_models.domain.leases import Lease
from graph_models.domain.notifications import Delivery, DeliveryStatus, WebhookEndpoint
from graph_models.domain.people import Resident
from graph_models.domain.places import AreaLevel
from graph_models.domain.providers import Provider
from graph_models.domain.recency import RecentReferral
from graph_models.domain.referrals import ReasonCode

RECORD_TYPES: tuple[NodeType, ...] = (
    NodeType(
        AuditEvent,
        "AuditEvent",
        "audit_events",
        "id",
        (
            key(),
            Property("recorded_at", T, is_required=True),
            Property("actor", S, is_required=True),
            Property("role", S, is_required=True),
            Property("action", S, is_required=True, is_indexed=True),
            Property("object_kind", S, is_required=True),
            Property("object_id", S, is_required=True, is_indexed=True),
            Property("need_id", S, is_indexed=True),
            Property("reason", S, enum=ReasonCode),
            Property("request_id", S),
            Property("request_digest", S),
            Property("level", S, enum=AreaLevel),
            words("audience"),
            Property("suggestion_id", S),
            Property("evidence_digest", S),
        ),
    ),
    NodeType(
        SuggestionRecord,
        "SuggestionRecord",
        "suggestion_records",
        "id",
        (
            key(),
            Property("need_id", S, is_required=True, is_indexed=True),
            Property("created_at", T, is_required=True),
            Property("content", S, is_required=True),
        ),
    ),
    NodeType(
        Contact,
        "Contact",
        "contacts",
        "id",
        (
            key(),
            Property("key_id", S, is_required=True, is_indexed=True),
            Property("wrapped_key", S, is_required=True),
            Property("ciphertext", S, is_required=True),
            Property("changed_at", T, is_required=True),
        ),
        (Relationship("REACHES", "resident_id", Resident, is_required=True),),
        scopes=(("resident_id", "registration_code"), ("resident_id", "residence_code")),
    ),
    NodeType(
        ApiKey,
        "ApiKey",
        "api_keys",
        "id",
        (
            key(),
            Property("name", S, is_required=True),
            Property("digest", S, is_required=True),
            Property("role", S, is_required=True, enum=Role),
            words("jurisdiction"),
            Property("created_at", T, is_required=True),
            Property("expires_at", T),
            Property("revoked_at", T),
        ),
    ),
    NodeType(
        WebhookEndpoint,
        "WebhookEndpoint",
        "webhook_endpoints",
        "id",
        (
            key(),
            Property("url", S, is_required=True),
            words("event_types"),
            words("jurisdiction", is_required=False),
            Property("sealed_secret", S, is_required=True),
            Property("created_at", T, is_required=True),
            Property("cursor", I, unit="change set", is_required=True),
            Property("disabled_reason", S),
        ),
    ),
    NodeType(
        Delivery,
        "Delivery",
        "deliveries",
        "id",
        (
            key(),
            Property("event_id", S, is_required=True),
            Property("sequence", I, unit="change set", is_required=True),
            Property("position", I, is_required=True),
            Property("object_id", S, is_required=True),
            Property("need_id", S),
            Property("attempts", I, is_required=True),
            Property("next_attempt_at", T, is_required=True),
            Property("status", S, is_required=True, is_indexed=True, enum=DeliveryStatus),
            Property("last_problem", S),
        ),
        (Relationship("TO_ENDPOINT", "endpoint_id", WebhookEndpoint, is_required=True),),
    ),
    NodeType(
        Lease,
        "Lease",
        "leases",
        "id",
        (key(), Property("holder", S, is_required=True), Property("until", T, is_required=True)),
    ),
    NodeType(
        RecentReferral,
        "RecentReferral",
        "recent_referrals",
        "id",
        (key(), Property("until", T, is_required=True), Property("asked_before", T)),
        (Relationship("COUNTS_FOR", "provider_id", Provider, is_required=True),),
    ),
)
