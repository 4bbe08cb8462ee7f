"""Weights that are tried: the answer is the one they would give if they were in force."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graph_models.domain.errors import InvalidValue
from matcher.context import with_weights
from matcher.engine import Engine
from matcher.fixed_point import MILLION
from matcher.parameters import FactorName, Weights
from matcher.reference import reference_suggestions
from tests.matcher.cities import City, cities
from tests.matcher.situations import a_context

shares = st.fixed_dictionaries(
    {name: st.sampled_from((0.0, 0.1, 1.0, 3.0)) | st.floats(0, 1_000) for name in FactorName}
)


@given(given_shares=shares)
def test_any_proportion_sums_to_one(given_shares: dict[FactorName, float]) -> None:
    """Sliders stand anywhere; a factor at 0 counts nothing."""
    assume(sum(given_shares.values()) > 0)
    weights = Weights.in_proportion(given_shares).in_order()
    assert sum(weights) == MILLION
    total = sum(given_shares.values())
    for name, weight in zip(FactorName, weights, strict=True):
        assert abs(weight / MILLION - given_shares[name] / total) < 1e-5


def test_nothing_at_all_is_no_proportion() -> None:
    with pytest.raises(InvalidValue, match="weights must not all be 0"):
        Weights.in_proportion(dict.fromkeys(FactorName, 0.0))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(city=cities(), tried=shares)
def test_as_if_in_force(city: City, tried: dict[FactorName, float]) -> None:
    """An engine for other parameters equals the reference with these; the usual answer stays what it was."""
    context = city.context()
    if context.category.is_remote:
        tried = {**tried, FactorName.PROXIMITY: 0.0}
    assume(sum(tried.values()) > 0)
    weights = Weights.in_proportion(tried)
    in_force = replace(
        city.parameters, category_weights={**city.parameters.category_weights, context.category.id: weights}
    )
    expected = reference_suggestions(replace(city, parameters=in_force).context(), city.providers, 3)
    engine = Engine(city.providers, city.parameters)
    before = engine.suggest(context, 3)
    assert engine.suggest(with_weights(context, weights), 3).suggestions == expected.suggestions
    assert engine.suggest(context, 3) == before


def test_by_phone_nearness_counts_nothing() -> None:
    with pytest.raises(InvalidValue, match=r"weights\.proximity must be 0"):
        with_weights(a_context(is_remote=True), Weights(MILLION, 0, 0, 0, 0))
