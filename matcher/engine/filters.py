"""The hard rules over many candidates at once: each tells for whom it fails."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from matcher.engine.candidates import BoolArray, Candidates
from matcher.rules import (
    Reason,
    accommodates,
    is_available,
    is_in_hardship_served,
    is_of_age,
    serves_area,
    speaks_with,
    units_wanted,
)


def _inactive(candidates: Candidates) -> BoolArray:
    return ~candidates.column("is_active")


def _not_skilled(candidates: Candidates) -> BoolArray:
    least = np.array([max(each.min_level, 1) for each in candidates.context.requirements], np.int32)
    return _mask((candidates.best < least[:, np.newaxis]).any(axis=0))


def _no_capacity(candidates: Candidates) -> BoolArray:
    return _mask(candidates.column("remaining") < units_wanted(candidates.context))


def _too_far(candidates: Candidates) -> BoolArray:
    if candidates.context.category.is_remote:
        return _nobody(candidates)
    limit = np.minimum(candidates.column("max_travel"), candidates.context.search_radius_m)
    return _mask(candidates.distance > limit)


def _outside_service_area(candidates: Candidates) -> BoolArray:
    serves = partial(serves_area, candidates.context)
    return ~candidates.holding("serves", candidates.index.serves, serves)


def _unavailable(candidates: Candidates) -> BoolArray:
    if candidates.context.window is None:
        return _nobody(candidates)
    return ~candidates.holding("hours", candidates.index.hours, partial(is_available, candidates.context))


def _not_eligible(candidates: Candidates) -> BoolArray:
    context, index = candidates.context, candidates.index
    if context.resident is None:
        return _nobody(candidates)
    return ~(
        candidates.holding("eligibility", index.eligibility, partial(is_of_age, context))
        & candidates.holding("eligibility", index.eligibility, partial(is_in_hardship_served, context))
        & candidates.holding("languages", index.languages, partial(speaks_with, context))
        & candidates.holding("accessibility", index.accessibility, partial(accommodates, context))
    )


def _not_verified(candidates: Candidates) -> BoolArray:
    since = candidates.context.verified_since
    if since is None:
        return _nobody(candidates)
    return _mask(candidates.column("verified_at") < since)


def _excluded(candidates: Candidates) -> BoolArray:
    return candidates.naming(candidates.context.excluded)


def _on_cooldown(candidates: Candidates) -> BoolArray:
    cap = candidates.column("cap")
    has_reached_cap = (cap >= 0) & (candidates.column("recent") >= cap)
    return _mask(has_reached_cap | (candidates.column("ready_at") > candidates.context.now))


def _nobody(candidates: Candidates) -> BoolArray:
    return np.zeros(len(candidates), np.bool_)


def _mask(fails: Any) -> BoolArray:
    """Give comparisons, which numpy leaves untyped, their type back."""
    return np.asarray(fails, np.bool_)


FAILS: dict[Reason, Callable[[Candidates], BoolArray]] = {
    Reason.INACTIVE: _inactive,
    Reason.NOT_SKILLED: _not_skilled,
    Reason.NO_CAPACITY: _no_capacity,
    Reason.TOO_FAR: _too_far,
    Reason.OUTSIDE_SERVICE_AREA: _outside_service_area,
    Reason.UNAVAILABLE_AT_TIME: _unavailable,
    Reason.NOT_ELIGIBLE: _not_eligible,
    Reason.NOT_VERIFIED: _not_verified,
    Reason.EXCLUDED: _excluded,
    Reason.ON_COOLDOWN: _on_cooldown,
}
