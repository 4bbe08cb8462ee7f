"""The worker on real stores, with a real receiver that fails in every way: nothing lost, order kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Event as ThreadEvent
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from api.clock import SystemClock
from api.subscriptions import resume
from api.webhooks.schedule import MAX_ATTEMPTS
from api.webhooks.sending import Sender
from api.webhooks.worker import Served, deliver_due, replay
from graph_models.domain.errors import InvalidValue, NotFound
from graph_models.domain.identifiers import DeliveryId, EndpointId
from graph_models.domain.notifications import DeliveryStatus, WebhookEndpoint
from graph_models.ports import Delete, GraphStore, WriteBatch
from tests.api.webhooks.receivers import Message, Receiver, Reply, receiving
from tests.api.webhooks.situations import (
    ACCEPTED,
    SECRET,
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
from tests.builders import NOW, FixedClock
from tests.contracts.fixtures import put
from tests.matcher.closed_loop.towns import an_act


def test_events_arrive_in_order_signed_and_once(
    store: GraphStore, clock: FixedClock, receiver: Receiver
) -> None:
    clock.instant = SystemClock().now()  # the library compares with the real one
    put(store, an_endpoint(receiver.url))
    put(store, an_event("a1"), an_event("a2"))
    put(store, an_event("a3"))
    assert serve(store, clock).delivered == 3
    assert serve(store, clock) == Served(EndpointId("e1"))
    assert ids(receiver) == ["a1", "a2", "a3"]
    for message in receiver.messages:
        assert Webhook(SECRET).verify(message.body, message.headers)["id"] == message.id
    assert deliveries(store) == []


FAILURES: list[Sequence[Reply | type[Exception]]] = [
    [(500, {})],
    [(500, {}), (500, {}), (302, {"location": "/elsewhere"})],
    [(429, {"retry-after": "600"})],
    [(503, {}), ConnectionError],
    [ConnectionError, ConnectionError, (404, {}), (429, {})],
]


@pytest.mark.parametrize("failures", FAILURES, ids=str)
def test_after_failures_everything_arrives_in_order(
    store: GraphStore, clock: FixedClock, failures: Sequence[Reply | type[Exception]]
) -> None:
    receiver = Receiver(script(*failures))
    with receiving(receiver):
        put(store, an_endpoint(receiver.url))
        for number in range(4):
            put(store, an_event(f"a{number}-x", "n1"), an_event(f"a{number}-y", "n2"))
        until_quiet(store, clock)
    assert deliveries(store) == []
    for need in "xy":
        first_seen = dict.fromkeys(each for each in ids(receiver) if each.endswith(need))
        assert list(first_seen) == [f"a{number}-{need}" for number in range(4)]


def test_one_need_waits_and_the_other_does_not(store: GraphStore, clock: FixedClock) -> None:
    refused = {"a1"}
    receiver = Receiver(lambda message: (500, {}) if message.id in refused else ACCEPTED)
    with receiving(receiver):
        put(store, an_endpoint(receiver.url))
        put(store, an_event("a1"), an_event("a2"), an_event("b1", "n2"))
        assert serve(store, clock) == Served(EndpointId("e1"), delivered=1, failed=1)
        refused.clear()
        until_quiet(store, clock)
    assert ids(receiver) == ["a1", "b1", "a1", "a2"]


def test_the_time_that_a_receiver_asks_for_is_given(store: GraphStore, clock: FixedClock) -> None:
    receiver = Receiver(script((429, {"retry-after": "600"})))
    with receiving(receiver):
        put(store, an_endpoint(receiver.url))
        put(store, an_event("a1"))
        serve(store, clock)
        clock.instant += timedelta(seconds=599)
        serve(store, clock)
        assert len(receiver.messages) == 1
        clock.instant += timedelta(seconds=1)
        serve(store, clock)
    assert ids(receiver) == ["a1", "a1"]


def test_a_receiver_that_disappears_and_comes_back_misses_nothing(
    store: GraphStore, clock: FixedClock
) -> None:
    receiver = Receiver()
    with receiving(receiver):
        put(store, an_endpoint(receiver.url))
        put(store, an_event("a0"))
        serve(store, clock)
    for number in range(1, 4):
        put(store, an_event(f"a{number}"))
        pass_time(store, clock)
        serve(store, clock)
    assert {each.last_problem for each in deliveries(store)} == {"no answer (ConnectError)", None}
    with receiving(receiver):
        until_quiet(store, clock)
    assert ids(receiver) == ["a0", "a1", "a2", "a3"]


def test_a_receiver_that_does_not_answer_in_time_is_tried_again(store: GraphStore, clock: FixedClock) -> None:
    is_over = ThreadEvent()

    def answer(_: Message) -> Reply:
        is_over.wait()
        return ACCEPTED

    receiver = Receiver(answer)
    with receiving(receiver):
        put(store, an_endpoint(receiver.url))
        put(store, an_event("a1"))
        try:
            hasty = Sender(may_be_loopback=True, deadline_seconds=0.2)
            assert serve(store, clock, hasty) == Served(EndpointId("e1"), failed=1)
        finally:
            is_over.set()
        until_quiet(store, clock)
    assert ids(receiver) == ["a1", "a1"]


def test_gone_disables_the_endpoint_and_keeps_what_is_pending(store: GraphStore, clock: FixedClock) -> None:
    receiver = Receiver(script(ACCEPTED, (410, {})))
    with receiving(receiver):
        put(store, an_endpoint(receiver.url))
        put(store, an_event("a1"), an_event("a2"), an_event("a3"))
        assert serve(store, clock) == Served(EndpointId("e1"), delivered=1, is_gone=True)
        assert deliver_due(store, SENDER, VAULT, clock) == []
        endpoint = store.get(WebhookEndpoint, "e1")
        assert endpoint.value.disabled_reason == "the receiver answered 410"
        for _ in range(2):
            assert resume(store, an_act(), "e1").value.disabled_reason is None
        until_quiet(store, clock)
    assert ids(receiver) == ["a1", "a2", "a2", "a3"]


def test_a_dead_letter_is_visible_releases_the_next_and_can_be_replayed(
    store: GraphStore, clock: FixedClock
) -> None:
    refused = {"a1"}
    receiver = Receiver(lambda message: (500, {}) if message.id in refused else ACCEPTED)
    with receiving(receiver):
        put(store, an_endpoint(receiver.url))
        put(store, an_event("a1"), an_event("a2"))
        until_quiet(store, clock)
        assert ids(receiver) == ["a1"] * MAX_ATTEMPTS + ["a2"]
        (dead,) = deliveries(store)
        assert (dead.event_id, dead.status, dead.last_problem) == ("a1", DeliveryStatus.DEAD, "status 500")
        refused.clear()
        replay(store, dead.id, clock.now())
        assert serve(store, clock).delivered == 1
    assert ids(receiver)[-1] == "a1"
    assert deliveries(store) == []


def test_only_a_dead_letter_can_be_replayed(store: GraphStore, clock: FixedClock) -> None:
    put(store, an_endpoint("http://127.0.0.1:1/"))
    put(store, an_event("a1"))
    serve(store, clock)
    (pending,) = deliveries(store)
    with pytest.raises(InvalidValue, match=r"delivery\.status must be dead"):
        replay(store, pending.id, NOW)
    with pytest.raises(NotFound):
        replay(store, DeliveryId("d0"), NOW)


class Interrupted(Sender):
    """Lets something happen while a message is under way."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__(may_be_loopback=True)
        self.meanwhile = meanwhile

    def attempt(self, *arguments: Any) -> Any:
        outcome = super().attempt(*arguments)
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return outcome


