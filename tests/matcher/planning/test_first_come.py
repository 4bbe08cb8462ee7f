"""First come, first served, against the plainest way to do it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.context import NeedContext
from matcher.engine import Engine, Roster
from matcher.planning.candidates import Candidates
from matcher.planning.first_come import first_come
from matcher.reference import reference_suggestions
from tests.builders import NOW
from tests.matcher.cities import City, cities, needs
from tests.matcher.planning.test_plan import referrals_left


def plainly(contexts: list[NeedContext], city: City) -> tuple[int, float]:
    """Units served and score: each need asks the reference for everybody, best first."""
    left = {each.id: each.capacity.remaining for each in city.providers}
    turns = {each.id: referrals_left(each) for each in city.providers}
    units_served, score = 0, 0.0
    for context in sorted(contexts, key=lambda each: (each.need.created_at, each.need.id)):
        wanted = context.need.units
        for each in reference_suggestions(context, city.providers, 100).suggestions:
            units = min(wanted, left[each.provider_id])
            if not units or not turns[each.provider_id]:
                continue
            if context.need.is_indivisible and units < wanted:
                continue
            left[each.provider_id] -= units
            turns[each.provider_id] -= 1
            wanted -= units
            units_served += units
            score += each.score * units / context.need.units
    return units_served, round(score, 6)


@settings(max_examples=100, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(city=cities(), data=st.data())
def test_needs_are_served_as_they_came(city: City, data: st.DataObject) -> None:
    """Each takes the best that is left, also beyond the pairs at hand."""
    several = [
        replace(
            data.draw(needs(("p0", "p3", "gone"))),
            id=f"n{number}",
            created_at=NOW - timedelta(hours=data.draw(st.integers(0, 3))),
        )
        for number in range(data.draw(st.integers(1, 6)))
    ]
    contexts = [replace(city, need=each).context() for each in several]
    engine, roster = Engine(city.providers, city.parameters), Roster()
    candidates = Candidates(
        np.ones(len(several), np.int64),
        np.array([each.units for each in several], np.int64),
        np.array([each.is_indivisible for each in several], np.bool_),
    )
    if at_hand := data.draw(st.integers(0, 3)):
        candidates.add(engine.pairs(contexts, at_hand, roster))
    result = first_come(engine, contexts, candidates, roster)
    assert (result.units_served, result.score) == plainly(contexts, city)
