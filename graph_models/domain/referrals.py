"""Referrals: one need offered to one provider and followed to its end (FHIR Task)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from graph_models.domain.checks import check_aware, check_integer
from graph_models.domain.identifiers import NeedId, ProviderId, ReferralId, check_id


class ReferralStatus(StrEnum):
    """States of the FHIR SDOH Clinical Care Task for Referral Management."""

    DRAFT = "draft"
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IN_PROGRESS = "in-progress"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"


@dataclass(frozen=True, slots=True)
class Referral:
    """One need offered to one provider.

    Parameters
    ----------
    id
        Identifier.
    need_id, provider_id
        What was offered to whom.
    status
        Where it stands.
    units
        Units of the need that this provider takes.
    created_at
        When it was made.
    """

    id: ReferralId
    need_id: NeedId
    provider_id: ProviderId
    status: ReferralStatus
    created_at: datetime
    units: int = 1
    is_synthetic: bool = False

    def __post_init__(self) -> None:
        check_id("referral.id", self.id)
        check_id("referral.need_id", self.need_id)
        check_id("referral.provider_id", self.provider_id)
        check_aware("referral.created_at", self.created_at)
        check_integer("referral.units", self.units, least=1, most=10_000)
