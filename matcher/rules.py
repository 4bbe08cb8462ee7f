"""The hard rules. A provider is suggested only if none of them fails.

Each rule is a plain predicate on one need and one provider. The parts that depend on a shared
attribute alone (service areas, hours, eligibility) stand by themselves, so that the engine can
answer them once for all providers that have the attribute in common.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from graph_models.domain.identifiers import AreaCode
from graph_models.domain.providers import Eligibility, Provider
from graph_models.domain.schedules import WeeklyAvailability
from graph_models.domain.skills import SkillOffer
from matcher.availability import LATEST, to_microseconds
from matcher.context import NeedContext, Requirement
from matcher.fixed_point import MILLION, divide_half_even, to_millionths
from matcher.travel import UNKNOWN_M, distance_m, to_metres

_HOUR = timedelta(hours=1) // timedelta(microseconds=1)  # microseconds


class Reason(StrEnum):
    """Why a provider cannot be suggested, in the order in which the rules are asked."""

    INACTIVE = "inactive"
    NOT_SKILLED = "not_skilled"
    NO_CAPACITY = "no_capacity"
    TOO_FAR = "too_far"
    OUTSIDE_SERVICE_AREA = "outside_service_area"
    UNAVAILABLE_AT_TIME = "unavailable_at_time"
    NOT_ELIGIBLE = "not_eligible"
    NOT_VERIFIED = "not_verified"
    EXCLUDED = "excluded"
    ON_COOLDOWN = "on_cooldown"


def skill_value(requirement: Requirement, offers: Iterable[SkillOffer]) -> int:
    """Return the best similarity · level over the offers, in millionths; 0 if nothing is similar."""
    return max(
        (
            divide_half_even(requirement.similar.get(each.skill_id, 0) * to_millionths(each.level), MILLION)
            for each in offers
        ),
        default=0,
    )


def distance_between(context: NeedContext, provider: Provider) -> int:
    """Return the distance in metres, `UNKNOWN_M` if either point is not known."""
    if context.location is None or provider.location is None:
        return UNKNOWN_M
    return distance_m(context.location, provider.location)


def travel_limit(context: NeedContext, provider: Provider) -> int:
    """Return the metres beyond which the provider is too far: its own limit or the search radius."""
    own = UNKNOWN_M if provider.max_travel_km is None else to_metres(provider.max_travel_km)
    return min(context.search_radius_m, own)


def units_wanted(context: NeedContext) -> int:
    """Return the least number of units that a provider must have free."""
    return context.need.units if context.need.is_indivisible else 1


def ready_at(provider: Provider) -> int | None:
    """Return when the cooldown ends, in microseconds since 1970; None if it was never asked."""
    return cooldown_end(provider.last_referral_at, provider.cooldown_hours)


def cooldown_end(asked: datetime | None, hours: int) -> int | None:
    """Return `ready_at` of a provider that was last asked then."""
    return None if asked is None else min(to_microseconds(asked) + hours * _HOUR, LATEST)


def serves_area(context: NeedContext, serves: Iterable[AreaCode]) -> bool:
    """Whether areas served include the need's community or one around it; no area means all."""
    served = frozenset(serves)
    return not served or not served.isdisjoint(context.area_codes)


def is_available(context: NeedContext, hours: WeeklyAvailability | None) -> bool:
    """Whether weekly hours leave enough unbroken time; unknown hours do not exclude."""
    return context.window is None or hours is None or context.window.fits(hours)


def is_of_age(context: NeedContext, eligibility: Eligibility) -> bool:
    """Whether the resident's age is within the bounds; an unknown age is."""
    if context.age is None:
        return True
    is_old_enough = eligibility.min_age is None or context.age >= eligibility.min_age
    return is_old_enough and (eligibility.max_age is None or context.age <= eligibility.max_age)


def is_in_hardship_served(context: NeedContext, eligibility: Eligibility) -> bool:
    """Whether the resident's hardship is among that served; unknown hardship is."""
    hardship = () if context.resident is None else context.resident.hardship
    return not hardship or not eligibility.hardship or not set(hardship).isdisjoint(eligibility.hardship)


