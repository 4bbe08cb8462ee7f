"""The stream of events survives the server: nothing is lost, nothing comes twice."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from api.client import Event, LastMeter, Unauthenticated, Unreachable, Waiting
from api.live.event_feed import _CHANGE_SETS_AT_ONCE
from graph_models.ports import Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.client.conftest import StartProxy, Waits
from tests.api.client.proxies import Proxy
from tests.api.servers import ADMIN_TOKEN, Server, Start
from tests.builders import COMMUNITY, FixedClock, a_need

FROM_THE_START = "0.0"
QUICK = Waiting(draw=lambda: 0.1)


@pytest.fixture
def direct(server: Server) -> Iterator[LastMeter]:
    with direct_to(server) as meter:
        yield meter


def direct_to(server: Server) -> LastMeter:
    return LastMeter(f"http://127.0.0.1:{server.port}", ADMIN_TOKEN)


def raise_need(meter: LastMeter) -> set[tuple[str, str]]:
    """Make a need; return what events will tell of it."""
    need = meter.needs.create(category_id="home_care", community_code=COMMUNITY)
    return {("need.created", need.id), ("need.pushed", need.id)}


@pytest.fixture
def mark(direct: LastMeter) -> str:
    """A cursor behind all that has happened."""
    made = raise_need(direct)
    cursor = ""
    for event in direct.events(after=FROM_THE_START):
        cursor = event.cursor
        made.discard((event.type, event.object_id))
        if not made:
            break
    return cursor


def told(events: Iterator[Event], number: int) -> set[tuple[str, str]]:
    """The next events, each of them once."""
    found = list(islice(events, number))
    assert len({each.cursor for each in found}) == number
    return {(each.type, each.object_id) for each in found}


def are_told(events: Iterator[Event], wanted: set[tuple[str, str]]) -> bool:
    """Whether some events are told; a stream that has just begun may tell a little of what was before."""
    left = set(wanted)
    for event in events:
        left.discard((event.type, event.object_id))
        if not left:
            return True
    return False


def test_a_server_is_killed_and_another_takes_over(start: Start, start_proxy: StartProxy) -> None:
    """What happened before, while nobody was connected, and after: each once, in order."""
    first = start()
    proxy = start_proxy(first.port)
    meter = LastMeter(proxy.url, ADMIN_TOKEN, waiting=QUICK)
    with meter, closing(meter.events(after=FROM_THE_START)) as events:
        with direct_to(first) as one:
            made = raise_need(one)
        assert told(events, 2) == made
        first.stop(signal.SIGKILL)
        second = start()
        with direct_to(second) as another:
            made = raise_need(another)
            proxy.target = second.port
            assert told(events, 2) == made
            made = raise_need(another)
            assert told(events, 2) == made


def test_an_event_that_was_cut_in_two(proxy: Proxy, direct: LastMeter, mark: str) -> None:
    """Half an event counts for nothing: it comes again, whole."""
    made = raise_need(direct)
    proxy.cut_after(b'"object_kind"')
    with LastMeter(proxy.url, ADMIN_TOKEN, waiting=QUICK) as meter:
        assert told(meter.events(after=mark), 2) == made


def test_cut_off_before_the_first_event(proxy: Proxy, direct: LastMeter, mark: str) -> None:
    """From the moment of the first connection nothing is lost, even what happens before the second."""
    made: set[tuple[str, str]] = set()

    def happen(_: float) -> None:
        if not made:
            made.update(raise_need(direct))
            assert are_told(direct.events(after=mark), made)  # all of the service knows

    proxy.cut_after(b"retry: 1000\n\n")
    with LastMeter(proxy.url, ADMIN_TOKEN, waiting=Waiting(sleep=happen)) as meter:
        assert are_told(meter.events(), made)


def test_behind_much_that_is_no_event(store_path: Path, start: Start) -> None:
    """Events are found behind more change sets without one than are read at once."""
    with SqliteStore(store_path, FixedClock()) as store:
        for number in range(_CHANGE_SETS_AT_ONCE + 1):
            store.write(WriteBatch(f"w{number}", (Put(a_need("need-9", units=1 + number % 2)),)))
    server = start()
    with direct_to(server) as one:
        made = raise_need(one)
    server.stop(signal.SIGKILL)
    with direct_to(start()) as another:
        assert told(another.events(after=FROM_THE_START), 2) == made


def test_silence_is_a_loss(direct: LastMeter, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without even a comment for too long, the connection is given up and taken up anew."""
    monkeypatch.setattr("api.client.events.SILENCE_SECONDS", 0.2)
    made: set[tuple[str, str]] = set()

    def happen(_: float) -> None:
        if not made:
            made.update(raise_need(direct))

    address = f"http://127.0.0.1:{server.port}"
    with LastMeter(address, ADMIN_TOKEN, waiting=Waiting(sleep=happen)) as meter:
        assert are_told(meter.events(), made)


class TestRefused:
    def test_a_wrong_token(self, server: Server) -> None:
        """At once: it would not get better."""
        with LastMeter(f"http://127.0.0.1:{server.port}", "wrong") as meter, pytest.raises(Unauthenticated):
            next(meter.events())

    def test_nobody_there(self, waits: Waits) -> None:
        """To begin with, it is tried as often as any request."""
        events = LastMeter("http://127.0.0.1:9", "token", waiting=waits.waiting, retries=2).events()
        with pytest.raises(Unreachable):
            next(events)
        assert len(waits.seconds) == 2
