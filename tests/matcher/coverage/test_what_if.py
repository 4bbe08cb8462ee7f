"""What a change would do: the figures of a town that is built anew with the change in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.domain.errors import InvalidValue, UnknownReference
from graph_models.domain.identifiers import AreaCode, ProviderId, SkillId
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.skills import SkillOffer, SkillRequirement
from matcher.coverage.access import DemandKind, assess_access
from matcher.coverage.city import City
from matcher.coverage.equity import gini, palma
from matcher.coverage.reasons import Cause
from matcher.coverage.what_if import AddCapacity, Change, Close, Move, Open, Outcome, Train, measure, try_out
from tests.builders import a_category, a_need, a_provider, a_resident
from tests.matcher.coverage.random_towns import SKILLS, menu, providers, towns
from tests.matcher.coverage.test_deficits import most_served
from tests.matcher.coverage.towns import COMMUNITIES, a_point, a_town, at, in_community
from tests.matcher.situations import north

Town = tuple[list[Provider], list[Need], list[Resident]]
P1, SOUTH = ProviderId("p1"), AreaCode("1101")
REPAIRS = SkillId("repairs")


def ids(*keys: str) -> tuple[str, ...]:
    return keys


def applied(city: City, several: Sequence[Provider], change: Change) -> list[Provider]:
    """The providers after a change, by hand."""
    by_id = {each.id: each for each in several}
    match change:
        case Open(provider):
            by_id[provider.id] = provider
        case Close(provider_id):
            del by_id[provider_id]
        case Move(provider_id, location):
            code = city.catalogue.areas.nearest_community(location, 10**6)
            by_id[provider_id] = replace(by_id[provider_id], location=location, community_code=code)
        case AddCapacity(provider_id, units):
            was = by_id[provider_id].capacity
            capacity = replace(was, total=was.total + units)
            by_id[provider_id] = replace(by_id[provider_id], capacity=capacity)
        case Train():
            for each in able(several, change)[: change.count]:
                offers = (*each.skills, SkillOffer(change.skill_id, change.level))
                by_id[each.id] = replace(each, skills=offers)
    return list(by_id.values())


def able(several: Sequence[Provider], change: Train) -> list[Provider]:
    """Who can be trained, the freest first."""
    found = [
        each
        for each in several
        if each.kind == change.kind
        and each.is_active
        and each.capacity.remaining
        and (each.community_code or "").startswith(change.area_code)
        and change.skill_id not in {offer.skill_id for offer in each.skills}
    ]
    return sorted(found, key=lambda each: (-each.capacity.remaining, each.id))


def check(found: Outcome, city: City, several: Sequence[Provider]) -> None:
    """Hold an outcome against networkx, the reference, and means over people in plain Python."""
    assert found.wanted == sum(each.need.units for each in city.contexts)
    assert found.served == most_served(city.contexts, list(several))
    assert list(found.unmet) == list(Cause)
    assert sum(found.unmet.values()) == found.wanted - found.served
    access = assess_access(city, DemandKind.RESIDENTS)
    np.testing.assert_array_equal(found.access.ratio, access.ratio)
    share = [
        sum(min(float(ratio), 1.0) for ratio in column if ratio == ratio) / len(column)
        for column in access.ratio.T
    ]
    assert found.coverage.tolist() == pytest.approx(share)
    people = [each for each in city.residents.values() if each.residence_code in COMMUNITIES]
    theirs = [float(found.coverage[COMMUNITIES.index(each.residence_code)]) for each in people]
    assert found.gini == pytest.approx(gini(theirs), nan_ok=True)
    assert found.palma == pytest.approx(palma(theirs), nan_ok=True)
    by_district, by_hardship = Counter[str](), Counter[str]()
    n_district, n_hardship = Counter[str](), Counter[str]()
    for each, value in zip(people, theirs, strict=True):
        by_district[each.residence_code[:4]] += value  # type: ignore[assignment]
        n_district[each.residence_code[:4]] += 1
        for hardship in each.hardship or ("unknown",):
            by_hardship[hardship] += value  # type: ignore[assignment]
            n_hardship[hardship] += 1
    for gap, sums, counts in (
        (found.districts, by_district, n_district),
        (found.hardships, by_hardship, n_hardship),
    ):
        means = {key: sums[key] / counts[key] for key in sorted(counts)}
        assert gap.mean_of_group == pytest.approx(means)
        if means:
            assert gap.difference == pytest.approx(max(means.values()) - min(means.values()))


@st.composite
def changes(draw: st.DrawFn, several: Sequence[Provider]) -> Change:
    kinds: list[type[Change]] = [Open]
    if several:
        kinds += [Close, Move, AddCapacity]
    volunteers = [each for each in several if each.kind == "volunteer"]
    key = draw(st.sampled_from([each.id for each in several])) if several else P1
    train = Train(SkillId(draw(st.sampled_from(SKILLS))), 1, AreaCode(draw(st.sampled_from(("11", "1101")))))
    if most := len(able(volunteers, train)):
        kinds.append(Train)
    kind = draw(st.sampled_from(kinds))
    if kind is Open:
        free_id = next(
            f"x{number}" for number in range(9) if f"x{number}" not in {each.id for each in several}
        )
        return Open(draw(providers(free_id)))
    if kind is Close:
        return Close(key)
    if kind is Move:
        return Move(key, north(draw(st.sampled_from((0, 900, 2_500, 40_000)))))
    if kind is AddCapacity:
        free = next(each.capacity.remaining for each in several if each.id == key)
        return AddCapacity(key, draw(st.integers(-free, 3)))
    return replace(train, count=draw(st.integers(1, most)))


@settings(max_examples=25, derandomize=True, deadline=None)
@given(town=towns(most_providers=6, most_needs=6), drawn=st.data())
def test_equal_to_a_town_that_is_built_with_the_changes(town: Town, drawn: st.DataObject) -> None:
    """One change after the other; the town itself stays as it is."""
    several, needs, residents = town
    city = a_town(several, needs, residents, menu())
    now, made = list(several), []
    for _ in range(drawn.draw(st.integers(1, 3))):
        made.append(drawn.draw(changes(now)))
        now = applied(city, now, made[-1])
    found = try_out(city, made)
    check(found.before, city, several)
    check(found.after, a_town(now, needs, residents, menu()), now)
    keys = {each.id for each in (*several, *now)}
    was, became = ({each.id: each for each in each_} for each_ in (several, now))
    differs = {key for key in keys if was.get(key) != became.get(key)}
    assert differs <= set(found.changed)
    assert len(found.changed) == len(set(found.changed))
    assert {each.id for each in several} == {key for key in city.engine.ids_at(city.engine.roll().rows)}
    check(measure(city), city, several)


def two_communities() -> City:
    """Help in the first community alone; two residents and one need in the first and in the last."""
    needs = [a_need(f"n{place}", units=3, **in_community(place)) for place in (0, 3)]
    residents = [
        a_resident(
            f"r{number}", residence_code=AreaCode(COMMUNITIES[3 * (number % 2)]), hardship=("illness",)
        )
        for number in range(4)
    ]
    return a_town([a_provider(**at(0))], needs, residents)


@pytest.mark.parametrize(
    ("change", "served", "means"),
    [
        (Close(P1), 0, (0, 0)),
        (AddCapacity(P1, -2), 2, (1, 0)),
        (AddCapacity(P1, -3), 1, (0.5, 0)),
        (AddCapacity(P1, 2), 3, (1, 0)),
        (Move(P1, a_point(3)), 3, (0, 1)),
        (Open(a_provider("p2", capacity=Capacity(1), **at(3))), 4, (1, 0.5)),
    ],
)
def test_each_kind_of_change(change: Change, served: int, means: tuple[float, float]) -> None:
    found = try_out(two_communities(), [change])
    assert (found.before.served, found.after.served, found.after.wanted) == (3, served, 6)
    assert tuple(found.before.districts.mean_of_group.values()) == (1, 0)
    assert tuple(found.after.districts.mean_of_group.values()) == means
    assert found.after.hardships.mean_of_group == {"illness": sum(means) / 2}
    assert found.before.gini == 0.5
    assert found.changed == ("p2" if isinstance(change, Open) else "p1",)


def test_causes_before_and_after() -> None:
    """Where help is too far, closing it leaves nobody at all; where units run out, it is capacity."""
    city = a_town([a_provider(**at(0))], [a_need(units=6, **in_community(0)), a_need("x", **in_community(3))])
    found = try_out(city, [AddCapacity(P1, 1)])
    assert {key: units for key, units in found.before.unmet.items() if units} == {
        Cause.CAPACITY: 2,
        Cause.DISTANCE: 1,
    }
    assert {key: units for key, units in found.after.unmet.items() if units} == {
        Cause.CAPACITY: 1,
        Cause.DISTANCE: 1,
    }
    assert try_out(city, [Close(P1)]).after.unmet[Cause.SKILL] == 7


def test_changes_are_made_in_their_order() -> None:
    city = two_communities()
    again = Open(a_provider(**at(3)))
    found = try_out(city, [Close(P1), again, AddCapacity(P1, -3)])
    assert (found.after.served, found.changed) == (1, ("p1",))
    with pytest.raises(InvalidValue, match=r"changes\.provider\.id must not be taken"):
        try_out(city, [again, Close(P1)])
    with pytest.raises(UnknownReference, match=r"changes\.provider_id points at Provider 'p1'"):
        try_out(city, [Close(P1), AddCapacity(P1, 1)])
    moved = [Move(P1, a_point(3)), Train(REPAIRS, 1, AreaCode("1102"))]
    assert try_out(city, moved).changed == ("p1",)
    with pytest.raises(InvalidValue, match=r"changes\.count must be at most the 0"):
        try_out(city, moved[::-1])
    assert measure(city).served == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (Close(ProviderId("x")), r"changes\.provider_id points at Provider 'x'"),
        (Move(ProviderId("x"), a_point(0)), r"changes\.provider_id points at Provider 'x'"),
        (AddCapacity(ProviderId("x"), 1), r"changes\.provider_id points at Provider 'x'"),
        (Train(REPAIRS, 1, AreaCode("12")), r"changes\.area_code points at Area '12'"),
        (Train(SkillId("x"), 1, SOUTH), r"changes\.skill_id points at Skill 'x'"),
        (
            Open(a_provider("p2", community_code=AreaCode("12"))),
            r"changes\.provider\.community_code points at Area '12'",
        ),
        (
            Open(a_provider("p2", community_code=None, serves=(AreaCode("12"),))),
            r"changes\.provider\.serves points at Area '12'",
        ),
        (
            Open(a_provider("p2", skills=(SkillOffer(SkillId("x"), 1),), **at(0))),
            r"changes\.provider\.skills points at Skill 'x'",
        ),
    ],
)
def test_what_does_not_exist_is_refused(change: Change, message: str) -> None:
    with pytest.raises(UnknownReference, match=message):
        try_out(two_communities(), [change])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (AddCapacity(P1, -5), r"capacity\.total must be from 0"),
        (Train(REPAIRS, 2, SOUTH), r"changes\.count must be at most the 1 that can be trained, got 2"),
        (Train(REPAIRS, 0, SOUTH), r"changes\.count must be from 1"),
        (Train(REPAIRS, True, SOUTH), r"changes\.count must be an integer"),
        (Train(REPAIRS, 1.0, SOUTH), r"changes\.count must be an integer"),  # type: ignore[arg-type]
        (Train(REPAIRS, 1, SOUTH, level=0), "level"),
        (Train(REPAIRS, 1, SOUTH, level=1.1), "level"),
        (Train(REPAIRS, 1, SOUTH, kind="station"), r"changes\.count must be at most the 0"),
    ],
)
def test_what_breaks_a_rule_is_refused(change: Change, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        try_out(two_communities(), [change])


def test_units_that_are_taken_cannot_go() -> None:
    """Of four units three are taken: one can be given up, not two."""
    city = a_town([a_provider(capacity=Capacity(4, 1, 2), **at(0))], [a_need(**in_community(0))])
    assert try_out(city, [AddCapacity(P1, -1)]).after.served == 0
    with pytest.raises(InvalidValue, match=r"capacity\.total must cover reserved and consumed units, got 2"):
        try_out(city, [AddCapacity(P1, -2)])


def test_nothing_to_try() -> None:
    with pytest.raises(InvalidValue, match="changes must have at least one entry"):
        try_out(two_communities(), [])
    with pytest.raises(InvalidValue, match=r"changes\.count must be at most the 0"):
        try_out(a_town([]), [Train(REPAIRS, 1, SOUTH)])


def trained(several: Sequence[Provider], change: Train) -> tuple[str, ...]:
    found = try_out(a_town(several), [change]).changed
    assert list(found) == [each.id for each in able(several, change)[: change.count]]
    return found


def test_the_freest_are_trained_first() -> None:
    """By free units, not by all of them, then by id; those in the area who can learn it alone."""
    both = (*a_provider().skills, SkillOffer(REPAIRS, 0.1))
    several = [
        a_provider("d", capacity=Capacity(3), **at(0)),
        a_provider("b", capacity=Capacity(3), **at(1)),
        a_provider("c", capacity=Capacity(3), **at(0)),
        a_provider("a", capacity=Capacity(9, 8), **at(0)),
        a_provider("full", capacity=Capacity(9, 9), **at(0)),
        a_provider("away", capacity=Capacity(9), is_active=False, **at(0)),
        a_provider("can", capacity=Capacity(9), skills=both, **at(0)),
        a_provider("north", capacity=Capacity(9), **at(3)),
        a_provider("nowhere", capacity=Capacity(9), community_code=None),
        a_provider("station", capacity=Capacity(9), kind="station", **at(0)),
    ]
    assert trained(several, Train(REPAIRS, 2, SOUTH)) == ids("b", "c")
    assert trained(several, Train(REPAIRS, 4, SOUTH)) == ids("b", "c", "d", "a")
    assert trained(several, Train(REPAIRS, 1, AreaCode("11"))) == ids("north")
    assert trained(several, Train(REPAIRS, 1, AreaCode("110102"))) == ids("b")
    assert trained(several, Train(REPAIRS, 1, SOUTH, kind="station")) == ids("station")
    assert trained(several, Train(SkillId("care"), 1, SOUTH)) == ids("can")
    with pytest.raises(InvalidValue, match="at most the 4"):
        trained(several, Train(REPAIRS, 5, SOUTH))


@pytest.mark.parametrize(("level", "served"), [(0.499999, 0), (0.5, 2), (1.0, 2)])
def test_a_level_is_reached(level: float, served: int) -> None:
    """A need that asks for a level is served by those who were trained to it."""
    wanted = a_need(units=2, required_skills=(SkillRequirement(REPAIRS, 0.5),), **in_community(0))
    city = a_town([a_provider(**at(0))], [wanted])
    found = try_out(city, [Train(REPAIRS, 1, SOUTH, level)])
    assert (found.before.served, found.after.served) == (0, served)


@pytest.mark.parametrize(
    "change",
    [AddCapacity(P1, 3), Move(P1, north(10)), Train(REPAIRS, 1, SOUTH)],
    ids=lambda each: type(each).__name__,
)
def test_who_rests_goes_on_resting(change: Change) -> None:
    """One referral at a time: a change makes no more of it."""
    city = a_town(
        [a_provider(cooldown_hours=24, **at(0))], [a_need(key, **in_community(0)) for key in ("a", "b")]
    )
    found = try_out(city, [change])
    assert (found.before.served, found.after.served) == (1, 1)


def test_a_town_without_a_menu() -> None:
    """Nothing is offered, so nobody is covered."""
    found = measure(
        a_town(
            [a_provider(**at(0))], residents=[a_resident(residence_code=AreaCode("110101"))], categories=[]
        )
    )
    assert (found.coverage.tolist(), found.wanted) == ([0, 0, 0, 0], 0)
    assert np.isnan(found.gini)


def test_a_town_without_residents() -> None:
    """There is nobody to be unequal."""
    found = measure(a_town([a_provider(**at(0))], [a_need(**in_community(0))], categories=[a_category()]))
    assert (found.served, found.districts.mean_of_group, found.hardships.mean_of_group) == (1, {}, {})
    assert np.isnan([found.gini, found.palma, found.districts.difference]).all()
