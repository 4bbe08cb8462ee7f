"""Section 12 of the store contract: what lies within a jurisdiction, and what does not exist for it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_models.domain.contacts import Contact
from graph_models.domain.errors import InvalidValue, NotFound
from graph_models.domain.needs import Need, NeedStatus
from graph_models.domain.people import Resident
from graph_models.domain.places import Area, AreaLevel, Location
from graph_models.domain.providers import Provider
from graph_models.domain.referrals import Referral
from graph_models.ports import Entity, GraphStore, Page, Within, key_of
from graph_models.schema import ALL_TYPES
from tests.builders import (
    CITY,
    COMMUNITY,
    DISTRICT,
    NOW,
    STREET,
    a_need,
    a_provider,
    a_referral,
    a_resident,
)
from tests.contracts.fixtures import StoreFixtures, put

OTHER_CITY, OTHER_DISTRICT, OTHER_STREET = "4403", "440104", "440104001"
NEIGHBOUR, FOREIGN, FAR = "440103001102", "440104001101", "440304"
POINT = Location(23.1, 113.25)
COMMUNITIES = (COMMUNITY, NEIGHBOUR, FOREIGN, FAR)
PREFIXES = (
    *COMMUNITIES,
    CITY,
    OTHER_CITY,
    DISTRICT,
    OTHER_DISTRICT,
    STREET,
    "44",
    "4",
    "44010300",
    "0103",
    "x",
)
PLACED = [node for node in ALL_TYPES if node.scopes]
UNPLACED = [node for node in ALL_TYPES if not node.scopes]

Codes = dict[str, set[str]]


def areas() -> list[Area]:
    return [
        Area(OTHER_CITY, AreaLevel.CITY, "深圳市"),
        Area(OTHER_DISTRICT, AreaLevel.DISTRICT, "越秀区", CITY),
        Area(OTHER_STREET, AreaLevel.STREET, "洪桥街道", OTHER_DISTRICT),
        Area(NEIGHBOUR, AreaLevel.COMMUNITY, "x", STREET),
        Area(FOREIGN, AreaLevel.COMMUNITY, "x", OTHER_STREET),
        Area(FAR, AreaLevel.COMMUNITY, "x", OTHER_CITY),
    ]


def a_contact(key: str, resident_id: str) -> Contact:
    return Contact(key, resident_id, "key-1", "c2VjcmV0", "bW9yZSBzZWNyZXQ=", NOW)


def placed(homes: list[tuple[str, str]], places: list[tuple[int | None, str | None]]) -> list[Entity]:
    """Values of every kind that lies somewhere: residents by communities, needs by resident and place."""
    residents = [
        a_resident(f"r{n}", registration_code=registration, residence_code=residence)
        for n, (registration, residence) in enumerate(homes)
    ]
    needs = [
        a_need(f"n{n}", resident_id=None if home is None else f"r{home}", community_code=code, location=POINT)
        for n, (home, code) in enumerate(places)
        if home is not None or code is not None
    ]
    providers = [a_provider(f"p{n}", community_code=code) for n, (_, code) in enumerate(places)]
    referrals = [a_referral(f"f{need.id}", need_id=need.id, provider_id="p0") for need in needs]
    contacts = [a_contact(f"c{each.id}", each.id) for each in residents]
    return [*residents, *needs, *providers, *referrals, *contacts]


def codes_of(values: list[Entity]) -> dict[type[Entity], Codes]:
    """Tell in which areas each value lies, in the words of the contract."""
    held: dict[type[Entity], Codes] = {node.entity: {} for node in PLACED}
    for value in values:
        match value:
            case Resident():
                codes = {value.registration_code, value.residence_code}
            case Provider():
                codes = {value.community_code} - {None}
            case Need():
                codes = {value.community_code, *held[Resident].get(value.resident_id, set())} - {None}
            case Referral():
                codes = held[Need][value.need_id]
            case Contact():
                codes = held[Resident][value.resident_id]
            case _:
                continue
        held[type(value)][key_of(value)] = codes
    return held


def own(codes: Codes, within: tuple[str, ...]) -> list[str]:
    return sorted(key for key, each in codes.items() if any(code.startswith(within) for code in each))


def walk(store: GraphStore, kind: type[Entity], within: Within, limit: int) -> list[str]:
    keys: list[str] = []
    after = None
    while True:
        page = store.page(kind, after=after, limit=limit, within=within)
        assert len(page.items) <= limit
        keys += [key_of(item.value) for item in page.items]
        if page.next_after is None:
            return keys
        after = page.next_after


HOMES = [(COMMUNITY, COMMUNITY), (FOREIGN, FOREIGN), (COMMUNITY, FOREIGN), (FAR, NEIGHBOUR)]
PLACES = [(0, None), (1, None), (2, None), (3, FAR), (1, COMMUNITY), (None, FOREIGN), (None, NEIGHBOUR)]


class Jurisdiction(StoreFixtures):
    @pytest.fixture
    def city(self, store: GraphStore) -> GraphStore:
        put(store, *areas(), *placed(HOMES, PLACES))
        return store

    @pytest.mark.parametrize("node", PLACED, ids=lambda node: node.label)
    def test_foreign_values_do_not_exist(self, city: GraphStore, node: object) -> None:
        """12.1 What does not lie within looks as if it did not exist, whatever kind it is."""
        kind = node.entity  # type: ignore[attr-defined]
        codes = codes_of([each.value for part in PLACED for each in city.scan(part.entity)])[kind]
        for within in [(DISTRICT,), (OTHER_DISTRICT,), (FAR, FOREIGN), (CITY, OTHER_CITY)]:
            keys = own(codes, within)
            assert keys
            assert sorted(city.get_many(kind, [*codes, "nobody"], within=within)) == keys
            assert city.get(kind, keys[0], within=within) == city.get(kind, keys[0])
            for foreign in codes.keys() - set(keys):
                with pytest.raises(NotFound) as told:
                    city.get(kind, foreign, within=within)
                assert str(told.value) == str(NotFound(node.label, foreign))  # type: ignore[attr-defined]

    def test_both_communities_of_a_resident(self, city: GraphStore) -> None:
        """12.1 Who is registered in one community and lives in another one lies in both, needs and all."""
        for kind, key in [(Resident, "r2"), (Need, "n2"), (Referral, "fn2"), (Contact, "cr2")]:
            for within in [(COMMUNITY,), (FOREIGN,), (FAR, COMMUNITY)]:
                assert key_of(city.get(kind, key, within=within).value) == key
            assert city.get_many(kind, [key], within=(NEIGHBOUR, FAR)) == {}

    def test_filters_within(self, city: GraphStore) -> None:
        """12.2 A filter and a jurisdiction hold together, on pages of any size."""
        put(
            city,
            a_need("n1", resident_id="r1", community_code=None, location=POINT, status=NeedStatus.ON_HOLD),
        )
        page = city.page(Need, where={"status": "active"}, within=(OTHER_DISTRICT,))
        assert [item.value.id for item in page.items] == ["n2", "n4", "n5"]
        page = city.page(Need, where={"resident_id": "r1"}, within=(DISTRICT,), after="n1")
        assert [item.value.id for item in page.items] == ["n4"]
        page = city.page(Provider, where={"community_code": FOREIGN}, within=(DISTRICT,))
        assert page.items == ()

    @settings(
        max_examples=25,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    @given(
        homes=st.lists(st.tuples(*[st.sampled_from(COMMUNITIES)] * 2), min_size=4, max_size=4),
        places=st.lists(
            st.tuples(st.none() | st.integers(0, 3), st.none() | st.sampled_from(COMMUNITIES)),
            min_size=1,
            max_size=12,
        ),
        within=st.lists(st.sampled_from(PREFIXES), max_size=3).map(tuple),
        limit=st.integers(1, 5),
    )
    def test_pages_within(
        self,
        store: GraphStore,
        homes: list[tuple[str, str]],
        places: list[tuple[int | None, str | None]],
        within: tuple[str, ...],
        limit: int,
    ) -> None:
        """12.2 Pages give what lies within and nothing else, each value once, in key order."""
        put(store, *areas(), *placed(homes, places))
        held = codes_of([each.value for node in PLACED for each in store.scan(node.entity)])
        for kind, codes in held.items():
            assert walk(store, kind, within, limit) == own(codes, within)

    @pytest.mark.parametrize("within", [(), ("9",), ("x",), ("0103",), (COMMUNITY[1:],), (f"{COMMUNITY}x",)])
    def test_nowhere(self, city: GraphStore, within: tuple[str, ...]) -> None:
        """12.3 No code at all is nowhere, and so is a code that no area begins with."""
        for node in PLACED:
            some = next(city.scan(node.entity)).value
            assert city.page(node.entity, within=within) == Page((), None)
            assert city.get_many(node.entity, [key_of(some)], within=within) == {}

    def test_everywhere(self, city: GraphStore) -> None:
        """12.3 None is everywhere: also what lies in no area."""
        put(city, a_provider("nowhere", community_code=None))
        assert city.get(Provider, "nowhere", within=None) == city.get(Provider, "nowhere")
        assert "nowhere" in walk(city, Provider, None, 3)
        assert "nowhere" not in walk(city, Provider, ("4",), 3)

    @pytest.mark.parametrize("node", UNPLACED, ids=lambda node: node.label)
    def test_kinds_that_lie_nowhere(self, empty: GraphStore, node: object) -> None:
        """12.4 A kind that lies nowhere cannot be asked for within a jurisdiction, not even an empty one."""
        kind = node.entity  # type: ignore[attr-defined]
        for within in [(CITY,), ()]:
            for ask in (
                lambda within=within: empty.page(kind, within=within),
                lambda within=within: empty.get(kind, "x", within=within),
                lambda within=within: empty.get_many(kind, ["x"], within=within),
            ):
                with pytest.raises(InvalidValue, match="within must be asked of Resident, Provider, Need"):
                    ask()

    @pytest.mark.parametrize("code", ["", "%", "44*", "4' OR '1", " 44", "\ud800"])
    def test_what_cannot_begin_a_code(self, store: GraphStore, code: str) -> None:
        """12.4 A text that cannot begin a code is refused, and does not open everything."""
        for within in [(code,), (CITY, code)]:
            with pytest.raises(InvalidValue, match="within must"):
                store.page(Need, within=within)
            with pytest.raises(InvalidValue, match="within must"):
                store.get(Need, "n1", within=within)
