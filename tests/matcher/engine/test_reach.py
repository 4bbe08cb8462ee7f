"""What providers mean for places: equal to asking the reference for each place, one after the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.domain.providers import Capacity, Provider
from matcher.context import NeedContext, gather_context
from matcher.engine import Engine, Places
from matcher.reference import reference_suggestions
from matcher.travel import unit_vectors
from tests.builders import a_need, a_provider
from tests.matcher.cities import COMMUNITIES, City, cities
from tests.matcher.engine.test_search import crowd
from tests.matcher.situations import a_context, north


def contexts_of(city: City) -> list[NeedContext]:
    """A need of the category in each community, of nobody in particular and for no time in particular."""
    catalogue = city.catalogue()
    need = replace(a_need("asked"), category_id="help", location=None, required_skills=())
    return [gather_context(replace(need, community_code=code), catalogue, city.now) for code in COMMUNITIES]


def places_of(engine: Engine, contexts: list[NeedContext], demand: list[float]) -> Places:
    points = [(each.location.latitude, each.location.longitude) for each in contexts if each.location]
    areas = engine.area_numbers([sorted(each.area_codes) for each in contexts])
    return Places(unit_vectors(*np.array(points).T), areas, np.array(demand))


def with_all_units(provider: Provider) -> Provider:
    return replace(provider, capacity=Capacity(provider.capacity.total))


@settings(max_examples=80, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    city=cities(),
    seed=st.integers(0, 1_000),
    demand=st.lists(st.sampled_from((0.0, 1.0, 2.5, 40.0)), min_size=3, max_size=3),
    counts_total=st.booleans(),
    is_even=st.booleans(),
)
def test_equal_to_the_reference(
    city: City, seed: int, demand: list[float], counts_total: bool, is_even: bool
) -> None:
    several, contexts = crowd(city, seed, 200), contexts_of(city)
    engine = Engine(several, city.parameters)
    radius = contexts[0].search_radius_m
    weights = np.ones(radius + 1) if is_even else np.exp2(-np.arange(radius + 1) / 2_000)
    found = engine.reach(contexts[0], places_of(engine, contexts, demand), weights, counts_total=counts_total)

    counted = [with_all_units(each) for each in several] if counts_total else several
    units_of = {each.id: each.capacity.remaining for each in counted}
    weight: dict[tuple[str, int], float] = {}
    for place, context in enumerate(contexts):
        for each in reference_suggestions(context, counted, len(counted) + 1).suggestions:
            is_weighed = not context.category.is_remote and not is_even
            metres = 0 if each.distance_km is None else round(each.distance_km * 1_000)
            weight[each.provider_id, place] = float(weights[metres]) if is_weighed else 1.0
    wanted = {key: sum(weight.get((key, place), 0) * demand[place] for place in range(3)) for key in units_of}
    for place in range(3):
        here = sorted(key for key, at in weight if at == place)
        access = sum(units_of[key] / wanted[key] * weight[key, place] for key in here if wanted[key] > 0)
        assert (
            found.access[place] == pytest.approx(access, rel=1e-9) if here else np.isnan(found.access[place])
        )
        assert found.providers[place] == len(here)
        reached = [sum(demand[at] for at in range(3) if (key, at) in weight) for key in here]
        assert found.least_demand[place] == pytest.approx(min(reached, default=np.inf))
        assert found.units[place] == sum(units_of[key] for key in here)
        assert engine.ids_at(found.only)[place] == (here[0] if len(here) == 1 else None)
    reaching = {key for key, _ in weight if wanted[key] > 0}
    assert found.reached_units == sum(units_of[key] for key in reaching)
    assert np.nansum(np.array(demand) * found.access) == pytest.approx(found.reached_units, rel=1e-9)


def test_a_copy_changes_by_itself() -> None:
    engine = Engine([a_provider("a"), a_provider("b", location=north(1_000))])
    copy = engine.copy()
    copy.change([replace(a_provider("c"), location=north(5))], ["a"])
    names = [{each.provider_id for each in one.suggest(a_context(), 9).suggestions} for one in (engine, copy)]
    assert names == [{"a", "b"}, {"b", "c"}]


def test_able_providers_are_counted_wherever_they_are() -> None:
    engine = Engine([a_provider("near"), a_provider("far", location=north(500_000))])
    context = a_context()
    assert context.location is not None
    point = unit_vectors(np.array([context.location.latitude]), np.array([context.location.longitude]))
    places = Places(point, engine.area_numbers([[]]), np.array([1.0]))
    found = engine.reach(context, places, np.ones(context.search_radius_m + 1))
    assert (found.able, found.providers.tolist(), engine.ids_at(found.only)) == (2, [1], ["near"])
