"""What a process does by itself, from the clock to the list of suggestions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from math import isnan
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.background import DueWork
from graph_models.domain.errors import StoreUnavailable
from graph_models.domain.providers import Provider
from graph_models.domain.recency import RECENT
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.ports import GraphStore
from graph_models.stores.opening import open_store
from graph_models.stores.sqlite.store import SqliteStore
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.policy import LoopPolicy
from tests.api.conftest import Client
from tests.api.live.test_engine import wait_for
from tests.builders import NOW, FixedClock, a_need
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


def suggested(client: TestClient, need: str) -> list[str]:
    answer = client.get(f"/v1/needs/{need}/suggestions").json()
    return [each["provider_id"] for each in answer["suggestions"]]


def test_a_month_later_a_provider_is_suggested_again(open_client: Client, store_path: Path) -> None:
    """Two that had reached their monthly cap: one was asked by this service, one came so with a load."""
    with SqliteStore(store_path, FixedClock()) as store:
        for key, recent in (("volunteer-1", 0), ("volunteer-2", 1)):
            held = store.get(Provider, key).value
            asked = {"recent_referrals": recent, "last_referral_at": NOW if recent else None}
            put(store, replace(held, monthly_cap=1, **asked))
        desk = Desk(store, LoopPolicy())
        desk.offer("need-1", an_offer("volunteer-1"), an_act(), expected_revision=1)
        put(store, a_need("need-2"))
    clock = FixedClock(NOW + RECENT - timedelta(hours=1))
    client = open_client(clock=clock)
    assert suggested(client, "need-2") == ["charity-1"]
    clock.instant = NOW + RECENT
    wait_for(lambda: sorted(suggested(client, "need-2")) == ["charity-1", "volunteer-1"])
    clock.instant = NOW + RECENT + timedelta(days=1)  # loaded numbers are looked at once a day
    wait_for(lambda: len(suggested(client, "need-2")) == 3)
