"""What earlier referrals mean for a need that somebody asks about now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graph_models.domain.identifiers import ProviderId
from graph_models.domain.needs import Need
from graph_models.domain.progress import asked_already, left_of
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.ports import E, GraphStore
from matcher.context import History

_PAGE = 1_000


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
        for earlier in _every(store, Need, {"resident_id": need.resident_id}):
            referrals = _every(store, Referral, {"need_id": earlier.id})
            served |= {each.provider_id for each in referrals if each.status is ReferralStatus.COMPLETED}
    if not is_stored:
        return need, History(frozenset(served))
    own = list(_every(store, Referral, {"need_id": need.id}))
    return left_of(need, own) or need, History(frozenset(served), asked_already(own))


def _every(store: GraphStore, kind: type[E], where: Mapping[str, str]) -> Iterator[E]:
    after: str | None = None
    while True:
        page = store.page(kind, where=where, after=after, limit=_PAGE)
        yield from (stored.value for stored in page.items)
        if (after := page.next_after) is None:
            return
