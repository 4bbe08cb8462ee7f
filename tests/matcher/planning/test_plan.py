"""Plans over all pairs of a city that the reference calls eligible."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.domain.needs import Urgency
from graph_models.domain.places import Location
from graph_models.domain.providers import Capacity, Provider
from matcher.certificate import verify
from matcher.context import NeedContext
from matcher.engine import Engine
from matcher.parameters import MatchParameters, default_parameters
from matcher.planning import UnservedReason, make_plan, pricing
from matcher.planning.demand import Demand
from matcher.planning.limits import tighten
from matcher.planning.plan import Plan
from matcher.planning.solving import price
from matcher.planning.whole import finish
from matcher.problem import NO_LIMIT, Problem
from matcher.rules import failing_rules
from matcher.scoring import factor_values, score_of
from tests.builders import NOW, a_need, a_provider
from tests.matcher.cities import City, cities, needs
from tests.matcher.planning.problems import worth
from tests.matcher.situations import a_context, north


def planned(contexts: list[NeedContext], engine: Engine, parameters: MatchParameters | None = None) -> Plan:
    demand = Demand(tuple(contexts), (), (), {})
    return make_plan(engine, demand, parameters or default_parameters(), lambda *_: None)


def whole_problem(
    contexts: list[NeedContext], providers: list[Provider], parameters: MatchParameters
) -> Problem:
    """All eligible pairs by the reference, one pair at a time."""
    pairs = [
        (need, number, score_of(context.weights, factor_values(context, provider)))
        for need, context in enumerate(contexts)
        for number, provider in enumerate(providers)
        if not failing_rules(context, provider)
    ]
    need, provider, score = np.array(pairs, np.int64).reshape(-1, 3).T
    return Problem(
        np.array([parameters.urgency_weights[each.need.urgency] for each in contexts], np.int64),
        np.array([each.need.units for each in contexts], np.int64),
        np.array([each.need.is_indivisible for each in contexts], np.bool_),
        np.array([each.capacity.remaining for each in providers], np.int64),
        np.array([referrals_left(each) for each in providers], np.int64),
        need.astype(np.int32),
        provider.astype(np.int32),
        score,
    )


def referrals_left(provider: Provider) -> int:
    left = NO_LIMIT if provider.monthly_cap is None else provider.monthly_cap - provider.recent_referrals
    return max(0, min(left, 1) if provider.cooldown_hours else left)


def check_against_all(
    plan: Plan, contexts: list[NeedContext], providers: list[Provider], parameters: MatchParameters
) -> None:
    """The certificate holds for every eligible pair of the city, and nothing better is found among them."""
    asked = {each.need.id: each for each in contexts}
    contexts = [asked[need_id] for need_id in plan.need_ids]
    problem = whole_problem(contexts, providers, parameters)
    number = {each.id: place for place, each in enumerate(providers)}
    met = np.array([number[each] for each in plan.provider_ids], np.int64)
    unit, referral = np.zeros((2, len(providers)), np.int64)
    unit[met], referral[met] = plan.certificate.unit_price, plan.certificate.referral_price
    certificate = replace(plan.certificate, unit_price=unit, referral_price=referral)
    given_units = np.zeros(len(problem.need), np.int64)
    place = {
        (contexts[need].need.id, providers[provider].id): pair
        for pair, (need, provider) in enumerate(
            zip(problem.need.tolist(), problem.provider.tolist(), strict=True)
        )
    }
    for each in plan.referrals:
        given_units[place[each.need_id, each.provider_id]] = each.units
    proof = verify(certificate, problem, given_units)
    assert (proof.value, proof.bound) == (plan.proof.value, plan.proof.bound)
    best = finish(problem, tighten(problem, price(problem, certificate.quantum)))
    assert plan.is_proven
    assert best.is_proven
    # Scores are told apart to a quantum for each unit.
    served, score = worth(problem, given_units)
    best_served, best_score = worth(problem, best.given)
    assert (served, score) == (best_served, pytest.approx(best_score, abs=certificate.quantum * 20))


@settings(max_examples=100, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(city=cities(), data=st.data())
def test_a_plan_is_best_over_all_pairs(city: City, data: st.DataObject) -> None:
    """Of a random city with several needs of all kinds, though few pairs of it are looked at."""
    several = [
        replace(
            data.draw(needs(("p0", "p3", "gone"))),
            id=f"n{number}",
            urgency=data.draw(st.sampled_from(Urgency)),
        )
        for number in range(data.draw(st.integers(0, 5)))
    ]
    contexts = [replace(city, need=each).context() for each in several]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pricing, "FIRST", data.draw(st.integers(1, 3)))
        patch.setattr(pricing, "MORE", data.draw(st.integers(1, 2)))
        plan = planned(contexts, Engine(city.providers, city.parameters), city.parameters)
    check_against_all(plan, contexts, city.providers, city.parameters)
    assert plan.result.weight_served >= plan.first_come.weight_served


@pytest.mark.parametrize("is_remote", [False, True])
def test_a_crowd_of_needs_gets_past_the_pairs_at_hand(is_remote: bool) -> None:
    """Forty needs at one place all list the same five providers first; prices lead them on to the others."""
    random = np.random.default_rng(8)
    providers = [
        a_provider(
            f"p{number:03}",
            location=north(float(random.uniform(0, 2_500))),
            capacity=Capacity(int(random.integers(1, 4))),
            recent_referrals=int(random.integers(0, 6)),
            cooldown_hours=24 * int(random.integers(0, 2)),
        )
        for number in range(60)
    ]
    contexts = [
        a_context(
            a_need(f"n{number:02}", units=1 + number % 3, is_indivisible=number % 5 == 0), is_remote=is_remote
        )
        for number in range(40)
    ]
    plan = planned(contexts, Engine(providers))
    assert plan.rounds > 2
    assert len(plan.problem.need) < 40 * 60
    check_against_all(plan, contexts, providers, default_parameters())


@pytest.mark.parametrize("seed", [1, 4, 5, 13])
def test_pairs_that_come_last_are_priced_as_well(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One pair at a time, prices of units and of referrals: some pairs are found after the last prices."""
    monkeypatch.setattr(pricing, "FIRST", 1)
    monkeypatch.setattr(pricing, "MORE", 1)
    random = np.random.default_rng(seed)
    providers = [
        a_provider(
            f"p{number:02}",
            location=north(float(random.uniform(0, 2_500))),
            capacity=Capacity(int(random.integers(1, 6))),
            recent_referrals=int(random.integers(0, 6)),
            cooldown_hours=24 * int(random.random() < 0.8),
        )
        for number in range(60)
    ]
    contexts = [
        a_context(a_need(f"n{number:02}", units=units, is_indivisible=is_whole), is_remote=bool(seed % 2))
        for number, (units, is_whole) in enumerate(
            zip(random.integers(1, 5, 40).tolist(), (random.random(40) < 0.3).tolist(), strict=True)
        )
    ]
    check_against_all(planned(contexts, Engine(providers)), contexts, providers, default_parameters())


