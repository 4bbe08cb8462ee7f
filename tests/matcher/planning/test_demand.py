"""What a plan has to serve, read from a real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_models.domain.errors import UnknownReference
from graph_models.domain.needs import NeedStatus
from graph_models.domain.places import Area, AreaLevel
from graph_models.domain.referrals import LIFE_CYCLE, Account, ReferralStatus
from graph_models.ports import Entity, GraphStore, Put, WriteBatch
from graph_models.stores.opening import open_store
from matcher.planning import PlanScope, check_scope, read_demand
from matcher.planning.demand import Demand
from tests.builders import (
    COMMUNITY,
    DISTRICT,
    NOW,
    STREET,
    FixedClock,
    a_category,
    a_need,
    a_provider,
    a_referral,
    a_resident,
    some_areas,
    some_skills,
)
from tests.matcher.situations import a_catalogue

OTHER = f"{STREET}102"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    """Two communities, one without a point; two residents, two providers."""
    with open_store(f"sqlite:///{tmp_path}/city.db", FixedClock()) as opened:
        write(opened, "a", *some_areas(), Area(OTHER, AreaLevel.COMMUNITY, "新社区", STREET), *some_skills())
        write(
            opened, "b", a_category(), a_resident("r1"), a_resident("r2"), a_provider("p1"), a_provider("p2")
        )
        yield opened


def write(store: GraphStore, write_id: str, *values: Entity) -> None:
    store.write(WriteBatch(write_id, tuple(map(Put, values))))


def demand(store: GraphStore, scope: PlanScope = PlanScope()) -> Demand:  # noqa: B008 - it is frozen
    areas = [*some_areas(), Area(OTHER, AreaLevel.COMMUNITY, "新社区", STREET)]
    return read_demand(store, a_catalogue(areas=areas), NOW, scope)


def test_open_needs_are_read_with_their_residents(store: GraphStore) -> None:
    """In the order of their ids; closed ones are not planned."""
    closed = a_need("n0", status=NeedStatus.COMPLETED)
    write(store, "c", closed, a_need("n2", resident_id="r2"), a_need("n1"))
    found = demand(store).contexts
    assert [each.need.id for each in found] == ["n1", "n2"]
    assert [each.resident and each.resident.id for each in found] == [None, "r2"]


@pytest.mark.parametrize("status", ReferralStatus)
def test_what_is_under_way_is_kept(store: GraphStore, status: ReferralStatus) -> None:
    """Its units are taken off the need, and its provider is not asked for the rest."""
    write(store, "c", a_need("n1", units=3), a_referral("f1", need_id="n1", provider_id="p1", status=status))
    [context] = demand(store).contexts
    account = LIFE_CYCLE[status].account
    is_locked = account is Account.RESERVED
    assert context.need.units == (3 if account is Account.NONE else 2)
    in_vain = (ReferralStatus.REJECTED, ReferralStatus.FAILED)
    assert ("p1" in context.excluded) == (is_locked or status in in_vain)
    assert [each.id for each in demand(store).locked] == ["f1"] * is_locked


def test_a_need_that_is_covered_is_left_alone(store: GraphStore) -> None:
    """Because all of its units are under way, or because it is whole and one provider is at work."""
    asked = {"status": ReferralStatus.REQUESTED, "provider_id": "p1"}
    write(store, "c", a_need("n1", units=2), a_need("n2", units=3, is_indivisible=True))
    write(
        store, "d", a_referral("f1", need_id="n1", units=2, **asked), a_referral("f2", need_id="n2", **asked)
    )
    found = demand(store)
    assert (found.contexts, found.covered) == ((), ("n1", "n2"))
    assert [each.id for each in found.locked] == ["f1", "f2"]


def test_history_is_that_of_the_resident(store: GraphStore) -> None:
    """Who completed an earlier need of the same resident is known; of another's it does not matter."""
    done = {"status": ReferralStatus.COMPLETED}
    past = {"status": NeedStatus.COMPLETED}
    write(store, "c", a_need("n1", resident_id="r1", **past), a_need("n2", resident_id="r2", **past))
    write(store, "d", a_need("n3", resident_id="r1"), a_need("n4"))
    write(store, "e", a_referral("f1", need_id="n1", provider_id="p1", **done))
    write(store, "f", a_referral("f2", need_id="n2", provider_id="p2", **done))
    assert [each.served_before for each in demand(store).contexts] == [{"p1"}, frozenset()]


def test_a_need_that_cannot_be_matched_is_told(store: GraphStore) -> None:
    """In a community without a point: the plan goes on without it."""
    write(store, "c", a_need("n1", community_code=OTHER), a_need("n2"))
    found = demand(store)
    assert [each.need.id for each in found.contexts] == ["n2"]
    assert list(found.unusable) == ["n1"]
    assert "need.location must be given" in found.unusable["n1"]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (PlanScope(), ["n1", "n2"]),
        (PlanScope(area_codes=frozenset({DISTRICT})), ["n1", "n2"]),
        (PlanScope(area_codes=frozenset({COMMUNITY})), ["n1"]),
        (PlanScope(category_ids=frozenset({"home_care"})), ["n1", "n2"]),
    ],
)
def test_a_scope_is_kept_to(store: GraphStore, scope: PlanScope, expected: list[str]) -> None:
    """A need is in each area around its community."""
    here = some_areas()[-1].location
    write(store, "c", a_need("n1"), a_need("n2", community_code=OTHER, location=here))
    assert [each.need.id for each in demand(store, scope).contexts] == expected


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        (PlanScope(area_codes=frozenset({"9"})), "area_codes"),
        (PlanScope(category_ids=frozenset({"nothing"})), "category_ids"),
    ],
)
def test_a_scope_that_nothing_is_in_is_refused(scope: PlanScope, message: str) -> None:
    """Naming what it is about."""
    with pytest.raises(UnknownReference, match=message):
        check_scope(a_catalogue(), scope)
