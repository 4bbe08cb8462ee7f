"""Providers: whoever can serve a need, with what they can still take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from graph_models.domain.checks import (
    check_aware,
    check_integer,
    check_number,
    check_text,
    sort_field,
)
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import AreaCode, ProviderId, check_id
from graph_models.domain.people import check_terms
from graph_models.domain.places import Location
from graph_models.domain.schedules import WeeklyAvailability
from graph_models.domain.skills import SkillOffer

KIND_PATTERN = r"[a-z][a-z0-9]*(_[a-z0-9]+)*"
_KIND = re.compile(KIND_PATTERN)


@dataclass(frozen=True, slots=True)
class Capacity:
    """Units a provider can take, and what became of them.

    Raises
    ------
    InvalidValue
        If a count is negative or more units are reserved and consumed than there are.

    Examples
    --------
    >>> Capacity(total=4, reserved=1, consumed=1).remaining
    2
    """

    total: int
    reserved: int = 0
    consumed: int = 0

    def __post_init__(self) -> None:
        check_integer("capacity.total", self.total)
        check_integer("capacity.reserved", self.reserved)
        check_integer("capacity.consumed", self.consumed)
        if self.reserved + self.consumed > self.total:
            raise InvalidValue("capacity.total", "cover reserved and consumed units", self.total)

    @property
    def remaining(self) -> int:
        """Units still free: total − reserved − consumed, never below 0."""
        return self.total - self.reserved - self.consumed


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whom a provider serves; a bound that is None or empty excludes nobody.

    Parameters
    ----------
    min_age, max_age
        Whole years, both inclusive.
    hardship
        The resident must have at least one of these categories of hardship.
    """

    min_age: int | None = None
    max_age: int | None = None
    hardship: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in ("min_age", "max_age"):
            if getattr(self, field) is not None:
                check_integer(f"eligibility.{field}", getattr(self, field), most=150)
        if self.min_age is not None and self.max_age is not None and self.min_age > self.max_age:
            raise InvalidValue("eligibility.max_age", "not be less than min_age", self.max_age)
        check_terms("eligibility.hardship", self.hardship)
        sort_field(self, "hardship")


@dataclass(frozen=True, slots=True)
class Provider:
    """A social-work station, a volunteer, a charity or any other kind that can serve a need.

    Parameters
    ----------
    id
        Identifier, unique among all kinds.
    kind
        ``station``, ``volunteer``, ``charity`` or another snake_case word: the set is open.
    name
        Public name of an organisation; for a volunteer a display name without personal data.
    capacity
        Units that can be taken.
    skills
        Skills on offer, each with its level.
    location
        Where it starts from, if known.
    community_code
        The community it is based in.
    serves
        Areas it serves, each with all that lies in it; empty means no restriction.
    member_of
        The station or charity that a volunteer belongs to.
    max_travel_km
        How far it goes, if limited.
    availability
        Weekly hours; None when they are not known, which does not exclude.
    eligibility
        Whom it serves.
    languages
        Language tags spoken; empty when not known, which does not exclude.
    accessibility
        What it offers (``wheelchair``); None when not known, which does not exclude.
    is_active
        Whether it can be suggested at all.
    verified_at
        When its identity and record were last checked.
    monthly_cap
        Most referrals within 30 days, if limited.
    cooldown_hours
        Least time between two referrals.
    recent_referrals
        Referrals within the last 30 days; the clock takes off what is older, see `RecentReferral`.
    last_referral_at
        When it was last asked.
    source
        Where the record came from.
    is_synthetic
        Whether it was made up for a demonstration.
    """

    id: ProviderId
    kind: str
    name: str
    capacity: Capacity
    skills: tuple[SkillOffer, ...] = ()
    location: Location | None = None
    community_code: AreaCode | None = None
    serves: tuple[AreaCode, ...] = ()
    member_of: ProviderId | None = None
    max_travel_km: float | None = None
    availability: WeeklyAvailability | None = None
    eligibility: Eligibility = Eligibility()
    languages: tuple[str, ...] = ()
    accessibility: tuple[str, ...] | None = None
    is_active: bool = True
    verified_at: datetime | None = None
    monthly_cap: int | None = None
    cooldown_hours: int = 0
    recent_referrals: int = 0
    last_referral_at: datetime | None = None
    source: str | None = None
    is_synthetic: bool = False

    def __post_init__(self) -> None:
        check_id("provider.id", self.id)
        if not isinstance(self.kind, str) or len(self.kind) > 64 or _KIND.fullmatch(self.kind) is None:
            raise InvalidValue("provider.kind", "be a snake_case word of at most 64 letters", self.kind)
        check_text("provider.name", self.name)
        self._check_references()
        self._check_limits()
        if self.source is not None:
            check_text("provider.source", self.source)

    def _check_references(self) -> None:
        sort_field(self, "skills", key=lambda each: each.skill_id)
        for field in ("serves", "languages"):
            check_terms(f"provider.{field}", getattr(self, field))
            sort_field(self, field)
        if self.accessibility is not None:
            check_terms("provider.accessibility", self.accessibility)
            sort_field(self, "accessibility")
        for field in ("community_code", "member_of"):
            if getattr(self, field) is not None:
                check_id(f"provider.{field}", getattr(self, field))
        if self.member_of == self.id:
            raise InvalidValue("provider.member_of", "not be the provider itself")

    def _check_limits(self) -> None:
        if self.max_travel_km is not None:
            check_number("provider.max_travel_km", self.max_travel_km, least=0, most=20_040)
        for field in ("verified_at", "last_referral_at"):
            if getattr(self, field) is not None:
                check_aware(f"provider.{field}", getattr(self, field))
        if self.monthly_cap is not None:
            check_integer("provider.monthly_cap", self.monthly_cap)
        check_integer("provider.cooldown_hours", self.cooldown_hours, most=24 * 366)
        check_integer("provider.recent_referrals", self.recent_referrals)
