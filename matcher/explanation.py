"""What would have to change for a near miss, in words and numbers, without personal data.

The words tell what the provider offers and what the need asks for, never what is known about the
resident: age, hardship, language and accessibility needs stay out of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from graph_models.domain.providers import Eligibility, Provider
from matcher.availability import to_instant, to_microseconds
from matcher.context import DAY, NeedContext
from matcher.fixed_point import MILLION
from matcher.rules import (
    Reason,
    accommodates,
    distance_between,
    has_reached_cap,
    is_in_hardship_served,
    is_of_age,
    ready_at,
    skill_value,
    speaks_with,
    travel_limit,
    units_wanted,
)
from matcher.scoring import factor_values, score_of
from matcher.suggestions import Gap, NearMiss, to_score
from matcher.travel import UNKNOWN_M

_HOUR = timedelta(hours=1) // timedelta(microseconds=1)  # microseconds
_MINUTE = _HOUR // 60


def describe_near_miss(context: NeedContext, provider: Provider, reason: Reason) -> NearMiss:
    """Say what keeps a provider from being suggested.

    Parameters
    ----------
    reason
        The one rule that it fails.
    """
    return NearMiss(
        provider_id=provider.id,
        kind=provider.kind,
        name=provider.name,
        reason=reason,
        gaps=tuple(_GAPS[reason](context, provider)),
        score=to_score(score_of(context.weights, factor_values(context, provider))),
    )


def _inactive(_: NeedContext, __: Provider) -> Iterator[Gap]:
    yield Gap(Reason.INACTIVE, "would have to be active")


def _not_skilled(context: NeedContext, provider: Provider) -> Iterator[Gap]:
    for each in context.requirements:
        value = skill_value(each, provider.skills)
        if value == 0 or value < each.min_level:
            actual, required = value / MILLION, each.min_level / MILLION
            level = f" at {required:g}" if required else ""
            has = f"{actual:g}" if value else "none"
            change = f"needs skill {each.skill_id}{level}, has {has}"
            yield Gap(Reason.NOT_SKILLED, change, each.skill_id, actual, required, "level")


def _no_capacity(context: NeedContext, provider: Provider) -> Iterator[Gap]:
    free, wanted = provider.capacity.remaining, units_wanted(context)
    yield Gap(
        Reason.NO_CAPACITY,
        f"{free} of {wanted} units free: {wanted - free} more needed",
        None,
        free,
        wanted,
        "unit",
    )


def _too_far(context: NeedContext, provider: Provider) -> Iterator[Gap]:
    distance, limit = distance_between(context, provider), travel_limit(context, provider)
    if distance == UNKNOWN_M:
        yield Gap(Reason.TOO_FAR, "would have to have a location on record", None, None, limit / 1000, "km")
        return
    digits = 1 if distance - limit >= 100 else 3
    lengths = (distance - limit, distance, limit)
    excess, away, most = (f"{metres / 1000:.{digits}f} km" for metres in lengths)
    whose = "limit" if limit == context.search_radius_m else "its own limit"
    change = f"would have to be {excess} nearer: {away} away, {whose} {most}"
    yield Gap(Reason.TOO_FAR, change, None, distance / 1000, limit / 1000, "km")


def _outside_service_area(context: NeedContext, _: Provider) -> Iterator[Gap]:
    code = context.community_code
    place = "a community" if code is None else f"community {code} or an area around it"
    yield Gap(Reason.OUTSIDE_SERVICE_AREA, f"would have to serve {place}", code)


def _unavailable(context: NeedContext, provider: Provider) -> Iterator[Gap]:
    if context.window is not None and provider.availability is not None:
        free = context.window.longest_overlap(provider.availability) / _MINUTE
        needed = context.window.needed / _MINUTE
        change = f"free for {free:g} minutes on end within the time window, {needed:g} needed"
        yield Gap(Reason.UNAVAILABLE_AT_TIME, change, None, free, needed, "minute")


def _not_eligible(context: NeedContext, provider: Provider) -> Iterator[Gap]:
    terms = provider.eligibility
    if not is_of_age(context, terms):
        yield Gap(Reason.NOT_ELIGIBLE, f"takes {_ages(terms)} only")
    if not is_in_hardship_served(context, terms):
        yield Gap(Reason.NOT_ELIGIBLE, f"takes hardship {', '.join(terms.hardship)} only")
    if not speaks_with(context, provider.languages):
        yield Gap(Reason.NOT_ELIGIBLE, f"speaks {', '.join(provider.languages)} only")
    if not accommodates(context, provider.accessibility):
        offered = ", ".join(provider.accessibility or ()) or "none"
        yield Gap(Reason.NOT_ELIGIBLE, f"offers accessibility {offered}, more is needed")


def _ages(terms: Eligibility) -> str:
    if terms.max_age is None:
        return f"ages from {terms.min_age}"
    return (
        f"ages up to {terms.max_age}" if terms.min_age is None else f"ages {terms.min_age} to {terms.max_age}"
    )


def _not_verified(context: NeedContext, provider: Provider) -> Iterator[Gap]:
    most = context.parameters.verification_days
    if provider.verified_at is None:
        yield Gap(Reason.NOT_VERIFIED, "would have to be verified", None, None, most, "day")
        return
    days = -(-(context.now - to_microseconds(provider.verified_at)) // DAY)
    yield Gap(Reason.NOT_VERIFIED, f"verified {days} days ago, at most {most} count", None, days, most, "day")


def _excluded(context: NeedContext, provider: Provider) -> Iterator[Gap]:
    is_named = provider.id in context.need.excluded_provider_ids
    yield Gap(
        Reason.EXCLUDED, "is excluded by the need" if is_named else "has rejected a referral for this need"
    )


def _on_cooldown(context: NeedContext, provider: Provider) -> Iterator[Gap]:
    ready = ready_at(provider)
    if ready is not None and ready > context.now:
        until = to_instant(ready, context.time_zone).isoformat(timespec="minutes")
        yield Gap(
            Reason.ON_COOLDOWN, f"on cooldown until {until}", None, (ready - context.now) / _HOUR, 0, "hour"
        )
    if has_reached_cap(provider):
        times, most = provider.recent_referrals, provider.monthly_cap
        change = f"asked {times} times in 30 days, monthly cap {most}"
        yield Gap(Reason.ON_COOLDOWN, change, None, times, most, "referral in 30 days")


_GAPS: dict[Reason, Callable[[NeedContext, Provider], Iterator[Gap]]] = {
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
