"""What earlier referrals mean for a need that somebody asks about now."""

from __future__ import annotations

from graph_models.bulk import every
from graph_models.domain.identifiers import ProviderId, ResidentId
from graph_models.domain.needs import Need
from graph_models.domain.progress import asked_already, left_of
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.ports import GraphStore


def who_served(store: GraphStore, resident_id: ResidentId) -> frozenset[ProviderId]:
    """Return the providers that completed a referral for a resident."""
    served: set[ProviderId] = set()
    for earlier in every(store, Need, {"resident_id": resident_id}):
        referrals = _referrals_of(store, earlier.value.id)
        served |= {each.provider_id for each in referrals if each.status is ReferralStatus.COMPLETED}
    return frozenset(served)


def what_is_left(store: GraphStore, need: Need) -> tuple[Need, frozenset[ProviderId]]:
    """Return what is left of a stored need, and who is asked about it or was in vain.

    Of a need that is covered all of it is left: whoever asks all the same wants to know.
    """
    own = _referrals_of(store, need.id)
    return left_of(need, own) or need, asked_already(own)


def _referrals_of(store: GraphStore, need_id: str) -> list[Referral]:
    return [each.value for each in every(store, Referral, {"need_id": need_id})]