def speaks_with(context: NeedContext, languages: tuple[str, ...]) -> bool:
    """Whether provider and resident share a language; unknown on either side does not exclude."""
    spoken = () if context.resident is None else context.resident.languages
    return not spoken or not languages or not set(spoken).isdisjoint(languages)


def accommodates(context: NeedContext, accessibility: tuple[str, ...] | None) -> bool:
    """Whether all that the resident needs is on offer; an unknown offer does not exclude."""
    needed = () if context.resident is None else context.resident.accessibility
    return accessibility is None or set(needed).issubset(accessibility)


def _is_inactive(context: NeedContext, provider: Provider) -> bool:  # noqa: ARG001 - one signature for all
    return not provider.is_active


def _is_not_skilled(context: NeedContext, provider: Provider) -> bool:
    values = ((skill_value(each, provider.skills), each.min_level) for each in context.requirements)
    return any(value == 0 or value < least for value, least in values)


def _has_no_capacity(context: NeedContext, provider: Provider) -> bool:
    return provider.capacity.remaining < units_wanted(context)


def _is_too_far(context: NeedContext, provider: Provider) -> bool:
    is_beyond = distance_between(context, provider) > travel_limit(context, provider)
    return is_beyond and not context.category.is_remote


def _is_outside_service_area(context: NeedContext, provider: Provider) -> bool:
    return not serves_area(context, provider.serves)


def _is_unavailable(context: NeedContext, provider: Provider) -> bool:
    return not is_available(context, provider.availability)


def _is_not_eligible(context: NeedContext, provider: Provider) -> bool:
    return not (
        is_of_age(context, provider.eligibility)
        and is_in_hardship_served(context, provider.eligibility)
        and speaks_with(context, provider.languages)
        and accommodates(context, provider.accessibility)
    )


def _is_not_verified(context: NeedContext, provider: Provider) -> bool:
    if context.verified_since is None:
        return False
    return provider.verified_at is None or to_microseconds(provider.verified_at) < context.verified_since


def _is_excluded(context: NeedContext, provider: Provider) -> bool:
    return provider.id in context.excluded


def _is_on_cooldown(context: NeedContext, provider: Provider) -> bool:
    ready = ready_at(provider)
    is_resting = ready is not None and ready > context.now
    return is_resting or has_reached_cap(provider)


def has_reached_cap(provider: Provider) -> bool:
    """Whether the provider was asked as often in 30 days as it may be."""
    return provider.monthly_cap is not None and provider.recent_referrals >= provider.monthly_cap


_FAILS: dict[Reason, Callable[[NeedContext, Provider], bool]] = {
    Reason.INACTIVE: _is_inactive,
    Reason.NOT_SKILLED: _is_not_skilled,
    Reason.NO_CAPACITY: _has_no_capacity,
    Reason.TOO_FAR: _is_too_far,
    Reason.OUTSIDE_SERVICE_AREA: _is_outside_service_area,
    Reason.UNAVAILABLE_AT_TIME: _is_unavailable,
    Reason.NOT_ELIGIBLE: _is_not_eligible,
    Reason.NOT_VERIFIED: _is_not_verified,
    Reason.EXCLUDED: _is_excluded,
    Reason.ON_COOLDOWN: _is_on_cooldown,
}


def failing_rules(context: NeedContext, provider: Provider) -> tuple[Reason, ...]:
    """Return the reasons against a provider, in rule order; empty if it is eligible."""
    return tuple(reason for reason, fails in _FAILS.items() if fails(context, provider))


def is_candidate(context: NeedContext, provider: Provider) -> bool:
    """Whether a provider is counted when the answer says why others were not suggested.

    It is if it offers a required skill to any degree, or lies within the search radius. A need
    served by phone that asks for no skill is open to everybody, so everybody counts.
    """
    if not context.requirements and context.category.is_remote:
        return True
    is_near = distance_between(context, provider) <= context.search_radius_m
    return is_near or any(skill_value(each, provider.skills) for each in context.requirements)
