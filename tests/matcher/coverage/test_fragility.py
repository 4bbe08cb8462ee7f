"""Who must not be lost: recounted by building the town without each of its providers."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from graph_models.domain.identifiers import AreaCode, CategoryId, SkillId
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.skills import SkillOffer
from matcher.coverage.access import assess_access
from matcher.coverage.fragility import Dependence, SoleHolder, find_dependences, find_sole_holders
from tests.builders import a_category, a_need, a_provider, a_resident
from tests.matcher.coverage.random_towns import menu, towns
from tests.matcher.coverage.towns import COMMUNITIES, a_town, at, in_community

Town = tuple[list[Provider], list[Need], list[Resident]]


@settings(max_examples=30, derandomize=True, deadline=None)
@given(town=towns(most_providers=5))
def test_a_loss_uncovers_what_is_named_and_nothing_else(town: Town) -> None:
    """Cell by cell: reached with the provider, not reached without it."""
    providers, needs, residents = town
    city = a_town(providers, needs, residents, menu())
    access = assess_access(city)
    found = {each.provider_id: each for each in find_dependences(city, access)}
    homes = [each.residence_code for each in residents]
    for lost in providers:
        left = a_town([each for each in providers if each.id != lost.id], needs, residents, menu())
        uncovered = ~np.isnan(access.ratio) & np.isnan(assess_access(left).ratio)
        if not uncovered.any():
            assert lost.id not in found
            continue
        rows, places = np.nonzero(uncovered)
        codes = sorted({AreaCode(COMMUNITIES[place]) for place in places})
        assert found[lost.id] == Dependence(
            lost.id,
            lost.kind,
            lost.name,
            tuple(sorted({access.category_ids[row] for row in rows})),
            tuple(codes),
            len(rows),
            sum(
                each.need.units
                for each in city.contexts
                if (each.category.id, each.community_code)
                in {
                    (access.category_ids[row], COMMUNITIES[place])
                    for row, place in zip(rows, places, strict=True)
                }
            ),
            sum(homes.count(code) for code in codes),
        )
    ranks = [(-each.open_units, -each.residents, -each.cells, each.provider_id) for each in found.values()]
    assert ranks == sorted(ranks)


def test_the_loss_of_most_comes_first() -> None:
    """By open units, then residents, then cells, then id."""
    menu = [a_category(search_radius_km=0.4), a_category("second", search_radius_km=0.4)]
    providers = [a_provider(f"p{place}", **at(place)) for place in range(4)]
    needs = [a_need("a", units=3, **in_community(2)), a_need("b", units=1, **in_community(0))]
    needs.append(a_need("c", units=1, category_id=CategoryId("second"), **in_community(3)))
    residents = [
        a_resident(f"r{number}", residence_code=AreaCode(COMMUNITIES[place]))
        for number, place in enumerate((3, 0, 3, 1))
    ]
    city = a_town(providers, needs, residents, menu)
    found = find_dependences(city, assess_access(city))
    assert [(each.provider_id, each.open_units, each.residents, each.cells) for each in found] == [
        ("p2", 3, 0, 2),
        ("p3", 1, 2, 2),
        ("p0", 1, 1, 2),
        ("p1", 0, 1, 2),
    ]
    assert (found[0].category_ids, found[0].community_codes) == (("home_care", "second"), ("110201",))
    assert found[0].name == "Provider p2"


def test_who_is_not_alone_is_not_named() -> None:
    city = a_town(
        [a_provider("a", **at(0)), a_provider("b", **at(1))], categories=[a_category(search_radius_km=9)]
    )
    assert find_dependences(city, assess_access(city)) == ()
    assert find_dependences(a_town([]), assess_access(a_town([]))) == ()


def test_sole_holders() -> None:
    """Those who cannot be asked, or have no units at all, hold nothing; units that are taken come back."""
    both = tuple(SkillOffer(SkillId(key), 0.5) for key in ("care.bathing", "repairs"))
    providers = [
        a_provider("a", skills=both, capacity=Capacity(2, 2), **at(0)),
        a_provider("b", **at(1)),
        a_provider("c", skills=both, is_active=False, **at(1)),
        a_provider("d", skills=both, capacity=Capacity(0), **at(1)),
        a_provider("e", skills=both, community_code=None),
        a_provider("f", skills=both, community_code=AreaCode("gone")),
        a_provider("g", **at(3)),
    ]
    assert find_sole_holders(a_town(providers)) == (
        SoleHolder(AreaCode("1101"), SkillId("repairs"), providers[0].id),
        SoleHolder(AreaCode("1102"), SkillId("care.bathing"), providers[-1].id),
    )


def test_nobody_holds_anything() -> None:
    assert find_sole_holders(a_town([])) == ()
    assert find_sole_holders(a_town([a_provider(skills=(), **at(0))])) == ()
    assert find_sole_holders(a_town([a_provider(is_active=False, **at(0))])) == ()
    assert find_sole_holders(a_town([a_provider(community_code=None)])) == ()


@settings(max_examples=30, derandomize=True, deadline=None)
@given(town=towns())
def test_sole_holders_are_those_of_a_recount(town: Town) -> None:
    providers, _, _ = town
    holders: dict[tuple[str, str], list[str]] = {}
    for each in providers:
        if each.community_code is not None and each.is_active and each.capacity.total:
            for offer in each.skills:
                holders.setdefault((each.community_code[:4], offer.skill_id), []).append(each.id)
    expected = [(*key, several[0]) for key, several in sorted(holders.items()) if len(several) == 1]
    found = find_sole_holders(a_town(providers))
    assert [(each.district_code, each.skill_id, each.provider_id) for each in found] == expected
