"""A small town for the closed loop: providers with few units, needs of several."""

from __future__ import annotations

from collections import Counter
from itertools import count

from graph_models.domain.identifiers import AreaCode, ProviderId, ReferralId
from graph_models.domain.places import Area, AreaLevel
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.recency import RecentReferral
from graph_models.domain.referrals import Account, Referral
from graph_models.ports import Entity, GraphStore, Put, WriteBatch
from matcher.closed_loop.acts import Act
from matcher.closed_loop.referring import Offer
from tests.builders import (
    CITY,
    COMMUNITY,
    DISTRICT,
    NOW,
    STREET,
    a_category,
    a_need,
    a_provider,
    a_resident,
    some_areas,
    some_skills,
)

OTHER_DISTRICT, OTHER_STREET, OTHER_COMMUNITY = "440104", "440104002", "440104002001"
_numbers = count(1)


def town() -> list[Entity]:
    """Two districts with a community each; a resident registered in one who lives in the other."""
    return [
        *some_areas(),
        Area(AreaCode(OTHER_DISTRICT), AreaLevel.DISTRICT, "越秀区", AreaCode(CITY)),
        Area(AreaCode(OTHER_STREET), AreaLevel.STREET, "北京街道", AreaCode(OTHER_DISTRICT)),
        Area(AreaCode(OTHER_COMMUNITY), AreaLevel.COMMUNITY, "盐运西社区", AreaCode(OTHER_STREET)),
        *some_skills(),
        a_category(),
        a_resident("r1", registration_code=OTHER_COMMUNITY),
        a_provider("p1", capacity=Capacity(2)),
        a_provider("p2", capacity=Capacity(5, consumed=1)),
        a_provider("p3", capacity=Capacity(1)),
        a_need("n1", units=3, resident_id="r1"),
        a_need("n2", units=1),
    ]


def put(store: GraphStore, *values: Entity) -> None:
    store.write(WriteBatch(f"put-{next(_numbers)}", tuple(map(Put, values))))


def an_act(write_id: str | None = None, **changes: object) -> Act:
    given = {"actor": "w1", "role": "dispatcher", "at": NOW, **changes}
    return Act(write_id=write_id or f"act-{next(_numbers)}", **given)  # type: ignore[arg-type]


def an_offer(provider: str = "p1", units: int | None = None, **changes: object) -> Offer:
    key = ReferralId(f"ref-{next(_numbers)}")
    return Offer(key, ProviderId(provider), units, **changes)  # type: ignore[arg-type]


def accounts_told_by_referrals(store: GraphStore) -> dict[str, tuple[int, int]]:
    """Reserved and consumed units of each provider that its referrals account for."""
    units: dict[str, dict[Account, int]] = {}
    for stored in store.scan(Referral):
        each = stored.value
        held = units.setdefault(each.provider_id, dict.fromkeys(Account, 0))
        held[each.account] += each.units
    return {key: (held[Account.RESERVED], held[Account.CONSUMED]) for key, held in units.items()}


def check_accounts(store: GraphStore, before: dict[str, Capacity] | None = None) -> None:
    """No unit is lost or doubled: what providers hold is what the referrals say, and what was there."""
    told = accounts_told_by_referrals(store)
    for stored in store.scan(Provider):
        capacity = stored.value.capacity
        base = (before or {}).get(stored.value.id, Capacity(0))
        reserved, consumed = told.get(stored.value.id, (0, 0))
        assert (capacity.reserved - base.reserved, capacity.consumed - base.consumed) == (reserved, consumed)
        assert capacity.remaining >= 0


def check_counts(store: GraphStore) -> None:
    """Every provider that no load gave a number bears as many recent referrals as there are records."""
    told = Counter(each.value.provider_id for each in store.scan(RecentReferral))
    for stored in store.scan(Provider):
        assert stored.value.recent_referrals == told[stored.value.id], stored.value.id


__all__ = [
    "CITY",
    "COMMUNITY",
    "DISTRICT",
    "STREET",
    "an_act",
    "an_offer",
    "check_accounts",
    "check_counts",
    "put",
    "town",
]
