from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from graph_models.domain.identifiers import ProviderId
from matcher.engine import Engine, UnusableIndex, standings
from matcher.parameters import MatchParameters, default_parameters
from matcher.reference import reference_suggestions
from tests.builders import a_category, a_provider
from tests.matcher.cities import City, cities
from tests.matcher.engine.saving import copied
from tests.matcher.situations import a_catalogue, a_context

PARAMETERS = default_parameters()
USUAL = PARAMETERS.default_weights


@settings(max_examples=200, deadline=None)
@given(cities())
def test_a_restored_engine_is_the_same_in_every_number(city: City) -> None:
    """What it would save is what was saved: rows, numbers of values, nodes and rankings."""
    engine = Engine(city.providers, city.parameters)
    engine.suggest(city.context())
    before = copied(engine.saved())
    after = Engine.restored(copied(before), city.parameters).saved()
    assert (after.layout, after.words) == (before.layout, before.words)
    assert after.arrays.keys() == before.arrays.keys()
    for name, array in before.arrays.items():
        np.testing.assert_array_equal(after.arrays[name], array, err_msg=name)
        assert after.arrays[name].dtype == array.dtype
    assert after.provider_count == len(city.providers)


@pytest.mark.parametrize(
    "other",
    [
        replace(
            PARAMETERS, default_weights=replace(USUAL, skill=USUAL.skill + 1, capacity=USUAL.capacity - 1)
        ),
        replace(PARAMETERS, half_referrals={**PARAMETERS.half_referrals, "volunteer": 5}),
    ],
)
def test_parameters_by_which_rows_are_bounded_must_be_the_same(other: MatchParameters) -> None:
    """Bounds made with other weights or halves would hide who comes first."""
    saved = Engine([a_provider()], PARAMETERS).saved()
    with pytest.raises(UnusableIndex, match="other parameters"):
        Engine.restored(saved, other)


def test_parameters_that_rows_do_not_depend_on_may_differ() -> None:
    """How many near misses are named, or what continuity is worth, is asked with each question."""
    saved = Engine([a_provider()], PARAMETERS).saved()
    assert len(Engine.restored(saved, replace(PARAMETERS, near_misses=1))) == 1


def test_another_layout_is_refused() -> None:
    """Arrays that another version of the rules laid out are not read."""
    saved = Engine([a_provider()]).saved()
    with pytest.raises(UnusableIndex, match="another version"):
        Engine.restored(saved._replace(layout="0" * 32), PARAMETERS)


def test_rankings_by_phone_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first need by phone does not wait for a ranking that was there, and sees what changed since."""
    context = a_context(catalogue=a_catalogue(a_category(is_remote=True)))
    # Without a tie to the community nobody is looked at who ranks too low.
    some = (a_provider(f"p{n}", recent_referrals=n, community_code=None) for n in range(9))
    providers = {each.id: each for each in some}
    engine = Engine(providers.values())
    engine.prepare(context)
    providers["p7"] = replace(providers["p7"], recent_referrals=0)
    engine.change([providers["p7"]])
    restored = Engine.restored(copied(engine.saved()), PARAMETERS)

    def rank(*_: Any) -> Any:
        raise AssertionError("ranked again")

    monkeypatch.setattr(standings, "_worth", rank)
    assert restored.suggest(context, 5) == reference_suggestions(context, list(providers.values()), 5)
    del providers["p0"]
    restored.change(remove=[ProviderId("p0")])
    assert restored.suggest(context, 5) == reference_suggestions(context, list(providers.values()), 5)
