"""Pairs for a plan: the best rows at prices, for many needs at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.domain.providers import Capacity
from matcher.engine import PLAIN, Engine, Roster
from matcher.reference import reference_suggestions
from tests.builders import a_provider
from tests.matcher.cities import City, cities
from tests.matcher.engine.test_search import crowd
from tests.matcher.situations import a_context, north


@settings(max_examples=150, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(city=cities(), seed=st.integers(0, 1_000), limit=st.integers(1, 8), data=st.data())
def test_pairs_are_the_best_at_their_prices(city: City, seed: int, limit: int, data: st.DataObject) -> None:
    """Of all suggestions those whose score less the price reaches the least, best first."""
    context, several = city.context(), crowd(city, seed, 300)
    units = context.need.units
    engine, roster = Engine(several, city.parameters), Roster()
    everybody = reference_suggestions(context, several, len(several) + 1).suggestions
    engine.pairs([context], len(several) + 1, roster)
    random = np.random.default_rng(seed)
    prices = random.integers(0, 2, (len(roster), 2)) * random.integers(0, 10**12, (len(roster), 2))
    roster.set_prices(prices)
    least = data.draw(st.sampled_from((-(10**12), 0, 3 * 10**11)))
    remaining = {each.id: each.capacity.remaining for each in several}
    price_of = dict(zip(roster.ids, prices.tolist(), strict=True))

    def kept(provider_id: str, score: float) -> int:
        of_unit, of_referral = price_of[provider_id]
        price = of_unit + of_referral // min(units, remaining[provider_id])
        return round(score * 10**12) - price * units

    ranked = sorted(
        (-kept(each.provider_id, each.score), each.provider_id)
        for each in everybody
        if kept(each.provider_id, each.score) >= least
    )
    terms = [PLAIN._replace(least=least, units=units)]
    found = engine.pairs([context], limit, roster, terms)
    assert [roster.ids[number] for number in found.provider] == [each for _, each in ranked[:limit]]
    of = {each.provider_id: each for each in everybody}
    for number, score, distance_m in zip(found.provider, found.score, found.distance_m, strict=True):
        one = of[roster.ids[number]]
        assert score == round(one.score * 10**12)
        assert one.distance_km is None or distance_m == round(one.distance_km * 1_000)


def test_a_provider_keeps_its_number_whatever_row_it_moves_to() -> None:
    """After it moved, and after all rows were laid out anew; its price goes with it."""
    engine, roster = Engine([a_provider("a"), a_provider("b", location=north(100))]), Roster()
    context = a_context()
    engine.pairs([context], 9, roster)
    assert roster.ids == ["a", "b"]
    roster.set_prices(np.array([[2 * 10**12, 0], [0, 0]]))
    engine.change([a_provider("a", name="moved")])
    engine._index.settle()
    terms = [PLAIN._replace(least=0)]
    found = engine.pairs([context], 9, roster, terms)
    assert [roster.ids[number] for number in found.provider] == ["b"]
    roster.set_price(0, 0)
    roster.set_price(1, 2 * 10**12)
    found = engine.pairs([context], 9, roster, terms)
    assert [roster.ids[number] for number in found.provider] == ["a"]
    assert len(roster) == 2


def test_what_a_provider_can_take_is_told() -> None:
    """Units left, and referrals left by the monthly cap and the rest between two."""
    several = [
        a_provider("a", capacity=Capacity(5, 1, 1)),
        a_provider("b", monthly_cap=9, recent_referrals=7),
        a_provider("c", monthly_cap=9, recent_referrals=3, cooldown_hours=1),
    ]
    roster = Roster()
    Engine(several).pairs([a_context()], 9, roster)
    told = dict(zip(roster.ids, zip(roster.capacity, roster.referrals, strict=True), strict=True))
    assert told == {"a": (3, 2**31 - 1), "b": (4, 2), "c": (4, 1)}


def test_many_needs_are_asked_in_parts() -> None:
    """More needs than are asked about at once: each gets its own pairs, in order."""
    providers = [a_provider(f"p{number}", location=north(number * 10)) for number in range(5)]
    contexts = [a_context(category) for category in [None] * 300]
    told: list[int] = []
    found = Engine(providers).pairs(contexts, 2, Roster(), tell=told.append)
    assert found.need.tolist() == [need for need in range(300) for _ in range(2)]
    assert told == [256, 300]


def test_changes_go_on_between_the_parts_of_a_plan() -> None:
    """Writers are kept out for one part only, and what they change is seen by the next."""
    engine = Engine([a_provider("a"), a_provider("b", location=north(50))])

    def end_a(done: int) -> None:
        if done == 256:
            engine.change([replace(a_provider("a"), is_active=False)])

    roster = Roster()
    found = engine.pairs([a_context()] * 257, 1, roster, tell=end_a)
    assert [roster.ids[number] for number in found.provider[-2:]] == ["a", "b"]
