"""Several providers asked about one need: all of them or none, once."""

from __future__ import annotations

import pytest

from graph_models.domain.errors import CapacityExceeded, NotFound
from graph_models.domain.providers import Provider
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.ports import GraphStore
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.errors import AlreadyAsked, NeedCovered
from tests.builders import DISTRICT
from tests.matcher.closed_loop.towns import OTHER_DISTRICT, an_act, an_offer, check_accounts


def test_together(store: GraphStore, desk: Desk) -> None:
    """n1 wants three units: two of one provider and one of another are held in one batch."""
    before = store.head()
    several = [an_offer("p1", 2), an_offer("p3", 1)]
    assert desk.offer_all("n1", several, an_act(), (DISTRICT,)) == tuple(each.referral_id for each in several)
    assert store.head() == before + 1
    reserved = {key: store.get(Provider, key).value.capacity.reserved for key in ("p1", "p3")}
    assert reserved == {"p1": 2, "p3": 1}


@pytest.mark.parametrize(
    ("offers", "error"),
    [
        ([("p1", 2), ("p3", 2)], NeedCovered),
        ([("p1", 1), ("p1", 1)], AlreadyAsked),
        ([("p1", 1), ("p3", 2)], CapacityExceeded),
    ],
)
def test_or_none(
    store: GraphStore, desk: Desk, offers: list[tuple[str, int]], error: type[Exception]
) -> None:
    """What stands against one of them stands against all."""
    with pytest.raises(error):
        desk.offer_all("n1", [an_offer(*each) for each in offers], an_act())
    assert list(store.scan(Referral)) == []
    check_accounts(store, {"p2": store.get(Provider, "p2").value.capacity})


def test_elsewhere(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.offer_all("n2", [an_offer("p1")], an_act(), (OTHER_DISTRICT,))


def test_once(store: GraphStore, desk: Desk) -> None:
    """Repeated after one of them was rejected it tells what it did, and asks nobody anew."""
    act, several = an_act("once"), [an_offer("p1", 2), an_offer("p3", 1)]
    made = desk.offer_all("n1", several, act)
    desk.move(made[0], ReferralStatus.CANCELLED, an_act(), reason="withdrawn")  # type: ignore[arg-type]
    before = store.head()
    assert desk.offer_all("n1", several, act) == made
    assert store.head() == before
