"""Providers by name: the same as a plain look into each name, whatever was changed and laid out anew."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.identifiers import ProviderId
from graph_models.domain.providers import Provider
from matcher.engine import Engine
from matcher.engine.naming import NamedProvider, named
from matcher.engine.snapshot import Snapshot
from tests.builders import a_provider

PATIENCE_SECONDS = 30
LETTERS = "aAbBéÉжЖßẞİıſ龙龍０Ａａ ǅ"
names = st.text(LETTERS, min_size=1, max_size=5).filter(lambda text: not text.isspace())
ids = st.text("aAbB-1", min_size=1, max_size=4).filter(lambda text: text[0] not in "-")


def plain(providers: Iterable[Provider], text: str) -> list[str]:
    """Ids in order: each character stands for its two cases, if they take equally many bytes."""
    found = []
    for each in providers:
        places = [place for place in range(len(each.name)) if is_at(each.name[place:], text)]
        begins_id = is_at(each.id, text)
        if begins_id and len(each.id) == len(text):
            rank = 0
        elif places:
            rank = 1 if places[0] == 0 else 2
        elif begins_id:
            rank = 3
        else:
            continue
        found.append((rank, b"" if rank == 3 else each.name.encode(), each.id))
    return [key for _, _, key in sorted(found)]


def is_at(there: str, text: str) -> bool:
    return len(there) >= len(text) and all(map(is_alike, text, there))


def is_alike(asked: str, there: str) -> bool:
    cases = (asked.lower(), asked.upper())
    return there in {each if len(each.encode()) == len(asked.encode()) else asked for each in cases}


@settings(max_examples=300, derandomize=True, deadline=None)
@given(drawn=st.data())
def test_as_a_plain_look_into_each_name(drawn: st.DataObject) -> None:
    """From the start, after some were renamed, moved up, added and removed, and laid out anew."""
    some = st.dictionaries(ids, names, max_size=8)
    first, changed = drawn.draw(some), drawn.draw(some)
    gone = [key for key in first if key not in changed and drawn.draw(st.booleans())]
    engine = Engine(a_provider(key, name=name) for key, name in first.items())
    engine.change((a_provider(key, name=name) for key, name in changed.items()), map(ProviderId, gone))
    now = [a_provider(key, name=name) for key, name in {**first, **changed}.items() if key not in gone]
    asked = drawn.draw(st.one_of(names, ids))
    limit = drawn.draw(st.integers(1, 4))
    for each in (engine, engine.copy()):
        expected = plain(now, asked)
        assert [one.id for one in each.named(asked, 50)] == expected
        assert [one.id for one in each.named(asked, limit)] == expected[:limit]
    engine._index.settle()
    assert [one.id for one in engine.named(asked, 50)] == expected


def test_order() -> None:
    """The id itself, names that begin with it, names that have it, ids that begin with it."""
    engine = Engine(
        [
            a_provider("ab", name="z"),
            a_provider("x1", name="Ab b"),
            a_provider("x2", name="AB a"),
            a_provider("x3", name="A ab"),
            a_provider("ab-2", name="y"),
            a_provider("ab-1", name="z", is_active=False, kind="charity", community_code="440103001101"),
            a_provider("x-ab", name="nobody"),
        ]
    )
    found = engine.named("aB", 50)
    assert [each.id for each in found] == ["ab", "x2", "x1", "x3", "ab-1", "ab-2"]
    assert found[4] == ("ab-1", "charity", "z", "440103001101")


def test_wherever_it_stands() -> None:
    """Bytes are looked at in stretches; none falls between two of them."""
    for before in range(140):
        engine = Engine([a_provider("p", name="x" * before + "务"), a_provider("q", name="x" * 64)])
        assert [each.id for each in engine.named("务", 2)] == ["p"]


def test_many() -> None:
    """Each is found among all the others, and nobody else."""
    engine = Engine(a_provider(f"p{place}", name=f"服务{place:04}站") for place in range(500))
    for place in range(500):
        assert [each.id for each in engine.named(f"务{place:04}", 2)] == [f"p{place}"]
    assert engine.named("务站", 1) == []


def test_nobody() -> None:
    assert Engine().named("a", 20) == []


class Overtaken:
    """The search, and a change from another thread in the midst of it, the first few times."""

    def __init__(self, engine: Engine, times: int) -> None:
        self.engine, self.times, self.searches = engine, times, 0

    def __call__(self, snapshot: Snapshot, *rest: Any) -> list[NamedProvider]:
        self.searches += 1
        found = named(snapshot, *rest)
        if self.searches <= self.times:
            fresh = a_provider("p", name=f"name {self.searches}")
            writer = Thread(target=self.engine.change, args=([fresh],), daemon=True)
            writer.start()
            writer.join(PATIENCE_SECONDS)
            assert not writer.is_alive(), "the writer waits for the search"
        return found


def test_a_writer_does_not_wait_for_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is done before the search is, which notices and tells what is there by then."""
    engine = Engine([a_provider("p", name="name")])
    monkeypatch.setattr("matcher.engine.engine.named", search := Overtaken(engine, times=1))
    assert [each.name for each in engine.named("name", 2)] == ["name 1"]
    assert search.searches == 2


def test_a_search_that_was_overtaken_thrice_keeps_writers_out(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine([a_provider("p", name="name")])
    monkeypatch.setattr("matcher.engine.engine.named", search := Overtaken(engine, times=3))
    assert [each.name for each in engine.named("name", 2)] == ["name 3"]
    assert search.searches == 4


def test_no_answer_sees_a_change_by_halves() -> None:
    """While two of many change names all the time, laid out anew now and then, exactly one has the name."""
    others = [a_provider(f"q{number}", name=f"{number} 服务站") for number in range(3_000)]
    states = [
        [a_provider("p1", name=one), a_provider("p2", name=two)]
        for one, two in (("龙", "a"), ("a", "龙"), ("b", "龙"), ("龙", "b"))
    ]
    engine = Engine([*others, *states[0]])
    found: set[tuple[str, ...]] = set()
    is_over = Event()

    def ask() -> None:
        while not is_over.is_set():
            found.add(tuple(each.id for each in engine.named("龙", 3)))

    readers = [Thread(target=ask) for _ in range(2)]
    for reader in readers:
        reader.start()
    for turn in range(4_000):
        engine.change(states[turn % len(states)])
    is_over.set()
    for reader in readers:
        reader.join()
    assert found == {("p1",), ("p2",)}
