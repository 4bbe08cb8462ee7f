"""Requests are repeated when that is safe and useful, and no longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from api.client import Invalid, LastMeter, Overloaded, Problem, RevisionConflict, Unreachable, Waiting
from api.client.transport import address
from tests.api.client.conftest import Lossy, Waits
from tests.api.conftest import in_process
from tests.builders import COMMUNITY

LEAST: Any = {"category_id": "home_care", "community_code": COMMUNITY}


def busy(status: int = 503, **headers: str) -> httpx2.Response:
    return httpx2.Response(status, headers={name.replace("_", "-"): each for name, each in headers.items()})


@pytest.fixture
def lossy(client: TestClient) -> Lossy:
    return Lossy(client._transport, [])


@pytest.fixture
def meter(client: TestClient, lossy: Lossy, waits: Waits) -> LastMeter:
    return in_process(client, transport=lossy, waiting=waits.waiting)


class TestWaits:
    @pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
    def test_as_long_as_was_asked_for_and_a_little(
        self, meter: LastMeter, lossy: Lossy, waits: Waits, status: int
    ) -> None:
        """Retry-After is the least; the jitter on top doubles with each failure."""
        lossy.troubles = [busy(status, Retry_After="3"), busy(status), busy(status, Retry_After="soon")]
        assert meter.needs.get("need-1").id == "need-1"
        assert waits.seconds == [3.125, 0.25, 0.5]

    def test_not_for_ever(self, meter: LastMeter, lossy: Lossy, waits: Waits) -> None:
        """Five attempts; then the last failure is told."""
        lossy.troubles = [busy() for _ in range(5)]
        with pytest.raises(Overloaded) as caught:
            meter.needs.get("need-1")
        assert (caught.value.status, caught.value.type) == (503, "about:blank")
        assert len(waits.seconds) == 4
        assert lossy.troubles == []

    def test_not_longer_than_is_bearable(self, meter: LastMeter, lossy: Lossy, waits: Waits) -> None:
        lossy.troubles = [busy(429, Retry_After="31")]
        with pytest.raises(Overloaded) as caught:
            meter.needs.get("need-1")
        assert caught.value.retry_after_seconds == 31
        assert waits.seconds == []

    def test_jitter_is_bounded(self, waits: Waits) -> None:
        Waiting(4.0, waits.seconds.append, lambda: 0.5).pause(50)
        assert waits.seconds == [2.0]

    def test_other_failures_are_not_repeated(self, meter: LastMeter, lossy: Lossy) -> None:
        lossy.troubles = [busy(500)]
        with pytest.raises(Problem):
            meter.needs.get("need-1")
        assert len(lossy.seen) == 1

    def test_nobody_there(self, waits: Waits) -> None:
        """A port at which nothing listens is tried as often."""
        meter = LastMeter("http://127.0.0.1:9", "token", waiting=waits.waiting, retries=2)
        with pytest.raises(Unreachable, match="ConnectError"):
            meter.needs.get("need-1")
        assert len(waits.seconds) == 2


class TestLostAnswers:
    """Each write is served, its answer is lost twice, and it has had one effect."""

    @pytest.fixture(autouse=True)
    def lose(self, lossy: Lossy) -> None:
        lossy.troubles = [httpx2.ReadTimeout("lost"), httpx2.RemoteProtocolError("cut")]

    def test_creating(self, meter: LastMeter, lossy: Lossy) -> None:
        made = meter.needs.create(**LEAST)
        keys = {request.headers["idempotency-key"] for request in lossy.seen}
        assert (len(lossy.seen), len(keys)) == (3, 1)
        assert [each.id for each in meter.needs.list() if each.id != "need-1"] == [made.id]

    def test_changing(self, meter: LastMeter, lossy: Lossy, client: TestClient) -> None:
        """The need is not at the revision any more, because of this very change."""
        need = in_process(client).needs.get("need-1")
        changed = meter.needs.change(need, urgency="stat")
        assert (changed.urgency, changed.revision, len(lossy.seen)) == ("stat", need.revision + 1, 3)
        events = meter.audit(object_id="need-1", action="need.changed")
        assert len(list(events)) == 1

    def test_asking_a_provider(self, meter: LastMeter, client: TestClient) -> None:
        need = in_process(client).needs.get("need-1")
        referral = meter.needs.refer(need, provider_id="volunteer-1")
        assert [each.id for each in meter.referrals.list()] == [referral.id]
        assert meter.providers.get("volunteer-1").capacity.reserved == 1

    def test_a_step(self, meter: LastMeter, client: TestClient) -> None:
        direct = in_process(client)
        referral = direct.needs.refer(direct.needs.get("need-1"), provider_id="volunteer-1")
        assert meter.referrals.accept(referral).status == "accepted"
        assert len(list(meter.audit(object_id=referral.id, action="referral.accepted"))) == 1

    def test_handing_on(self, meter: LastMeter, client: TestClient) -> None:
        direct = in_process(client)
        referral = direct.needs.refer(direct.needs.get("need-1"), provider_id="volunteer-1")
        assert meter.referrals.hand_on(referral, provider_id="volunteer-2").reason == "handed_on"
        [following] = meter.needs.referrals("need-1", status="requested")
        assert (following.provider_id, following.part_of_id) == ("volunteer-2", referral.id)

    def test_who_was_late_is_told_all_the_same(self, meter: LastMeter, client: TestClient) -> None:
        """A key makes no change go through that was refused."""
        direct = in_process(client)
        need = direct.needs.get("need-1")
        direct.needs.change(need, urgency="urgent")
        with pytest.raises(RevisionConflict):
            meter.needs.change(need, urgency="stat")
        assert direct.needs.get("need-1").urgency == "urgent"


class TestPages:
    def test_all_of_them_lazily(self, meter: LastMeter, lossy: Lossy, monkeypatch: Any) -> None:
        """A page is asked for when the one before is used up."""
        monkeypatch.setattr("api.client.transport.PAGE_SIZE", 2)
        found = meter.providers.list(kind="volunteer")
        assert lossy.seen == []
        assert [next(found).id, next(found).id, len(lossy.seen)] == ["volunteer-1", "volunteer-2", 1]
        assert [each.id for each in found] == ["volunteer-3"]
        assert len(lossy.seen) == 2

    def test_none(self, meter: LastMeter) -> None:
        assert list(meter.needs.list(status="draft")) == []


class TestRequests:
    def test_an_id_is_one_part_of_a_path(self, meter: LastMeter, lossy: Lossy) -> None:
        """Whatever it holds: it reaches nothing else."""
        assert address("needs", "a/b?c") == "/v1/needs/a%2Fb%3Fc"
        made = meter.needs.create(**LEAST, id="a~b:c.d")
        assert meter.needs.get("a~b:c.d") == made
        with pytest.raises(Invalid):
            meter.needs.get("..")
        assert lossy.seen[-1].url.raw_path == b"/v1/needs/%2E%2E"

    def test_times_keep_their_offset(self, meter: LastMeter) -> None:
        start = datetime(2026, 3, 3, 8, tzinfo=UTC)
        need = meter.needs.create(**LEAST, time_window={"start": start, "end": start + timedelta(hours=2)})
        assert need.time_window is not None
        assert need.time_window.start == start

    def test_a_key_of_ones_own(self, meter: LastMeter) -> None:
        """The same call after a crash gives the same need."""
        first = meter.needs.create(idempotency_key="order-7", **LEAST)
        assert meter.needs.create(idempotency_key="order-7", **LEAST) == first

    def test_what_cannot_be_sent(self, meter: LastMeter) -> None:
        bad: Any = {**LEAST, "units": {1, 2}}
        with pytest.raises(TypeError, match="set cannot be sent"):
            meter.needs.create(**bad)
