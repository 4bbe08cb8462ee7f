"""Which events an endpoint hears of, and where its cursor stands."""

from __future__ import annotations

import pytest

from api.webhooks import feed, worker
from api.webhooks.worker import Served, deliver_due
from graph_models.domain.identifiers import AreaCode, EndpointId
from graph_models.domain.notifications import WebhookEndpoint
from graph_models.ports import GraphStore
from tests.api.webhooks.receivers import Receiver, receiving
from tests.api.webhooks.situations import (
    SENDER,
    VAULT,
    an_endpoint,
    an_event,
    deliveries,
    ids,
    pass_time,
    script,
    serve,
    until_quiet,
)
from tests.builders import FixedClock
from tests.contracts.fixtures import put, seed


def test_an_idle_round_writes_nothing(store: GraphStore, clock: FixedClock, receiver: Receiver) -> None:
    """Otherwise the worker would be its own news for ever."""
    put(store, an_endpoint(receiver.url))
    serve(store, clock)
    head = store.head()
    put(store, *seed())
    serve(store, clock)
    assert store.head() == head + 1


def test_a_cursor_that_saw_much_is_kept(
    store: GraphStore, clock: FixedClock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "FAR_CHANGES", 5)
    put(store, an_endpoint(receiver.url))
    put(store, *seed())
    seen = store.head()
    serve(store, clock)
    assert store.get(WebhookEndpoint, "e1").value.cursor == seen
    assert serve(store, clock) == Served(EndpointId("e1"))
    assert store.head() == seen + 1


def test_an_endpoint_hears_what_it_asked_for(
    store: GraphStore, clock: FixedClock, receiver: Receiver
) -> None:
    put(store, an_endpoint(receiver.url, event_types=("need.created",)))
    need = {"object_kind": "Need", "object_id": "n1"}
    put(
        store,
        an_event("a1"),
        an_event("a2", action="need.created", **need),
        an_event("a3", action="need.pushed", **need),
        an_event("a4", action="need.created", object_kind="Contact"),
    )
    serve(store, clock)
    assert ids(receiver) == ["a2"]


def test_an_endpoint_hears_of_its_jurisdiction_only(
    store: GraphStore, clock: FixedClock, receiver: Receiver
) -> None:
    put(store, *seed())
    put(store, an_endpoint(receiver.url, "e1", jurisdiction=("440103",)))
    put(store, an_endpoint(receiver.url, "e2", jurisdiction=("440104",)))
    put(store, an_event("a1", "n1"), an_event("a2", "n-unknown"), an_event("a3", None))
    served = deliver_due(store, SENDER, VAULT, clock)
    assert [each.delivered for each in served] == [1, 0]
    assert ids(receiver) == ["a1"]


def test_whoever_was_told_hears_of_the_erasure(
    store: GraphStore, clock: FixedClock, receiver: Receiver
) -> None:
    """Its resident was registered elsewhere: the need does not lead there any more, the event does."""
    put(store, *seed())
    put(store, an_endpoint(receiver.url, "e1", jurisdiction=("440104",)))
    put(store, an_endpoint(receiver.url, "e2", jurisdiction=("440105",)))
    audience = (AreaCode("440103001101"), AreaCode("440104002001"))
    put(store, an_event("a1", "n1", action="need.erased", object_kind="Need", audience=audience))
    assert [each.delivered for each in deliver_due(store, SENDER, VAULT, clock)] == [1, 0]
    assert ids(receiver) == ["a1"]


def test_a_backlog_stays_in_the_feed(
    store: GraphStore, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver that is away for days costs a bounded number of records, and still misses nothing."""
    monkeypatch.setattr(worker, "MAX_PENDING", 3)
    monkeypatch.setattr(worker, "ATTEMPTS_PER_ROUND", 2)
    receiver = Receiver(script((503, {}), (503, {}), (503, {})))
    with receiving(receiver):
        put(store, an_endpoint(receiver.url))
        for number in range(9):
            put(store, an_event(f"a{number}", f"n{number % 2}"))
        for _ in range(3):
            serve(store, clock)
            pass_time(store, clock)
            assert len(deliveries(store)) == 3
        until_quiet(store, clock)
    assert sorted(set(receiver.taken())) == [f"a{number}" for number in range(9)]
