"""Everything that can go wrong over HTTP, by name: status, title and meaning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemType:
    name: str
    status: int
    title: str
    meaning: str

    @property
    def uri(self) -> str:
        return f"/problems/{self.name}"


PROBLEM_TYPES = {
    each.name: each
    for each in (
        ProblemType(
            "malformed-request",
            400,
            "Malformed request",
            "The body is not JSON in UTF-8, or names a member twice. Nothing in it was read.",
        ),
        ProblemType(
            "unauthenticated",
            401,
            "Unauthenticated",
            "Send `Authorization: Bearer` with an API key or a token of the identity provider.",
        ),
        ProblemType("forbidden", 403, "Forbidden", "The role of the credential does not include this."),
        ProblemType(
            "contact-not-open",
            403,
            "Contact not open",
            "A contact is shown once a provider has accepted one of the resident's needs.",
        ),
        ProblemType("unknown-route", 404, "No such address", "Nothing is served at this path."),
        ProblemType("not-found", 404, "Not found", "Nothing of this kind has this id."),
        ProblemType(
            "method-not-allowed",
            405,
            "Method not allowed",
            "The path exists, the method does not; `Allow` lists those that do.",
        ),
        ProblemType(
            "body-too-slow",
            408,
            "Body too slow",
            "The body did not arrive within `LASTMETER_BODY_SECONDS`. Nothing was done.",
        ),
        ProblemType(
            "duplicate-key",
            409,
            "Id is taken",
            "Something of this kind has the id already. Choose another, or change that one with PATCH.",
        ),
        ProblemType(
            "capacity-exceeded",
            409,
            "Capacity exceeded",
            "The change would leave a provider fewer than 0 units.",
        ),
        ProblemType(
            "transition-not-allowed",
            409,
            "Not in this state",
            "The referral cannot go from its state into that one; `may_become` names those that it can.",
        ),
        ProblemType(
            "need-not-open",
            409,
            "Need is not open",
            "Nobody is sought for this need: it is a draft, completed, on hold or withdrawn.",
        ),
        ProblemType(
            "need-covered",
            409,
            "Need is covered",
            "Other referrals hold or have served the units. Read the need's referrals.",
        ),
        ProblemType(
            "already-asked", 409, "Asked already", "The provider has an open referral for this need."
        ),
        ProblemType("provider-excluded", 409, "Provider excluded", "The need rules this provider out."),
        ProblemType(
            "plan-not-done", 409, "Plan is not done", "It is still being made, or it failed: read its state."
        ),
        ProblemType(
            "key-is-over", 409, "Key is over", "The key has expired or been revoked. Issue another one."
        ),
        ProblemType(
            "live-referrals",
            409,
            "Live referrals",
            "Providers hold units for this resident. End these referrals first.",
        ),
        ProblemType("still-referenced", 409, "Still referenced", "Something else points at this value."),
        ProblemType(
            "revision-conflict",
            412,
            "Changed meanwhile",
            "`If-Match` names a revision that is not the current one. Read again and decide anew.",
        ),
        ProblemType(
            "body-too-large",
            413,
            "Body too large",
            "The body exceeds `LASTMETER_MAX_BODY_BYTES`. Load large data with `lastmeter load`.",
        ),
        ProblemType(
            "unsupported-media-type",
            415,
            "Unsupported media type",
            "Send `application/json`; for PATCH `application/merge-patch+json` as well. UTF-8 only.",
        ),
        ProblemType(
            "invalid-request",
            422,
            "Invalid request",
            "The request does not fit the schema in `/openapi.json`; `errors` names each place.",
        ),
        ProblemType(
            "rule-broken",
            422,
            "Rule broken",
            "The request fits the schema but breaks a rule between or within its values, "
            "for example a time window that ends before it starts.",
        ),
        ProblemType(
            "unknown-reference",
            422,
            "Unknown reference",
            "A field names a resident, area, skill, category or provider that does not exist.",
        ),
        ProblemType(
            "invalid-cursor",
            422,
            "Invalid cursor",
            "The cursor was not given out for this collection with these filters. Start without one.",
        ),
        ProblemType(
            "idempotency-key-reused",
            422,
            "Idempotency key reused",
            "The `Idempotency-Key` was used for another body. Use a new key for a new request.",
        ),
        ProblemType(
            "precondition-required",
            428,
            "Precondition required",
            "A change needs `If-Match` with the `ETag` that was read, so that nobody's change is lost.",
        ),
        ProblemType(
            "too-many-requests",
            429,
            "Too many requests",
            "The client has asked more often than it may. Try again after `Retry-After` seconds.",
        ),
        ProblemType(
            "internal-error",
            500,
            "Internal error",
            "A fault of this service. The log holds its place under the request id.",
        ),
        ProblemType(
            "store-unavailable",
            503,
            "Store unavailable",
            "The store is away, busy or read-only; nothing was written. Try again after `Retry-After` "
            "seconds.",
        ),
        ProblemType(
            "outcome-unknown",
            503,
            "Outcome unknown",
            "The store's answer to a write was lost. Repeat with the same `Idempotency-Key` or `If-Match`: "
            "it takes effect at most once.",
        ),
        ProblemType(
            "not-ready",
            503,
            "Not ready",
            "The matching engine or the work queue is still being loaded. Try again after `Retry-After` "
            "seconds.",
        ),
        ProblemType(
            "overloaded",
            503,
            "Overloaded",
            "More is asked than can be answered in time; nothing was done. Try again after `Retry-After`.",
        ),
        ProblemType(
            "deadline-exceeded",
            503,
            "Deadline exceeded",
            "No answer within `LASTMETER_REQUEST_SECONDS`; what was asked may still take effect. "
            "Repeat a write with the same `Idempotency-Key` or `If-Match`: it takes effect at most once.",
        ),
        ProblemType(
            "identity-unavailable",
            503,
            "Identity provider unavailable",
            "The keys of the identity provider cannot be fetched. Try again after `Retry-After` seconds.",
        ),
        ProblemType(
            "no-master-key",
            503,
            "No master key",
            "Personal data and secrets are kept encrypted only: set `LASTMETER_KEYS_FILE`.",
        ),
        ProblemType(
            "too-many-plans",
            503,
            "Too many plans",
            "Plans are made one at a time, and enough are waiting. Try again after `Retry-After` seconds.",
        ),
        ProblemType(
            "study-under-way",
            503,
            "Study under way",
            "The coverage of the city is being studied. Try again after `Retry-After` seconds.",
        ),
    )
}
