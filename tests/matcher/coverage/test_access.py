"""Access: equal to the two-step catchment over the pairs that the reference would suggest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.errors import InvalidValue, UnknownReference
from graph_models.domain.identifiers import AreaCode, CategoryId, NeedId, ProviderId
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.domain.providers import Capacity, Provider
from matcher.context import NeedContext, gather_context
from matcher.coverage import access as module
from matcher.coverage import two_step_catchment
from matcher.coverage.access import (
    Access,
    Decay,
    DemandKind,
    SupplyKind,
    assess_access,
    demand_tables,
    weights_by_metre,
)
from matcher.coverage.city import City
from matcher.reference import reference_suggestions
from matcher.travel import FloatArray
from tests.builders import NOW, a_category, a_need, a_provider, a_resident
from tests.matcher.coverage.random_towns import menu, towns
from tests.matcher.coverage.towns import COMMUNITIES, a_town, at, in_community, town_areas
from tests.matcher.situations import a_context, north

Town = tuple[list[Provider], list[Need], list[Resident]]
POPULATION = {"1101": 900, "110101": 300, "1102": 50, "110201": 80}


def probes(city: City, category_id: CategoryId) -> list[NeedContext]:
    """A need of nobody in particular at each community."""
    return [
        gather_context(Need(NeedId("x"), category_id, NOW, community_code=code), city.catalogue, NOW)
        for code in map(AreaCode, COMMUNITIES)
    ]


def demand_of(city: City, category_id: CategoryId, kind: DemandKind) -> list[float]:
    """Demand of one category by hand."""
    if kind is DemandKind.POPULATION:
        return [300, 600, 80, 0]  # 900 − 300 are left for the other one; of 50 nobody is left
    if kind is DemandKind.RESIDENTS:
        homes = [each.residence_code for each in city.residents.values()]
        return [float(homes.count(AreaCode(code))) for code in COMMUNITIES]
    theirs = [each for each in city.contexts if each.category.id == category_id]
    return [
        float(sum(each.need.units for each in theirs if each.community_code == code)) for code in COMMUNITIES
    ]


def steps_of(context: NeedContext, decay: Decay) -> object:
    """The weights in the words of `two_step_catchment`, by metre."""
    radius = context.search_radius_m
    if context.category.is_remote or decay is Decay.NONE:
        return None
    if decay is Decay.ZONES:
        return {radius / 3: 1.0, 2 * radius / 3: 0.68, radius: 0.22}
    half = context.category.half_distance_km * 1000
    return lambda metres: 2.0 ** (-np.asarray(metres) / half)


def check_category(
    city: City, found: Access, row: int, counted: list[Provider], demand: list[float], decay: Decay
) -> None:
    """One row of the tables against the reference, asked for each community."""
    category_id = found.category_ids[row]
    contexts = probes(city, category_id)
    units = [each.capacity.remaining for each in counted]
    number = {each.id: place for place, each in enumerate(counted)}
    cost = np.full((len(COMMUNITIES), len(counted)), np.nan)
    for place, context in enumerate(contexts):
        for each in reference_suggestions(context, counted, len(counted) + 1).suggestions:
            is_far = each.distance_km is None or context.category.is_remote
            cost[place, number[each.provider_id]] = 0 if is_far else round((each.distance_km or 0) * 1000)
    expected = two_step_catchment(
        demand,
        units,
        cost,
        contexts[0].search_radius_m,
        steps_of(contexts[0], decay),  # type: ignore[arg-type]
    )
    reached = ~np.isnan(cost)
    assert found.demand[row].tolist() == demand
    assert found.ratio[row] == pytest.approx(expected, rel=1e-9, nan_ok=True)
    assert np.isnan(found.ratio[row]).tolist() == [not any(each) for each in reached.tolist()]
    assert found.providers[row].tolist() == reached.sum(axis=1).tolist()
    assert found.units[row].tolist() == (reached @ np.array(units, np.int64)).tolist()
    asked = (np.array(demand) > 0) @ reached
    assert found.reached_units[row] == sum(
        each for each, is_asked in zip(units, asked, strict=True) if is_asked
    )
    assert np.nansum(found.demand[row] * found.ratio[row]) == pytest.approx(found.reached_units[row])
    for place in range(len(COMMUNITIES)):
        here = [counted[each].id for each in np.flatnonzero(reached[place])]
        assert found.only_provider.get((row, place)) == (here[0] if len(here) == 1 else None)


@settings(max_examples=30, derandomize=True, deadline=None)
@given(
    town=towns(),
    kind=st.sampled_from(DemandKind),
    supply=st.sampled_from(SupplyKind),
    decay=st.sampled_from(Decay),
    radius_km=st.sampled_from((0.001, 1, 1.5, 2.0)),
)
def test_equal_to_the_catchment_of_the_reference(
    town: Town, kind: DemandKind, supply: SupplyKind, decay: Decay, radius_km: float
) -> None:
    """Whatever is demanded and supplied, by whatever decay, on the spot and by phone."""
    providers, needs, residents = town
    city = a_town(providers, needs, residents, menu(radius_km), areas=town_areas(POPULATION))
    counted = providers
    if supply is SupplyKind.TOTAL:
        counted = [replace(each, capacity=Capacity(each.capacity.total)) for each in providers]
    found = assess_access(city, kind, supply, decay)
    assert found.category_ids == ("call", "fix", "home_care", "visit")
    assert found.community_codes == COMMUNITIES
    assert found.is_estimated == (kind is DemandKind.POPULATION)
    for row, category_id in enumerate(found.category_ids):
        check_category(city, found, row, counted, demand_of(city, category_id, kind), decay)


def test_weights_by_distance() -> None:
    """Zones end with their thirds; half of the weight is left at the half distance."""
    context = a_context(search_radius_km=3, half_distance_km=1)
    assert weights_by_metre(context, Decay.NONE).tolist() == [1.0] * 3001
    zones = weights_by_metre(context, Decay.ZONES)
    assert zones[[0, 1000, 1001, 2000, 2001, 3000]].tolist() == [1, 1, 0.68, 0.68, 0.22, 0.22]
    assert weights_by_metre(context, Decay.HALF_DISTANCE)[[0, 1000, 2000]].tolist() == [1, 0.5, 0.25]


def population(known: dict[str, int]) -> tuple[list[float], bool]:
    city = a_town([], areas=town_areas(known))
    table, unplaced, is_estimated = demand_tables(city, DemandKind.POPULATION)
    assert unplaced == 0
    return table[0].tolist(), is_estimated


def test_population_is_shared_out() -> None:
    """What a district has and its communities do not tell goes to those of which nothing is known."""
    each = dict.fromkeys(COMMUNITIES, 5)
    assert population(each) == ([5, 5, 5, 5], False)
    assert population(each | {"1101": 900}) == ([5, 5, 5, 5], False)
    assert population({"1101": 900, "1102": 10}) == ([450, 450, 5, 5], True)
    assert population({"1101": 900, "110101": 300}) == ([300, 600, 0, 0], True)
    assert population({"1101": 100, "110101": 300, "1102": 0}) == ([300, 0, 0, 0], True)


def test_population_must_be_on_record() -> None:
    with pytest.raises(InvalidValue, match="demand must be open_needs or residents"):
        assess_access(a_town([a_provider()]), DemandKind.POPULATION)


def test_needs_of_no_community_are_told() -> None:
    """One far from everything is in no row; one near a community counts there."""
    far, near = ({"community_code": None, "location": north(metres)} for metres in (400_000, 1_200))
    needs = [a_need("a", **far, units=3), a_need("b", **near, units=2), a_need("c", **in_community(3))]
    found = assess_access(a_town([], needs))
    assert (found.unplaced, found.demand.tolist()) == (1, [[0, 2, 0, 1]])


def test_some_categories_alone() -> None:
    """The same rows as among all; what does not exist is refused."""
    city = a_town([a_provider(**at(0))], [a_need(**in_community(0))], categories=menu())
    every = assess_access(city)
    some = assess_access(city, only={CategoryId("visit"), CategoryId("home_care")})
    assert some.category_ids == ("home_care", "visit")
    for name in ("demand", "ratio", "providers", "units"):
        np.testing.assert_array_equal(getattr(some, name), getattr(every, name)[2:])
    for name in ("able", "able_units", "reached_units"):
        assert getattr(some, name).tolist() == getattr(every, name)[2:].tolist()
    alone = {(row - 2, place): key for (row, place), key in every.only_provider.items() if row >= 2}
    assert some.only_provider == alone
    assert len(alone) == 3
    with pytest.raises(UnknownReference, match="only points at Category 'nope'"):
        assess_access(city, only={CategoryId("nope")})


def test_shortage() -> None:
    """All of the demand where nobody reaches, what is missing to one for each elsewhere, never below 0."""
    providers = [a_provider("s", capacity=Capacity(1), **at(0, -1_000)), a_provider("n", **at(3))]
    needs = [a_need("a", units=4, **in_community(0)), a_need("b", units=2, **in_community(1))]
    needs += [a_need("c", **in_community(3))]
    found = assess_access(a_town(providers, needs, categories=[a_category(search_radius_km=1)]))
    assert found.ratio[0] == pytest.approx([0.25, np.nan, 4, 4], nan_ok=True)
    assert found.shortage.tolist() == [[3, 2, 0, 0]]
    assert found.only_provider == {(0, 0): "s", (0, 2): "n", (0, 3): ProviderId("n")}


def test_nobody_and_nothing() -> None:
    found = assess_access(a_town([]), DemandKind.RESIDENTS)
    assert np.isnan(found.ratio).all()
    assert (found.demand.sum(), found.providers.sum(), found.only_provider) == (0, 0, {})
    resident = a_resident(residence_code=AreaCode("110102"))
    assert assess_access(a_town([], residents=[resident]), DemandKind.RESIDENTS).demand.tolist() == [
        [0, 1, 0, 0]
    ]


def test_a_community_without_a_point_is_reached_by_phone_alone() -> None:
    areas = town_areas()
    areas[-1] = replace(areas[-1], location=None)
    skilled = a_provider(skills=a_provider().skills, **at(3))
    city = a_town([skilled], categories=[a_category(), a_category("call", is_remote=True)], areas=areas)
    assert assess_access(city).providers.tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]


def test_every_run_is_held_against_the_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    """Units that get lost on the way are no answer."""
    city = a_town([a_provider(**at(0))], [a_need(**in_community(0))])

    def less(*arguments: object, **more: object) -> object:
        found = reach(*arguments, **more)  # type: ignore[arg-type]
        lost: FloatArray = found.access * 0.999
        return found._replace(access=lost)

    reach = city.engine.reach
    monkeypatch.setattr(city.engine, "reach", less)
    with pytest.raises(ArithmeticError, match=r"access to home_care gives out 3\.996 units of 4"):
        assess_access(city)
    assert module.ZONE_WEIGHTS == (1.0, 0.68, 0.22)
