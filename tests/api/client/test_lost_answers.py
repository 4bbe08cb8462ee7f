"""A real server behind a proxy that cuts connections once a request has been served."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.client import LastMeter, Unreachable, Waiting
from tests.api.client.proxies import Proxy
from tests.api.servers import ADMIN_TOKEN
from tests.builders import COMMUNITY

QUICK = Waiting(draw=lambda: 0.0)


@pytest.fixture
def meter(proxy: Proxy) -> Iterator[LastMeter]:
    with LastMeter(proxy.url, ADMIN_TOKEN, waiting=QUICK, retries=2) as client:
        yield client


def test_a_whole_referral_has_each_effect_once(meter: LastMeter, proxy: Proxy) -> None:
    """Created, changed, offered, accepted, completed; the answer to each is lost twice."""
    provider = meter.providers.get("volunteer-1")
    proxy.lose(2)
    need = meter.needs.create(category_id="home_care", community_code=COMMUNITY)
    proxy.lose(2)
    need = meter.needs.change(need, urgency="urgent")
    proxy.lose(2)
    referral = meter.needs.refer(need, provider_id=provider.id)
    for step in (meter.referrals.accept, meter.referrals.complete):
        proxy.lose(2)
        referral = step(referral)
    assert proxy.lost == 10
    done = [each.action for each in meter.audit(need_id=need.id)]
    assert sorted(done) == [
        *("need.changed", "need.completed", "need.created", "need.pushed"),
        *("referral.accepted", "referral.completed", "referral.requested"),
    ]
    capacity = meter.providers.get(provider.id).capacity
    assert (capacity.reserved, capacity.consumed) == (0, provider.capacity.consumed + 1)


def test_who_loses_all_can_ask_again(meter: LastMeter, proxy: Proxy) -> None:
    """After the last attempt the caller does not know; the same key tells."""
    before = {each.id for each in meter.needs.list()}
    proxy.lose(3)
    with pytest.raises(Unreachable):
        meter.needs.create(idempotency_key="order-7", category_id="home_care", community_code=COMMUNITY)
    need = meter.needs.create(idempotency_key="order-7", category_id="home_care", community_code=COMMUNITY)
    assert {each.id for each in meter.needs.list()} == before | {need.id}
