"""Why demand is not met: by the rule that holds the best provider back, asked of the matcher itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from graph_models.domain.identifiers import AreaCode, CategoryId, NeedId, ProviderId
from matcher.context import NeedContext
from matcher.coverage.city import City
from matcher.coverage.deficits import Deficits
from matcher.engine import Engine
from matcher.problem import BoolArray
from matcher.rules import Reason


class Cause(StrEnum):
    """What keeps help from a need."""

    DISTANCE = "distance"
    SKILL = "skill"
    CAPACITY = "capacity"
    TIME = "time"
    ELIGIBILITY = "eligibility"


CAUSE_OF: Mapping[Reason, Cause] = {
    Reason.INACTIVE: Cause.ELIGIBILITY,
    Reason.NOT_SKILLED: Cause.SKILL,
    Reason.NO_CAPACITY: Cause.CAPACITY,
    Reason.TOO_FAR: Cause.DISTANCE,
    Reason.OUTSIDE_SERVICE_AREA: Cause.DISTANCE,
    Reason.UNAVAILABLE_AT_TIME: Cause.TIME,
    Reason.NOT_ELIGIBLE: Cause.ELIGIBILITY,
    Reason.NOT_VERIFIED: Cause.ELIGIBILITY,
    Reason.EXCLUDED: Cause.ELIGIBILITY,
    Reason.ON_COOLDOWN: Cause.ELIGIBILITY,
}


@dataclass(frozen=True, slots=True)
class UnmetNeed:
    """Units of an open need that nobody can serve, and why.

    Parameters
    ----------
    need_id, category_id, community_code
        Which.
    units
        Units that are not met.
    cause
        What keeps help from it.
    rule
        The rule that decided it; None where others take what there is, or nobody was near or skilled.
    near_miss
        The best provider that fails this rule alone, if there is one, and what would have to change.
    """

    need_id: NeedId
    category_id: CategoryId
    community_code: AreaCode | None
    units: int
    cause: Cause
    rule: Reason | None
    near_miss: tuple[ProviderId, str] | None = None


@dataclass(frozen=True, slots=True)
class UnreachedPlace:
    """A category that nobody serves in a community, and why."""

    category_id: CategoryId
    community_code: AreaCode
    cause: Cause
    rule: Reason | None


def attribute(engine: Engine, contexts: tuple[NeedContext, ...], deficits: Deficits) -> tuple[UnmetNeed, ...]:
    """Say of each unmet need what keeps help from it.

    Where somebody is eligible, capacity does: the others of its deficit take what there is. Where nobody
    is, it is the rule that the best provider fails that fails just one, the provider which the matcher
    names first among the near misses. Where all fail several rules, it is the last rule, in the order of
    the matcher, at which a provider drops out: nobody comes closer. The units of all causes add up to
    the units that are not met.

    Parameters
    ----------
    engine
        The providers that the deficits are about.
    contexts, deficits
        The needs, and what was found for them.
    """
    unmet = []
    for place in deficits.unserved.nonzero()[0].tolist():
        context, units = contexts[place], int(deficits.unserved[place])
        cause, rule, near_miss = Cause.CAPACITY, None, None
        if deficits.is_alone[place]:
            cause, rule, near_miss = _why_nobody(engine, context)
        unmet.append(
            UnmetNeed(
                context.need.id, context.category.id, context.community_code, units, cause, rule, near_miss
            )
        )
    return tuple(unmet)


def attribute_gaps(city: City, is_gap: BoolArray, most: int | None = None) -> tuple[UnreachedPlace, ...]:
    """Say of pairs of a category and a community that nobody reaches what keeps help from them.

    It is what would keep it from a need there of nobody in particular and for no time in particular, by
    the same rules as in `attribute`.

    Parameters
    ----------
    is_gap
        Which pairs, with rows and columns as `City.category_ids` and `City.communities`.
    most
        How many of each category to ask about, evenly spread over its communities; None means all.
    """
    found = []
    for category_id, row in zip(city.category_ids, is_gap, strict=True):
        places = np.flatnonzero(row)
        if most is not None and len(places) > most:
            places = places[np.linspace(0, len(places) - 1, most).astype(np.int64)]
        for place in places.tolist():
            area = city.communities[place]
            cause, rule, _ = _why_nobody(city.engine, city.probe(category_id, area))
            found.append(UnreachedPlace(category_id, area.code, cause, rule))
    return tuple(found)


def _why_nobody(
    engine: Engine, context: NeedContext
) -> tuple[Cause, Reason | None, tuple[ProviderId, str] | None]:
    answer = engine.suggest(context, 1, explain=True)
    if answer.near_misses:
        best = answer.near_misses[0]
        return CAUSE_OF[best.reason], best.reason, (best.provider_id, best.change)
    if answer.rejected:
        rule = max(answer.rejected, key=list(Reason).index)
        return CAUSE_OF[rule], rule, None
    return Cause.SKILL, None, None
