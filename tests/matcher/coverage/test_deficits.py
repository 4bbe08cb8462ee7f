"""Deficits: what is missing is missing in every plan, and each set of needs proves it by being counted."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.identifiers import SkillId
from graph_models.domain.needs import Need
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.skills import SkillOffer, SkillRequirement
from matcher.context import NeedContext
from matcher.coverage import deficits as module
from matcher.coverage.deficits import Deficits, find_deficits
from matcher.reference import reference_suggestions
from tests.builders import NOW, a_need, a_provider
from tests.matcher.coverage.towns import a_town, at, in_community

SKILLS = ("care.bathing", "care.feeding", "repairs")


def offers(keys: set[str]) -> tuple[SkillOffer, ...]:
    return tuple(SkillOffer(SkillId(key), 0.9) for key in sorted(keys))


@st.composite
def towns(draw: st.DrawFn) -> tuple[list[Provider], list[Need]]:
    """Up to eight providers with a skill or two, and up to ten needs of one skill each."""
    providers = [
        a_provider(
            f"p{number}",
            skills=tuple(
                SkillOffer(SkillId(key), 0.9) for key in draw(st.sets(st.sampled_from(SKILLS), min_size=1))
            ),
            capacity=Capacity(draw(st.integers(0, 3))),
            monthly_cap=draw(st.sampled_from((None, None, 1, 2))),
            cooldown_hours=draw(st.sampled_from((0, 0, 24))),
            **at(draw(st.integers(0, 3))),
        )
        for number in range(draw(st.integers(0, 8)))
    ]
    needs = [
        a_need(
            f"n{number}",
            required_skills=(SkillRequirement(SkillId(draw(st.sampled_from(SKILLS)))),),
            units=draw(st.integers(1, 3)),
            **in_community(draw(st.integers(0, 3))),
        )
        for number in range(draw(st.integers(0, 10)))
    ]
    return providers, needs


def eligible(contexts: tuple[NeedContext, ...], providers: list[Provider]) -> dict[str, set[str]]:
    """Who the reference would suggest for each need."""
    return {
        each.need.id: {
            one.provider_id for one in reference_suggestions(each, providers, len(providers) + 1).suggestions
        }
        for each in contexts
    }


def most_units(provider: Provider, largest: int) -> int:
    """What a provider can give: its free units, in no more referrals than its cap and its rest allow."""
    referrals = provider.capacity.remaining
    if provider.monthly_cap is not None:
        referrals = min(referrals, provider.monthly_cap - provider.recent_referrals)
    if provider.cooldown_hours:
        referrals = min(referrals, 1)
    return min(provider.capacity.remaining, referrals * largest)


def most_served(contexts: tuple[NeedContext, ...], providers: list[Provider]) -> int:
    """The greatest flow, by another library."""
    who, graph = eligible(contexts, providers), nx.DiGraph()
    graph.add_nodes_from(("source", "sink"))
    units = {each.need.id: each.need.units for each in contexts}
    for need_id, several in who.items():
        graph.add_edge("source", need_id, capacity=units[need_id])
        for provider_id in several:
            graph.add_edge(need_id, provider_id)
    for provider in providers:
        largest = max(
            (units[need_id] for need_id, several in who.items() if provider.id in several), default=0
        )
        graph.add_edge(provider.id, "sink", capacity=most_units(provider, largest))
    return int(nx.maximum_flow_value(graph, "source", "sink"))


def recount(found: Deficits, contexts: tuple[NeedContext, ...], providers: list[Provider]) -> None:
    """Hold every deficit against the reference: who serves its needs, and with how many units."""
    who, units = eligible(contexts, providers), {each.need.id: each.need.units for each in contexts}
    by_id = {each.id: each for each in providers}
    used: set[str] = set()
    for each in found.deficits:
        assert set().union(*(who[key] for key in each.need_ids)) == set(each.provider_ids)
        assert each.units == sum(units[key] for key in each.need_ids)
        largest = {
            key: max(units[need_id] for need_id, several in who.items() if key in several)
            for key in each.provider_ids
        }
        assert each.capacity == sum(most_units(by_id[key], largest[key]) for key in each.provider_ids)
        assert each.missing > 0
        assert used.isdisjoint(each.provider_ids)
        used.update(each.provider_ids)


@settings(max_examples=50, derandomize=True, deadline=None)
@given(town=towns())
def test_what_is_missing_is_proven(town: tuple[list[Provider], list[Need]]) -> None:
    """As much is served as networkx finds, and the deficits, counted anew, make up all the rest."""
    providers, needs = town
    city = a_town(providers, needs)
    found = find_deficits(city.engine, city.contexts)
    assert found.units == sum(each.units for each in needs)
    assert found.served == most_served(city.contexts, providers)
    assert sum(each.missing for each in found.deficits) == found.units - found.served
    assert found.unserved.sum() == found.units - found.served
    who = eligible(city.contexts, providers)
    assert found.is_alone.tolist() == [not who[each.need.id] for each in city.contexts]
    recount(found, city.contexts, providers)


def test_a_crowd_of_needs_asks_for_more_and_more_pairs() -> None:
    """Forty needs share forty providers: each of them is known in the end, not the first few alone."""
    providers = [a_provider(f"p{number:02}", capacity=Capacity(1)) for number in range(40)]
    providers = [replace(each, **at(0)) for each in providers]
    needs = [a_need(f"n{number:02}", **in_community(0)) for number in range(47)]
    assert len(providers) > 2 * module._FIRST_LIMIT
    city = a_town(providers, needs)
    found = find_deficits(city.engine, city.contexts)
    [deficit] = found.deficits
    assert (len(deficit.need_ids), len(deficit.provider_ids)) == (47, 40)
    assert (deficit.units, deficit.capacity, deficit.missing, found.served) == (47, 40, 7, 40)
    recount(found, city.contexts, providers)


def test_sets_that_share_no_provider_are_told_apart() -> None:
    """The largest first; a need that nobody serves is a set of its own."""
    providers = [
        a_provider("south", capacity=Capacity(1), **at(0)),
        a_provider("north", capacity=Capacity(2), **at(3)),
    ]
    needs = [a_need(f"s{number}", **in_community(0)) for number in range(3)]
    needs += [a_need(f"n{number}", **in_community(3)) for number in range(3)]
    needs.append(a_need("x", required_skills=(SkillRequirement(SkillId("repairs")),), **in_community(0)))
    city = a_town(providers, needs)
    found = find_deficits(city.engine, city.contexts)
    assert [(each.need_ids, each.provider_ids, each.missing) for each in found.deficits] == [
        (("s0", "s1", "s2"), ("south",), 2),
        (("n0", "n1", "n2"), ("north",), 1),
        (("x",), (), 1),
    ]


def test_nothing_wanted_is_no_deficit() -> None:
    found = find_deficits(a_town([a_provider()]).engine, ())
    assert (found.deficits, found.units, found.served, found.unserved.tolist()) == ((), 0, 0, [])
    city = a_town([a_provider(**at(0))], [a_need(**in_community(0))])
    assert find_deficits(city.engine, city.contexts).deficits == ()
    assert np.array_equal(find_deficits(city.engine, city.contexts).unserved, [0])
    assert city.read_at == NOW
