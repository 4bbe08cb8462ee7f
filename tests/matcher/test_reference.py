from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.skills import SkillOffer
from matcher.parameters import FactorName
from matcher.reference import reference_suggestions
from matcher.rules import Reason, failing_rules
from tests.builders import a_need, a_provider
from tests.matcher.cities import City, cities
from tests.matcher.situations import a_context, north

FEW = settings(max_examples=100, derandomize=True, deadline=None)


@FEW
@given(cities(), st.integers(1, 12))
def test_answers_keep_their_promises(city: City, limit: int) -> None:
    """Order, ranks, sums and counts of any answer are consistent."""
    context = city.context()
    answer = reference_suggestions(context, city.providers, limit, explain=True)
    order = [(-each.score, each.provider_id) for each in answer.suggestions]
    assert order == sorted(order)
    assert [each.rank for each in answer.suggestions] == list(range(1, len(order) + 1))
    for each in answer.suggestions:
        assert list(each.factors) == list(FactorName)
        parts = [Decimal(repr(part.contribution)) for part in each.factors.values()]
        assert sum(parts) == Decimal(repr(each.score))
        assert all(0 <= part.value <= 1 for part in each.factors.values())
    eligible = sum(not failing_rules(context, provider) for provider in city.providers)
    assert sum(answer.rejected.values()) + eligible == answer.considered
    assert len(answer.suggestions) == min(limit, eligible)
    assert list(answer.rejected) == [reason for reason in Reason if reason in answer.rejected]
    assert all(answer.rejected.values())
    near = [(-each.score, each.provider_id) for each in answer.near_misses]
    assert near == sorted(near)


@FEW
@given(cities(), st.randoms())
def test_the_order_of_the_providers_does_not_matter(city: City, shuffler: st.randoms) -> None:
    """Any permutation of the input gives the same answer."""
    shuffled = list(city.providers)
    shuffler.shuffle(shuffled)
    context = city.context()
    assert reference_suggestions(context, shuffled) == reference_suggestions(context, city.providers)


@FEW
@given(cities())
def test_a_near_miss_fails_one_rule_only(city: City) -> None:
    """Near misses are exactly one rule away, and never among the suggestions."""
    context = city.context()
    answer = reference_suggestions(context, city.providers, explain=True)
    by_id = {provider.id: provider for provider in city.providers}
    for each in answer.near_misses:
        assert failing_rules(context, by_id[each.provider_id]) == (each.reason,)
        assert all(gap.reason is each.reason and gap.change in each.change for gap in each.gaps)
    suggested = {each.provider_id for each in answer.suggestions}
    assert suggested.isdisjoint(each.provider_id for each in answer.near_misses)


def ranking(*providers: Provider, **need: object) -> list[str]:
    answer = reference_suggestions(a_context(a_need(**need)), providers)
    return [each.provider_id for each in answer.suggestions]


def test_ties_break_by_provider_id() -> None:
    """Equal scores stand in the order of ids, as texts."""
    assert ranking(*map(a_provider, ("p2", "p10", "p1"))) == ["p1", "p10", "p2"]


def test_nearer_freer_and_abler_come_first() -> None:
    """All else equal, each factor decides the order."""
    base = a_provider("a", location=north(2_000), recent_referrals=3)
    for better in (
        {"location": north(1_000)},
        {"skills": (SkillOffer("care.bathing", 0.9),)},
        {"capacity": Capacity(8)},
        {"serves": ("440103001101",)},
        {"recent_referrals": 2},
    ):
        assert ranking(base, replace(base, id="b", **better)) == ["b", "a"], better


def test_an_empty_city_says_so() -> None:
    """Without providers the answer is empty and complete."""
    answer = reference_suggestions(a_context(), [])
    assert (answer.suggestions, answer.considered, answer.rejected, answer.near_misses) == ((), 0, {}, ())


def test_counts_are_given_when_asked_for_or_short_of_suggestions() -> None:
    """A full list comes without counts, unless they are asked for."""
    providers = [a_provider("p1"), a_provider("p2"), a_provider("p3", is_active=False)]
    full = reference_suggestions(a_context(), providers, 2)
    assert (full.considered, full.rejected, full.near_misses) == (None, None, None)
    for answer in (
        reference_suggestions(a_context(), providers, 2, explain=True),
        reference_suggestions(a_context(), providers, 3),
    ):
        assert (answer.considered, answer.rejected) == (3, {Reason.INACTIVE: 1})
        assert [each.provider_id for each in answer.near_misses] == ["p3"]


def test_a_remote_category_ignores_distance() -> None:
    """By phone the ends of the Earth are as near as next door, and the distance is still told."""
    far = a_provider("a", location=north(7_000_000))
    answer = reference_suggestions(a_context(is_remote=True), [far, a_provider("b")])
    one, two = answer.suggestions
    assert (one.provider_id, one.score, one.factors["proximity"].weight) == ("a", two.score, 0)
    assert one.distance_km > 6_999


def test_a_cold_start_is_fair() -> None:
    """A provider without any history is neither excluded nor behind one with a long record."""
    fresh = Provider("new", "enterprise", "New", Capacity(4), (SkillOffer("care.bathing", 0.8),), north(500))
    busy = replace(fresh, id="busy", recent_referrals=25)
    assert ranking(busy, fresh) == ["new", "busy"]