def test_the_plan_beats_first_come() -> None:
    """The first need would take the only helper of the second; the plan sends it elsewhere."""
    near, far = a_provider("near", capacity=Capacity(1)), a_provider("far", location=north(4_000))
    elsewhere = Location(north(-6_000).latitude, 113.25)
    first = a_context(a_need("a"), search_radius_km=6)
    second = a_context(a_need("b", location=elsewhere), search_radius_km=6.5)
    plan = planned([first, second], Engine([near, far]))
    chosen = {each.need_id: each.provider_id for each in plan.referrals}
    assert chosen == {"a": "far", "b": "near"}
    assert (plan.result.served, plan.first_come.served) == (2, 1)
    assert plan.result.mean_distance_km == pytest.approx(5)


def test_what_is_left_over_has_a_reason() -> None:
    """Nobody can, or whoever can serves needs of more weight; the most urgent come first."""
    one = a_provider(capacity=Capacity(1))
    contexts = [
        a_context(a_need("a")),
        a_context(a_need("b", urgency=Urgency.STAT)),
        a_context(a_need("c", urgency=Urgency.URGENT, location=north(90_000))),
    ]
    demand = Demand(tuple(contexts), (), (), {"d": "need.location must be given"})  # type: ignore[dict-item]
    plan = make_plan(Engine([one]), demand, default_parameters(), lambda *_: None)
    assert [(each.need_id, each.reason) for each in plan.unserved] == [
        ("c", UnservedReason.NOBODY_ELIGIBLE),
        ("a", UnservedReason.ALL_GIVEN),
        ("d", UnservedReason.UNUSABLE),
    ]
    assert plan.unserved[2].detail == "need.location must be given"
    assert [each.need_id for each in plan.referrals] == ["b"]


def test_referrals_begin_with_the_most_urgent_and_then_the_oldest_needs() -> None:
    """Providers of one need stand together, whatever their ids."""
    old = NOW - timedelta(days=2)
    needs_there = [
        a_need("a"),
        a_need("b", units=2, created_at=old),
        a_need("c", urgency=Urgency.STAT),
        a_need("d", urgency=Urgency.STAT, created_at=old),
    ]
    providers = [a_provider(f"p{number}", capacity=Capacity(1)) for number in range(5)]
    plan = planned([a_context(each) for each in needs_there], Engine(providers))
    assert [each.need_id for each in plan.referrals] == ["d", "c", "b", "b", "a"]


def test_no_needs_make_an_empty_plan() -> None:
    """Nothing to do is done, and proven."""
    plan = planned([], Engine([a_provider()]))
    assert (plan.referrals, plan.unserved, plan.result.needs) == ((), (), 0)
    assert plan.is_proven


def test_progress_is_told() -> None:
    """From the search to the comparison, with what there is to do."""
    told: list[tuple[Any, ...]] = []
    demand = Demand((a_context(),), (), (), {})
    make_plan(Engine([a_provider()]), demand, default_parameters(), lambda *each: told.append(each))
    assert [stage for stage, _, _ in told] == ["search", "price", "price", "keep whole", "compare"]
    assert told[0] == ("search", 1, 1)
