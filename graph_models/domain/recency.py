"""Which referrals count as recent: what fairness and monthly caps go by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from graph_models.domain.checks import check_aware
from graph_models.domain.identifiers import ProviderId, ReferralId, check_id

RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RecentReferral:
    """A referral that counts in the `recent_referrals` of its provider; it is there as long as it does.

    Beside the referral and not in it: that a month is over changes nothing about the referral, whose
    revision somebody may be about to write upon.

    Parameters
    ----------
    id
        Identifier of the referral.
    provider_id
        Who was asked.
    until
        From when on it does not count.
    asked_before
        When the provider had last been asked before, if ever: what holds again if this is taken back.
    """

    id: ReferralId
    provider_id: ProviderId
    until: datetime
    asked_before: datetime | None = None

    @property
    def asked_at(self) -> datetime:
        """When the provider was asked."""
        return self.until - RECENT

    def __post_init__(self) -> None:
        check_id("recent_referral.id", self.id)
        check_id("recent_referral.provider_id", self.provider_id)
        check_aware("recent_referral.until", self.until)
        if self.asked_before is not None:
            check_aware("recent_referral.asked_before", self.asked_before)
