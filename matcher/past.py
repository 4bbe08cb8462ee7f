"""What earlier referrals mean for a need that somebody asks about now."""

from __future__ import annotations

from graph_models.bulk import every
from graph_models.domain.identifiers import ProviderId
from graph_models.domain.needs import Need
from graph_models.domain.progress import asked_already, left_of
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.ports import GraphStore
from matcher.context import History


def read_past(store: GraphStore, need: Need, *, is_stored: bool) -> tuple[Need, History]:
    """Return what is left of a need, and who served its resident or was asked about it.

    Of a need that is covered all of it is left: whoever asks all the same wants to know.

    Parameters
    ----------
    is_stored
        Whether the need is one of the store, which referrals can be for.
    """
    served: set[ProviderId] = set()
    if need.resident_id is not None:
        for earlier in every(store, Need, {"resident_id": need.resident_id}):
            referrals = _referrals_of(store, earlier.value.id)
            served |= {each.provider_id for each in referrals if each.status is ReferralStatus.COMPLETED}
    if not is_stored:
        return need, History(frozenset(served))
    own = _referrals_of(store, need.id)
    return left_of(need, own) or need, History(frozenset(served), asked_already(own))


def _referrals_of(store: GraphStore, need_id: str) -> list[Referral]:
    return [each.value for each in every(store, Referral, {"need_id": need_id})]
