"""The engine equals the reference: values, order, counts and near misses."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.city.generate import generate_city
from graph_models.domain.needs import Need, NeedStatus
from graph_models.domain.people import Resident
from graph_models.domain.providers import Provider
from matcher.catalogue import compile_catalogue
from matcher.context import gather_context
from matcher.engine import Engine
from matcher.parameters import default_parameters
from matcher.reference import reference_suggestions
from tests.matcher.cities import City, cities


@settings(max_examples=1_000, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(city=cities(), limit=st.sampled_from((1, 3, 10)), explain=st.booleans())
def test_engine_equals_reference_on_random_cities(city: City, limit: int, explain: bool) -> None:
    """On any small city, both give the same answer."""
    context = city.context()
    expected = reference_suggestions(context, city.providers, limit, explain=explain)
    assert Engine(city.providers, city.parameters).suggest(context, limit, explain=explain) == expected


@pytest.mark.slow
def test_engine_equals_reference_on_the_demo_city() -> None:
    """So it is for needs of every few categories among the 40,000 providers of the demo city."""
    city = generate_city()
    parts = {name: list(values) for name, values in city.parts() if name not in ("staff", "referrals")}
    catalogue = compile_catalogue(parts["areas"], parts["skills"], parts["categories"], default_parameters())
    providers = [each for values in parts.values() for each in values if isinstance(each, Provider)]
    residents = {each.id: each for each in parts["residents"] if isinstance(each, Resident)}
    open_needs = [
        each for each in parts["needs"] if isinstance(each, Need) and each.status is NeedStatus.ACTIVE
    ]
    one_each = {need.category_id: need for need in open_needs}
    engine = Engine(providers, catalogue.parameters)
    assert len(engine) > 40_000
    for need in list(one_each.values())[::16]:
        resident = residents.get(need.resident_id) if need.resident_id else None
        context = gather_context(need, catalogue, city.as_of, resident)
        expected = reference_suggestions(context, providers, explain=True)
        assert expected.considered
        assert engine.suggest(context, explain=True) == expected