def test_a_worker_that_comes_back_late_writes_nothing(
    store: GraphStore, clock: FixedClock, receiver: Receiver
) -> None:
    put(store, an_endpoint(receiver.url))
    put(store, an_event("a1"), an_event("a2"))
    heads: list[int] = []

    def the_other_worker() -> None:
        serve(store, clock)
        heads.append(store.head())

    late = serve(store, clock, Interrupted(the_other_worker))
    assert late.was_fenced
    assert [store.head()] == heads
    assert deliveries(store) == []
    assert list(dict.fromkeys(ids(receiver))) == ["a1", "a2"]
    assert ids(receiver) == ["a1", "a1", "a2", "a2"]


def test_a_worker_that_dies_before_it_records_repeats(
    store: GraphStore, clock: FixedClock, receiver: Receiver
) -> None:
    put(store, an_endpoint(receiver.url))
    put(store, an_event("a1"))

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serve(store, clock, Interrupted(die))
    serve(store, clock)
    assert ids(receiver) == ["a1", "a1"]
    assert receiver.messages[0].body == receiver.messages[1].body


def test_an_endpoint_that_is_removed_meanwhile_is_no_failure(
    store: GraphStore, clock: FixedClock, receiver: Receiver
) -> None:
    put(store, an_endpoint(receiver.url))
    put(store, an_event("a1"))
    batch = WriteBatch("remove", (Delete(WebhookEndpoint, "e1"),))
    assert serve(store, clock, Interrupted(lambda: store.write(batch))).was_fenced


def test_endpoints_do_not_disturb_one_another(
    store: GraphStore, clock: FixedClock, receiver: Receiver
) -> None:
    """Neither one that is away nor one whose secret does not open."""
    put(
        store,
        an_endpoint("http://127.0.0.1:1/", "e1"),
        an_endpoint(receiver.url, "e2", sealed_secret=VAULT.seal_text("e1", SECRET)),
        an_endpoint(receiver.url, "e3"),
    )
    put(store, an_event("a1"))
    assert deliver_due(store, SENDER, VAULT, clock) == [
        Served(EndpointId("e1"), failed=1),
        Served(EndpointId("e2")),
        Served(EndpointId("e3"), delivered=1),
    ]
