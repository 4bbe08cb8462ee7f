"""The guard: nobody waits for a store that is away, and it is used again as soon as it is back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from api.guarded_store import GuardedStore
from api.tracing import StoreSpans
from graph_models.domain.errors import DuplicateKey, StoreUnavailable
from graph_models.domain.skills import Skill
from graph_models.ports import NEW, Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.live.test_engine import wait_for
from tests.builders import FixedClock


class Moody(SqliteStore):
    """A real store with a line to it that can be cut, or made to swallow what is sent."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, FixedClock())
        self.is_cut = False
        self.may_answer = Event()
        self.may_answer.set()

    def head(self) -> int:
        self.may_answer.wait()
        if self.is_cut:
            raise StoreUnavailable("cut")
        return super().head()


@pytest.fixture
def moody(tmp_path: Path) -> Moody:
    return Moody(tmp_path / "city.db")


@pytest.fixture
def written() -> Counter[str]:
    return Counter()


@pytest.fixture
def guarded(moody: Moody, written: Counter[str]) -> Iterator[GuardedStore]:
    with GuardedStore(moody, lambda _, outcome: written.update([outcome]), StoreSpans(None, "test")) as store:
        store.start()
        yield store
        moody.may_answer.set()


def a_batch(key: str) -> WriteBatch:
    return WriteBatch(f"write-{key}", (Put(Skill(key, "Care", "照护"), NEW),))


def test_it_hands_on_what_the_store_says(guarded: GuardedStore, written: Counter[str]) -> None:
    """Values and refusals are those of the store; each batch is counted by its outcome."""
    assert guarded.write(a_batch("a")).sequence == 1
    with pytest.raises(DuplicateKey):
        guarded.write(WriteBatch("other", a_batch("a").operations))
    assert guarded.get(Skill, "a").revision == 1
    assert guarded.page(Skill).items == tuple(guarded.scan(Skill))
    assert (guarded.head(), len(guarded.changes_since(0)), len(guarded.links_since(0))) == (1, 1, 1)
    assert (guarded.count(Skill), guarded.outcome_of("write-a")) == (1, guarded.changes_since(0)[0])
    assert written == {"committed": 1, "DuplicateKey": 1}


def test_a_store_that_is_cut_off_is_left_alone_until_it_answers(
    moody: Moody, guarded: GuardedStore, written: Counter[str]
) -> None:
    """The first call finds out, the next ones are refused without asking, until the line is mended."""
    moody.is_cut = True
    wait_for(lambda: guarded.is_away)
    with pytest.raises(StoreUnavailable, match="the store is away"):
        guarded.count(Skill)  # the store itself would answer
    with pytest.raises(StoreUnavailable, match="the store is away"):
        guarded.write(a_batch("a"))
    assert written == {"StoreUnavailable": 1}
    moody.is_cut = False
    wait_for(lambda: not guarded.is_away)
    assert guarded.write(a_batch("a")).sequence == 1


def test_a_store_that_hangs_holds_up_nobody(moody: Moody, guarded: GuardedStore) -> None:
    """Without any call failing: the heartbeat has no answer, so nobody else asks."""
    moody.may_answer.clear()
    wait_for(lambda: guarded.is_away)
    started = monotonic()
    for _ in range(1_000):
        with pytest.raises(StoreUnavailable):
            guarded.count(Skill)
    assert monotonic() - started < 1.5  # not one of them waited
    moody.may_answer.set()
    wait_for(lambda: not guarded.is_away)
