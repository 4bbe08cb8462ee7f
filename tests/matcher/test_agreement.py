"""The engine equals the reference: values, order, counts and near misses."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.engine import Engine
from matcher.reference import reference_suggestions
from tests.matcher.cities import City, cities


@settings(max_examples=1_500, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(city=cities(), limit=st.sampled_from((1, 3, 10)), explain=st.booleans())
def test_engine_equals_reference(city: City, limit: int, explain: bool) -> None:
    """On any small city, both give the same answer."""
    context = city.context()
    expected = reference_suggestions(context, city.providers, limit, explain=explain)
    assert Engine(city.providers).suggest(context, limit, explain=explain) == expected
