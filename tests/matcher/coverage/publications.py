"""Published studies for what is made of them: districts 1101 and 1102 of the city 11."""

from __future__ import annotations

from typing import Any

from graph_models.domain.identifiers import AreaCode, CategoryId, ProviderId, SkillId
from graph_models.domain.places import AreaLevel
from matcher.coverage.clusters import Spot
from matcher.coverage.exposure import Exposure, Grouping, OftenAsked
from matcher.coverage.fragility import SoleHolder
from matcher.coverage.published import (
    AreaGap,
    CategorySupply,
    CauseCount,
    CommunityReach,
    Coverage,
    Equity,
    GroupMean,
    GroupServed,
    KeyProvider,
    ProvenDeficit,
)
from matcher.coverage.reasons import Cause
from tests.builders import NOW

_LEVELS = {2: AreaLevel.CITY, 4: AreaLevel.DISTRICT, 6: AreaLevel.COMMUNITY}


def a_gap(code: str, category: str | None, unmet: int, cause: Cause = Cause.SKILL) -> AreaGap:
    """A gap of twice as many needs as are unmet."""
    category_id = None if category is None else CategoryId(category)
    main = cause if unmet else None
    needs = max(2 * unmet, 1)
    return AreaGap(AreaCode(code), _LEVELS[len(code)], f"Area {code}", category_id, needs, unmet, main)


def a_deficit(missing: int, category: str = "home_care", **changes: Any) -> ProvenDeficit:
    """A set of needs that share twelve places."""
    wanted = missing + 12
    values = {
        "category_ids": (CategoryId(category),),
        "district_codes": (AreaCode("1101"),),
        "needs": wanted,
        "units": wanted,
        "providers": 3,
        "capacity": 12,
        "missing": missing,
    }
    return ProvenDeficit(**{**values, **changes})


def a_community(
    code: str, unreached: int = 0, spot: Spot = Spot.NOT_SIGNIFICANT, **changes: Any
) -> CommunityReach:
    """A community at a place that its code tells."""
    step = int(code[-2:]) / 100
    values = {
        "area_code": AreaCode(code),
        "name": f"Area {code}",
        "district_code": AreaCode(code[:-2]),
        "latitude": 23.1 + step,
        "longitude": 113.2 + step,
        "unreached_categories": unreached,
        "spot": spot,
    }
    return CommunityReach(**{**values, **changes})


def a_key_provider(key: str, name: str = "Helper", **changes: Any) -> KeyProvider:
    """A provider that two communities depend on."""
    values = {
        "provider_id": ProviderId(key),
        "kind": "station",
        "name": name,
        "category_ids": (CategoryId("home_care"),),
        "communities": 2,
        "cells": 2,
        "open_units": 0,
        "residents": 20,
    }
    return KeyProvider(**{**values, **changes})


def a_coverage(**changes: Any) -> Coverage:
    """Something of everything."""
    values = {
        "graph_revision": 7,
        "made_at": NOW,
        "is_synthetic": False,
        "k": 10,
        "units_wanted": 80,
        "units_served": None,
        "gaps": (a_gap("11", None, 40), a_gap("11", "home_care", 40), a_gap("1101", "home_care", 25)),
        "causes": (CauseCount(Cause.SKILL, 40), CauseCount(Cause.TIME, None)),
        "deficits": (a_deficit(25),),
        "hides_deficits": True,
        "categories": (
            CategorySupply(CategoryId("home_care"), "Home care", "居家照护", 3, 12, 1, Cause.SKILL),
        ),
        "communities": (
            a_community("110101", 3, Spot.HIGH_HIGH),
            a_community("110102"),
            a_community("110201", 1, latitude=None, longitude=None),
        ),
        "moran_i": 0.25,
        "moran_p_value": 0.01,
        "key_providers": (a_key_provider("p1"),),
        "sole_holders": (SoleHolder(AreaCode("1101"), SkillId("care.bathing"), ProviderId("p1")),),
        "exposures": (
            Exposure("station", 3, 1, 9, 0.5),
            Exposure("volunteer", 2, 2, 0, float("nan")),
        ),
        "often_asked": (OftenAsked(ProviderId("p1"), "station", 9),),
        "served": (
            GroupServed(Grouping.DISTRICT, "1101", 50, 25, 0.5),
            GroupServed(Grouping.AGE, "80+", None, None, None),
        ),
        "equity": Equity(0.1, 0.3, (GroupMean("1101", 0.5), GroupMean("1102", None))),
    }
    return Coverage(**{**values, **changes})
