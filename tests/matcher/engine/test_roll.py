"""All providers as columns: each column tells of its provider, whatever was changed and laid out anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.skills import SkillOffer
from matcher.engine import Engine
from matcher.engine.reach import NOBODY
from matcher.travel import unit_vectors
from tests.builders import NOW, a_provider
from tests.matcher.cities import City, cities
from tests.matcher.situations import a_context, north


def check(engine: Engine, providers: list[Provider]) -> None:
    """Hold each column against the providers, by id."""
    roll = engine.roll()
    ids = engine.ids_at(roll.rows)
    by_id = {each.id: each for each in providers}
    assert sorted(map(str, ids)) == sorted(by_id)
    assert len(roll.rows) == len(by_id) == len(engine)
    offered: dict[int, set[str]] = {place: set() for place in range(len(ids))}
    for place, skill in zip(roll.offer.tolist(), roll.skill.tolist(), strict=True):
        assert roll.skills[skill] not in offered[place]
        offered[place].add(roll.skills[skill])
    for place, key in enumerate(ids):
        assert key is not None
        each = by_id[key]
        assert roll.kinds[roll.kind[place]] == each.kind
        assert roll.communities[roll.community[place]] == each.community_code
        assert (roll.total[place], roll.remaining[place]) == (each.capacity.total, each.capacity.remaining)
        assert (roll.recent[place], roll.is_active[place]) == (each.recent_referrals, each.is_active)
        was_asked = each.last_referral_at is not None or each.recent_referrals > 0
        assert roll.was_asked[place] == was_asked
        assert offered[place] == {one.skill_id for one in each.skills}
        degrees = (each.location.latitude, each.location.longitude) if each.location else (np.nan, np.nan)
        expected = unit_vectors(*np.array([degrees]).T)[0]
        assert roll.points[place].tolist() == pytest.approx(expected.tolist(), abs=1e-15, nan_ok=True)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(city=cities(), changed=cities(), drawn=st.data())
def test_every_column_tells_of_its_provider(city: City, changed: City, drawn: st.DataObject) -> None:
    """From the start, after changes and removals, and in a copy."""
    engine = Engine(city.providers, city.parameters)
    check(engine, city.providers)
    ids = sorted({each.id for each in (*city.providers, *changed.providers)})
    put = changed.providers
    gone = [key for key in ids if key not in {each.id for each in put} and drawn.draw(st.booleans())]
    engine.change(put, gone)
    now = {each.id: each for each in (*city.providers, *put) if each.id not in gone}
    check(engine, list(now.values()))
    check(engine.copy(), list(now.values()))


def test_nobody_has_no_columns() -> None:
    roll = Engine().roll()
    assert [len(each) for each in roll] == [0] * len(roll)
    engine = Engine([a_provider()])
    engine.change(remove=["p1"])
    assert len(engine.roll().rows) == 0
    assert engine.ids_at(np.array([NOBODY, NOBODY], np.int32)) == [None, None]


def test_ids_stand_where_their_rows_do() -> None:
    engine = Engine([a_provider(key, location=north(metres)) for key, metres in (("a", 0), ("b", 9_000))])
    roll = engine.roll()
    [first, second] = engine.ids_at(roll.rows)
    rows = np.array([roll.rows[1], NOBODY, roll.rows[0], roll.rows[1]], np.int32)
    assert engine.ids_at(rows) == [second, None, first, second]
    assert {first, second} == {"a", "b"}


def test_who_is_not_there_is_not_found() -> None:
    a, b = a_provider("a"), a_provider("b", location=None)
    engine = Engine([a, b])
    assert engine.find(["b", "x", "a", "b"]) == [b, None, a, b]
    assert engine.find([]) == []


def test_putting_back_what_was_found_changes_nothing() -> None:
    """Not even that it rests after each referral, and until when."""
    engine = Engine([a_provider(cooldown_hours=48, last_referral_at=NOW, skills=(SkillOffer("care", 0.3),))])
    before = engine.saved().arrays
    before = {name: array.copy() for name, array in before.items()}
    [found] = engine.find(["p1"])
    assert found is not None
    engine.change([found])
    after = engine.saved().arrays
    assert {name for name in after if not np.array_equal(before[name], after[name])} <= {"log"}


def test_a_copy_and_its_origin_are_strangers() -> None:
    """Whichever changes, in place or by a new row, the other one answers as before."""
    engine = Engine([a_provider("a"), a_provider("b", location=north(1_000))])
    copy = engine.copy()
    for one, other in ((engine, copy), (copy, engine)):
        before = [each.tolist() if isinstance(each, np.ndarray) else each for each in other.roll()]
        answer = other.suggest(a_context(), 9)
        one.change([a_provider("a", capacity=Capacity(9)), replace(a_provider("z"), kind="station")], ["b"])
        after = [each.tolist() if isinstance(each, np.ndarray) else each for each in other.roll()]
        assert repr(after) == repr(before)
        assert other.suggest(a_context(), 9) == answer


def test_kinds_are_told_apart() -> None:
    roll = Engine([a_provider("a"), a_provider("b", kind="station")]).roll()
    assert sorted(roll.is_of("station").tolist()) == [False, True]
    assert roll.is_of("charity").tolist() == [False, False]
    assert Engine().roll().is_of("station").tolist() == []
