"""What the service does by itself, from the clock to the list of suggestions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from starlette.testclient import TestClient

from graph_models.domain.providers import Provider
from graph_models.domain.recency import RECENT
from graph_models.stores.sqlite.store import SqliteStore
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.policy import LoopPolicy
from tests.api.conftest import Client
from tests.api.test_engine import wait_for
from tests.builders import NOW, FixedClock, a_need
from tests.matcher.closed_loop.towns import an_act, an_offer, put


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
