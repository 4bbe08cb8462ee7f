"""Why not X: the same words as the reference, for every provider of random cities."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from graph_models.domain.identifiers import ProviderId
from graph_models.domain.providers import Capacity
from matcher import verdict as verdict_module
from matcher.engine import Engine
from matcher.reference import reference_suggestions
from matcher.rules import Reason, failing_rules
from matcher.suggestions import SuggestionList
from matcher.verdict import verdict_on
from tests.builders import a_provider
from tests.matcher.cities import City, cities
from tests.matcher.situations import a_context


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(city=cities())
def test_every_provider(city: City) -> None:
    """The eligible have the rank, score and factors of the full list; the others all their reasons."""
    context = city.context()
    engine = Engine(city.providers, city.parameters)
    listed = reference_suggestions(context, city.providers, max(1, len(city.providers))).suggestions
    by_id = {each.provider_id: each for each in listed}
    for provider in city.providers:
        verdict = verdict_on(context, provider.id, engine)
        assert verdict is not None
        assert verdict.reasons == failing_rules(context, provider)
        assert {each.reason for each in verdict.gaps} == set(verdict.reasons)
        if provider.id in by_id:
            assert (verdict.rank, verdict.suggestion) == (by_id[provider.id].rank, by_id[provider.id])
        else:
            assert verdict.rank is None


def test_a_provider_that_is_not_there() -> None:
    assert verdict_on(a_context(), ProviderId("nobody"), Engine([a_provider()])) is None


def test_everything_against_it() -> None:
    """Not the first failing rule alone: whoever argues for X hears all of it."""
    worst = a_provider("worst", is_active=False, capacity=Capacity(2, reserved=2), max_travel_km=0, skills=())
    verdict = verdict_on(a_context(), worst.id, Engine([worst, a_provider()]))
    assert verdict is not None
    assert verdict.reasons[:3] == (Reason.INACTIVE, Reason.NOT_SKILLED, Reason.NO_CAPACITY)
    assert all(each.change for each in verdict.gaps)


def test_too_far_down_to_have_a_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    """It can serve, and what it is worth is told."""
    monkeypatch.setattr(verdict_module, "_LIMITS", (2, 4))
    engine = Engine([a_provider(f"p{number}") for number in range(6)])
    ranks = []
    for number in range(6):
        verdict = verdict_on(a_context(), ProviderId(f"p{number}"), engine)
        assert verdict is not None
        assert (verdict.reasons, verdict.gaps) == ((), ())
        assert verdict.suggestion.score > 0
        ranks.append(verdict.rank)
    assert ranks == [1, 2, 3, 4, None, None]


def test_a_ranking_that_leaves_somebody_out_is_a_fault() -> None:
    """And not a question that is asked for ever."""

    class Forgetful(Engine):
        def suggest(self, *_: Any, **__: Any) -> SuggestionList:
            return SuggestionList(())

    with pytest.raises(RuntimeError, match="leaves out a provider"):
        verdict_on(a_context(), ProviderId("p"), Forgetful([a_provider("p")]))


def test_far_down_the_list() -> None:
    """Beyond the first hundred the rank is told as well."""
    several = [a_provider(f"p{number:04}") for number in range(250)]
    verdict = verdict_on(a_context(), ProviderId("p0249"), Engine(several))
    assert verdict is not None
    assert verdict.rank == 250
