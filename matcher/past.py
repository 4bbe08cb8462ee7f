"""What earlier referrals mean for a need that somebody asks about now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graph_models.domain.identifiers import ProviderId, ResidentId
from graph_models.domain.needs import Need
from graph_models.domain.progress import asked_already, left_of
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.ports import E, GraphStore

_PAGE = 1_000


def who_served(store: GraphStore, resident_id: ResidentId) -> frozenset[ProviderId]:
    """Return the providers that completed a referral for a resident."""
    served: set[ProviderId] = set()
    for earlier in _every(store, Need, {"resident_id": resident_id}):
        referrals = _every(store, Referral, {"need_id": earlier.id})
        served |= {each.provider_id for each in referrals if each.status is ReferralStatus.COMPLETED}
    return frozenset(served)


def what_is_left(store: GraphStore, need: Need) -> tuple[Need, frozenset[ProviderId]]:
    """Return what is left of a stored need, and who is asked about it or was in vain.

    Of a need that is covered all of it is left: whoever asks all the same wants to know.
    """
    own = list(_every(store, Referral, {"need_id": need.id}))
    return left_of(need, own) or need, asked_already(own)


def _every(store: GraphStore, kind: type[E], where: Mapping[str, str]) -> Iterator[E]:
    after: str | None = None
    while True:
        page = store.page(kind, where=where, after=after, limit=_PAGE)
        yield from (stored.value for stored in page.items)
        if (after := page.next_after) is None:
            return
