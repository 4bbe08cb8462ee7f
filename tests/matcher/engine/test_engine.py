from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from graph_models.domain.providers import Provider
from matcher.engine import Engine
from matcher.engine import index as index_module
from matcher.parameters import default_parameters
from matcher.reference import reference_suggestions
from matcher.rules import Reason
from tests.builders import a_category, a_need, a_provider, some_areas
from tests.matcher.cities import City, capacities, cities, offers, providers
from tests.matcher.engine.saving import copied
from tests.matcher.rule_cases import CANDIDATES, FAILING, PASSING, meet
from tests.matcher.situations import HERE, a_catalogue, a_context, north

ids = st.integers(0, 7).map(lambda number: f"p{number}")


class ChangingCity(RuleBasedStateMachine):
    """Providers come, change and go, the engine is saved and restored.

    It never differs from the reference, nor from a fresh engine.
    """

    @initialize(city=cities(max_providers=6))
    def start(self, city: City) -> None:
        self.context = city.context()
        self.providers: dict[str, Provider] = {each.id: each for each in city.providers}
        self.engine = Engine(city.providers)

    @rule(data=st.data(), key=ids)
    def put(self, data: st.DataObject, key: str) -> None:
        self._put(data.draw(providers(key)))

    @rule(key=ids, capacity=capacities())
    def change_capacity(self, key: str, capacity: Any) -> None:
        self._change(key, capacity=capacity)

    @rule(key=ids, skills=offers)
    def change_skills(self, key: str, skills: Any) -> None:
        self._change(key, skills=skills)

    @rule(gone=st.lists(ids, max_size=3))
    def remove(self, gone: list[str]) -> None:
        self.engine.change(remove=gone)
        for key in gone:
            self.providers.pop(key, None)

    @rule()
    def restart(self) -> None:
        self.engine = Engine.restored(copied(self.engine.saved()), default_parameters())

    @invariant()
    def answers_are_right(self) -> None:
        listed = list(self.providers.values())
        answer = self.engine.suggest(self.context, 3, explain=True)
        assert answer == reference_suggestions(self.context, listed, 3, explain=True)
        assert answer == Engine(listed).suggest(self.context, 3, explain=True)
        assert len(self.engine) == len(listed)

    def _change(self, key: str, **changes: Any) -> None:
        if key in self.providers:
            self._put(replace(self.providers[key], **changes))

    def _put(self, provider: Provider) -> None:
        self.providers[provider.id] = provider
        self.engine.change([provider])


TestChangingCity = ChangingCity.TestCase
TestChangingCity.settings = settings(max_examples=60, stateful_step_count=15, derandomize=True, deadline=None)


def test_packing_changes_no_answer(monkeypatch: Any) -> None:
    """The same machine runs with rows packed away all the time."""
    monkeypatch.setattr(index_module, "MIN_DEAD", 0)
    TestChangingCity("runTest").runTest()


def test_an_empty_engine_answers() -> None:
    """Before any provider is there the answer is empty and complete."""
    answer = Engine().suggest(a_context())
    assert (answer.suggestions, answer.considered, answer.rejected, answer.near_misses) == ((), 0, {}, ())


def test_ties_at_the_end_of_the_list_break_by_id() -> None:
    """Of many equal providers the first ids are listed, however they were put in."""
    engine = Engine(a_provider(f"p{number:03}") for number in reversed(range(200)))
    answer = engine.suggest(a_context(), 3)
    assert [each.provider_id for each in answer.suggestions] == ["p000", "p001", "p002"]


def test_the_short_path_does_not_count() -> None:
    """A full list is found without looking at anybody who lacks the skill."""
    engine = Engine([a_provider("a"), a_provider("b", skills=(), location=north(1))])
    assert engine.suggest(a_context(), 1).considered is None
    answer = engine.suggest(a_context(a_need(units=1)), 1, explain=True)
    assert (answer.considered, answer.rejected) == (2, {Reason.NOT_SKILLED: 1})


@pytest.mark.parametrize(("reason", "need", "provider", "more"), [*FAILING, *PASSING])
def test_the_limits_of_every_rule_are_those_of_the_reference(
    reason: Reason, need: dict[str, Any], provider: dict[str, Any], more: dict[str, Any]
) -> None:
    """One provider just inside or outside a limit gets the answer that the reference gives."""
    context, one = meet(need, provider, more)
    assert Engine([one]).suggest(context) == reference_suggestions(context, [one]), reason


@pytest.mark.parametrize(("provider", "category", "expected"), CANDIDATES)
def test_the_limits_of_candidates_are_those_of_the_reference(
    provider: dict[str, Any], category: dict[str, Any], expected: bool
) -> None:
    """Who is counted by the reference is counted by the engine."""
    answer = Engine([a_provider(**provider)]).suggest(a_context(**category))
    assert answer.considered == int(expected)


@pytest.mark.parametrize("need", [{"location": HERE, "community_code": None}, {}])
def test_a_need_without_community_or_point_gets_the_answer_of_the_reference(need: dict[str, Any]) -> None:
    """In a city whose communities have no points: a need in no community, and one that is nowhere."""
    placeless = [replace(each, location=None) for each in some_areas()]
    by_phone = a_catalogue(a_category(is_remote=True), areas=placeless)
    context = a_context(a_need(**need), catalogue=by_phone)
    providers = [a_provider("p1"), a_provider("p2", community_code=None), a_provider("p3", serves=("4401",))]
    answer = Engine(providers).suggest(context, explain=True)
    assert answer == reference_suggestions(context, providers, explain=True)
    assert answer.considered == 3
