"""Dispatchers, each in a process of its own with the store open, that act at one and the same moment."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import Barrier

from api.clock import SystemClock
from graph_models.domain.errors import LastMeterError
from graph_models.domain.identifiers import ProviderId, ReferralId
from graph_models.domain.referrals import ReferralStatus
from graph_models.stores.opening import open_store
from matcher.closed_loop.acts import Act
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.policy import LoopPolicy
from matcher.closed_loop.referring import Offer

WON = "won"
PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one dispatcher tries: to offer a need, to accept a referral, or to let its hold expire."""

    act_id: str
    deed: str
    key: str
    revision: int
    provider_id: str = ""


class Dispatchers:
    """All of them; each race gives every one an attempt."""

    def __init__(self, pipes: Sequence[Connection]) -> None:
        self._pipes = pipes

    def __len__(self) -> int:
        return len(self._pipes)

    def race(self, races: Sequence[Sequence[Attempt]]) -> list[list[str]]:
        """Run races one after the other, and return what became of each attempt."""
        for pipe, attempts in zip(self._pipes, zip(*races, strict=True), strict=True):
            pipe.send(attempts)
        answers = [_answer(pipe) for pipe in self._pipes]
        return [list(each) for each in zip(*answers, strict=True)]


@contextmanager
def dispatchers(store_url: str, count: int) -> Iterator[Dispatchers]:
    """Start dispatchers and wait until each has opened the store; none outlives the block."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "graph_models.stores.neo4j", "graph_models.stores.sqlite"])
    barrier = context.Barrier(count)
    pipes, processes = [], []
    for _ in range(count):
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(store_url, barrier, theirs), daemon=True)
        process.start()
        theirs.close()
        pipes.append(ours)
        processes.append(process)
    try:
        for pipe in pipes:
            _answer(pipe)
        yield Dispatchers(pipes)
    finally:
        for pipe, process in zip(pipes, processes, strict=True):
            pipe.close()
            process.join(PATIENCE_SECONDS)
            process.close()


def _answer(pipe: Connection) -> list[str]:
    assert pipe.poll(PATIENCE_SECONDS), "a dispatcher is silent"
    told: list[str] = pipe.recv()
    return told


def _work(store_url: str, barrier: Barrier, pipe: Connection) -> None:
    with open_store(store_url, SystemClock()) as store:
        desk = Desk(store, LoopPolicy())
        pipe.send([])
        try:
            while True:
                pipe.send([_try(desk, barrier, each) for each in pipe.recv()])
        except EOFError:
            return


def _try(desk: Desk, barrier: Barrier, attempt: Attempt) -> str:
    act = Act(attempt.act_id, "dispatcher", SystemClock().now(), attempt.act_id)
    barrier.wait(PATIENCE_SECONDS)
    try:
        if attempt.deed == "offer":
            offer = Offer(ReferralId(act.new_id("referral")), ProviderId(attempt.provider_id))
            desk.offer(attempt.key, offer, act, expected_revision=attempt.revision)
        elif attempt.deed == "accept":
            desk.move(attempt.key, ReferralStatus.ACCEPTED, act, expected_revision=attempt.revision)
        else:
            desk.expire(attempt.key, act.at)
    except LastMeterError as error:
        return type(error).__name__
    return WON
