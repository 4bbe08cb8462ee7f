"""What a process does by itself: one thing that cannot be done holds up no other."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import isnan
from pathlib import Path

import pytest

from api.background import DueWork
from graph_models.domain.errors import StoreUnavailable
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.ports import GraphStore
from graph_models.stores.opening import open_store
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.policy import LoopPolicy
from tests.builders import NOW, FixedClock
from tests.matcher.closed_loop.towns import an_act, an_offer, put, town

LATER = NOW + timedelta(days=2)


class Stumbling(Desk):
    """Fails over one hold, as over a value that nobody thought of."""

    def __init__(self, store: GraphStore, over: str, error: Exception) -> None:
        super().__init__(store, LoopPolicy())
        self.over, self.error = over, error

    def expire(self, referral_id: str, at: datetime) -> None:
        if referral_id == self.over:
            raise self.error
        super().expire(referral_id, at)


@pytest.mark.parametrize(
    ("error", "is_done"), [(KeyError("x"), True), (StoreUnavailable("cut"), False)], ids=["fault", "away"]
)
def test_what_cannot_be_done(tmp_path: Path, error: Exception, is_done: bool) -> None:
    """The first hold fails again and again; the second expires, unless it is the store that is away."""
    with open_store(f"sqlite:///{tmp_path / 'town.db'}", FixedClock()) as store:
        put(store, *town())
        desk = Desk(store, LoopPolicy())
        first = desk.offer("n1", an_offer("p1", 1), an_act(), expected_revision=1).value.id
        later = an_act(at=NOW + timedelta(hours=1))
        second = desk.offer("n2", an_offer("p2", 1), later, expected_revision=1).value.id
        work = DueWork(store, Stumbling(store, first, error))
        assert isnan(work.overdue_seconds(LATER))
        assert not work.is_due(NOW)
        assert work.overdue_seconds(NOW) == 0
        for _ in range(2):
            assert work.is_due(LATER)
            if is_done:
                work.do(LATER)
            else:
                with pytest.raises(StoreUnavailable):
                    work.do(LATER)
        assert work.overdue_seconds(LATER) == timedelta(days=1).total_seconds()
        status = {key: store.get(Referral, key).value.status for key in (first, second)}
        assert status[first] is ReferralStatus.REQUESTED
        assert (status[second] is ReferralStatus.CANCELLED) == is_done
