"""What one more unit is worth: never less than what a plan with that unit gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import SkillId
from graph_models.domain.needs import Need, Urgency
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.skills import SkillOffer
from matcher.coverage.worth import worth_of_units
from matcher.parameters import default_parameters
from matcher.planning import Demand, Plan, make_plan
from tests.builders import a_category, a_need, a_provider
from tests.matcher.coverage.towns import a_town, at, in_community

WEIGHTS = default_parameters().urgency_weights


def planned(providers: Sequence[Provider], needs: Sequence[Need]) -> Plan:
    city = a_town(providers, needs)
    demand = Demand(city.contexts, (), (), {})
    return make_plan(city.engine, demand, city.catalogue.parameters, lambda *_: None)


def served(providers: Sequence[Provider], needs: Sequence[Need]) -> float:
    """Weight that the best plan serves, a part of a need as that part of its weight."""
    by_id = {each.id: each for each in needs}
    return sum(
        WEIGHTS[by_id[each.need_id].urgency] * each.units / by_id[each.need_id].units
        for each in planned(providers, needs).referrals
    )


def enlarged(providers: Sequence[Provider], key: str) -> list[Provider]:
    return [
        replace(each, capacity=Capacity(each.capacity.total + 1)) if each.id == key else each
        for each in providers
    ]


def test_a_unit_that_two_compete_for() -> None:
    """The one that is left over is worth the unit; where units are left, none is."""
    providers = [a_provider("full", capacity=Capacity(1), **at(0)), a_provider("idle", **at(3))]
    needs = [
        a_need("a", urgency=Urgency.STAT, **in_community(0)),
        a_need("b", urgency=Urgency.URGENT, **in_community(0)),
        a_need("c", **in_community(3)),
    ]
    [worth] = worth_of_units(a_town(providers, needs))
    assert (worth.provider_id, worth.kind, worth.name) == ("full", "volunteer", "Provider full")
    assert worth.community_code == "110101"
    gain = served(enlarged(providers, "full"), needs) - served(providers, needs)
    assert gain == WEIGHTS[Urgency.URGENT]
    assert worth.weight >= gain


def test_the_dearest_first_and_no_more_than_asked_for() -> None:
    """A place where something urgent waits is worth more than one where it does not."""
    providers = [a_provider("north", capacity=Capacity(1), **at(3))]
    providers.append(a_provider("south", capacity=Capacity(1), **at(0)))
    needs = [a_need(f"n{number}", **in_community(3)) for number in range(3)]
    needs += [a_need(f"s{number}", urgency=Urgency.STAT, **in_community(0)) for number in range(3)]
    city = a_town(providers, needs)
    both = worth_of_units(city)
    assert [each.provider_id for each in both] == ["south", "north"]
    assert [each.weight for each in both] == [WEIGHTS[Urgency.STAT], WEIGHTS[Urgency.ROUTINE]]
    assert worth_of_units(city, 1) == both[:1]
    with pytest.raises(InvalidValue, match="most must be from 1"):
        worth_of_units(city, 0)


def test_more_weight_may_cost_score() -> None:
    """One more unit of the worse provider frees the better one for somebody else: weight, at a loss."""
    weak = (SkillOffer(SkillId("care.bathing"), 0.01),)
    providers = [
        a_provider("good", capacity=Capacity(2), **at(1)),
        a_provider("weak", capacity=Capacity(2), skills=weak, recent_referrals=500, **at(2, 450)),
    ]
    needs = [a_need(f"both{number}", **in_community(1)) for number in range(3)]
    needs += [a_need(f"one{number}", **in_community(0)) for number in range(3)]
    menu = [a_category(search_radius_km=1.5, half_distance_km=0.05)]
    found = {each.provider_id: each for each in worth_of_units(a_town(providers, needs, categories=menu))}
    [worth] = [each for key, each in found.items() if key == "weak"]
    assert worth.weight == WEIGHTS[Urgency.ROUTINE]
    assert worth.score < 0


def test_where_units_are_left_none_is_worth_anything() -> None:
    assert worth_of_units(a_town([a_provider(**at(0))], [a_need(**in_community(0))])) == ()
    assert worth_of_units(a_town([a_provider(**at(0))])) == ()
    assert worth_of_units(a_town([], [a_need(**in_community(0))])) == ()


@st.composite
def towns(draw: st.DrawFn) -> tuple[list[Provider], list[Need]]:
    """Few units, and needs that may be split."""
    providers = [
        a_provider(
            f"p{number}",
            capacity=Capacity(draw(st.integers(1, 3))),
            **at(draw(st.integers(0, 3)), draw(st.sampled_from((0, 350, 480)))),
        )
        for number in range(draw(st.integers(1, 4)))
    ]
    needs = [
        a_need(
            f"n{number}",
            urgency=draw(st.sampled_from(Urgency)),
            units=draw(st.sampled_from((1, 1, 2, 3))),
            **in_community(draw(st.integers(0, 3))),
        )
        for number in range(draw(st.integers(1, 8)))
    ]
    return providers, needs


@settings(max_examples=50, derandomize=True, deadline=None)
@given(town=towns())
def test_no_plan_gains_more_than_a_unit_is_worth(town: tuple[list[Provider], list[Need]]) -> None:
    """Each provider is given a unit in turn: the gain is at most its worth, nothing where it is not named."""
    providers, needs = town
    worth = {each.provider_id: each for each in worth_of_units(a_town(providers, needs))}
    before, plan = served(providers, needs), planned(providers, needs)
    taken = {each.id: 0 for each in providers}
    for referral in plan.referrals:
        taken[referral.provider_id] += referral.units
    for each in providers:
        gain = served(enlarged(providers, each.id), needs) - before
        if each.id not in worth:
            assert gain == pytest.approx(0)
            continue
        assert worth[each.id].weight >= gain - 1e-9
        assert taken[each.id] == each.capacity.total
    dearest = [each.weight for each in worth.values()]
    assert dearest == sorted(dearest, reverse=True)
