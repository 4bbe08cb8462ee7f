"""Hypothesis strategies for small cities in which every rule and factor has something to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from graph_models.domain.categories import Category
from graph_models.domain.needs import Need, Urgency
from graph_models.domain.people import Resident
from graph_models.domain.places import Area, AreaLevel, Location
from graph_models.domain.providers import Capacity, Eligibility, Provider
from graph_models.domain.schedules import TimeWindow, WeeklyAvailability, WeeklySlot
from graph_models.domain.skills import RelatedSkill, Skill, SkillOffer, SkillRequirement
from matcher.catalogue import Catalogue, compile_catalogue
from matcher.context import History, NeedContext, gather_context
from matcher.parameters import MatchParameters, Weights, default_parameters

SPRING = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)  # clocks in Berlin go from 02:00 to 03:00 one hour later
AUTUMN = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # and back from 03:00 to 02:00 one hour later
ZONES = ("Europe/Berlin", "Asia/Shanghai", None)
PLACES = tuple(Location(52.5 + north / 50, 13.4 + east / 30) for north in range(4) for east in range(4))
CODES = ("11", "1101", "1102", "110101", "110102", "1101011", "1101012", "1102011")
PARENTS = {code: code[:-1] if len(code) == 7 else code[:-2] for code in CODES[1:]} | {"1102011": "1102"}
LEVELS = {2: AreaLevel.CITY, 4: AreaLevel.DISTRICT, 6: AreaLevel.STREET, 7: AreaLevel.COMMUNITY}
COMMUNITIES = tuple(code for code in CODES if len(code) == 7)
SKILL_TREE = {
    "care": None,
    "care.body": "care",
    "care.body.bath": "care.body",
    "care.body.feed": "care.body",
    "care.talk": "care",
    "trade": None,
    "trade.wood": "trade",
    "trade.water": "trade",
}
KINDS = ("volunteer", "station", "charity", "social_organisation")
TERMS = ("a", "b", "c")

maybe = st.booleans
levels = st.sampled_from((0.000001, 0.3, 0.5, 0.8, 1.0)) | st.floats(0.000001, 1)
places = st.sampled_from(PLACES) | st.builds(Location, st.floats(52.4, 52.6), st.floats(13.3, 13.6))
terms = st.lists(st.sampled_from(TERMS), max_size=2, unique=True).map(tuple)
codes = st.lists(st.sampled_from(CODES), max_size=2, unique=True).map(tuple)
# Any time in a year, or to the second where a verification or a cooldown ends.
instants = st.integers(-60 * 24 * 400, 60).map(
    lambda minutes: AUTUMN + timedelta(minutes=minutes)
) | st.builds(
    lambda now, days: now - timedelta(days=days),
    st.sampled_from((SPRING, AUTUMN)),
    st.sampled_from((1, 30, 365)),
)


def _some(strategy: st.SearchStrategy, chance: int = 2) -> st.SearchStrategy:
    """The strategy, or None once in `chance` times."""
    return st.integers(1, chance).flatmap(lambda drawn: st.none() if drawn == 1 else strategy)


@dataclass(frozen=True)
class City:
    """A small city: what a store would hold, and one need to be served."""

    areas: list[Area]
    skills: list[Skill]
    categories: list[Category]
    providers: list[Provider]
    parameters: MatchParameters
    need: Need
    resident: Resident | None
    history: History
    now: datetime

    def catalogue(self) -> Catalogue:
        return compile_catalogue(self.areas, self.skills, self.categories, self.parameters)

    def context(self) -> NeedContext:
        return gather_context(self.need, self.catalogue(), self.now, self.resident, self.history)


@st.composite
def areas(draw: st.DrawFn) -> list[Area]:
    """Two districts, one of them without streets; communities have a point."""
    zone = draw(st.sampled_from(ZONES))
    return [
        Area(
            code,
            LEVELS[len(code)],
            code,
            PARENTS.get(code),
            draw(st.sampled_from(PLACES)) if len(code) == 7 else None,
            zone if code == "11" else None,
        )
        for code in CODES
    ]


@st.composite
def skills(draw: st.DrawFn) -> list[Skill]:
    related = draw(
        st.dictionaries(st.sampled_from(tuple(SKILL_TREE)), st.sampled_from(tuple(SKILL_TREE)), max_size=3)
    )
    return [
        Skill(
            key,
            key,
            key,
            up,
            tuple(RelatedSkill(other, draw(st.floats(0.1, 0.9))) for other in _other(related, key)),
        )
        for key, up in SKILL_TREE.items()
    ]


def _other(related: dict[str, str], key: str) -> tuple[str, ...]:
    return () if related.get(key, key) == key else (related[key],)


requirements = st.dictionaries(
    st.sampled_from(("care", "care.body.bath", "care.talk", "trade")),
    st.sampled_from((0.0, 0.0, 0.2, 0.5)),
    max_size=2,
).map(lambda found: tuple(SkillRequirement(key, level) for key, level in found.items()))
offers = st.dictionaries(st.sampled_from(tuple(SKILL_TREE)), levels, min_size=1, max_size=3).map(
    lambda found: tuple(SkillOffer(key, level) for key, level in found.items())
)


@st.composite
def hours(draw: st.DrawFn) -> WeeklyAvailability:
    """Up to four slots, many of them touching midnight, Sunday night or each other."""
    bounds = (0, 90, 120, 150, 180, 540, 720, 1020, 1380, 1440)
    slots: list[WeeklySlot] = []
    for day in sorted(draw(st.lists(st.sampled_from((0, 3, 5, 6)), max_size=3, unique=True))):
        cuts = draw(st.lists(st.sampled_from(bounds), min_size=2, max_size=3, unique=True).map(sorted))
        slots += [WeeklySlot(day, start, end) for start, end in pairwise(cuts)]
    return WeeklyAvailability(tuple(slots))


@st.composite
def capacities(draw: st.DrawFn) -> Capacity:
    total = draw(st.integers(0, 5))
    reserved = draw(st.integers(0, total))
    return Capacity(total, reserved, draw(st.integers(0, total - reserved)))


@st.composite
def eligibilities(draw: st.DrawFn) -> Eligibility:
    least = draw(_some(st.integers(0, 80)))
    return Eligibility(least, draw(_some(st.integers(least or 0, 120))), draw(terms))


WHAT_MAY_EXCLUDE = {
    "capacity": capacities(),
    "location": st.none() | places,
    "serves": st.sampled_from(CODES[1:]).map(lambda code: (code,)) | codes,
    "max_travel_km": st.sampled_from((0, 1.5, 4, 40)),
    "availability": hours(),
    "eligibility": eligibilities(),
    "languages": terms,
    "accessibility": terms,
    "is_active": st.just(False),
    "verified_at": instants,
    "monthly_cap": st.sampled_from((0, 1, 15, 30)),
    "cooldown_hours": st.sampled_from((24, 24 * 366)),
    "last_referral_at": instants,
}


@st.composite
def providers(draw: st.DrawFn, key: str) -> Provider:
    """A provider that differs from an eligible one in a few things at most."""
    changes = draw(st.lists(st.sampled_from(tuple(WHAT_MAY_EXCLUDE)), max_size=3, unique=True))
    changes += draw(st.lists(st.sampled_from(("availability", "serves")), max_size=1))
    return replace(
        Provider(
            id=key,
            kind=draw(st.sampled_from(KINDS)),
            name=f"Provider {key}",
            capacity=Capacity(draw(st.integers(4, 8))),
            skills=draw(offers),
            location=draw(st.sampled_from(PLACES)),
            community_code=draw(st.sampled_from(COMMUNITIES)),
            verified_at=SPRING,
            recent_referrals=draw(st.integers(0, 30)),
        ),
        **{name: draw(WHAT_MAY_EXCLUDE[name]) for name in dict.fromkeys(changes)},
    )


@st.composite
def windows(draw: st.DrawFn) -> TimeWindow:
    """Minutes to two weeks, many of them over a change of clocks."""
    start = draw(st.sampled_from((SPRING, AUTUMN, AUTUMN + timedelta(days=4))))
    start += timedelta(minutes=draw(st.sampled_from((-1500, -90, 0, 30, 45, 300))))
    length = timedelta(minutes=draw(st.sampled_from((10, 60, 90, 240, 1440, 20_160))))
    return TimeWindow(start, start + length)


@st.composite
def categories(draw: st.DrawFn) -> Category:
    return Category(
        "help",
        "help",
        "help",
        draw(requirements),
        half_distance_km=draw(st.sampled_from((0.001, 1, 3, 20))),
        search_radius_km=draw(st.sampled_from((3, 6, 10, 100))),
        is_remote=draw(st.integers(0, 4)) == 0,
        requires_verification=draw(maybe()),
        visit_minutes=draw(st.sampled_from((1, 30, 60, 120))),
    )


@st.composite
def needs(draw: st.DrawFn, provider_ids: tuple[str, ...]) -> Need:
    """A need at a point, in a community, or both."""
    need = Need("n1", "help", SPRING, community_code=draw(st.sampled_from(COMMUNITIES)))
    if draw(maybe()):
        need = replace(need, location=draw(places), community_code=draw(_some(st.sampled_from(COMMUNITIES))))
    wishes = {
        "required_skills": requirements,
        "units": st.integers(2, 4),
        "is_indivisible": st.just(True),
        "time_window": windows(),
        "visit_minutes": st.sampled_from((1, 45, 300)),
        "search_radius_km": st.sampled_from((0, 2, 50)),
        "excluded_provider_ids": st.sampled_from(provider_ids).map(lambda key: (key,)),
    }
    chosen = draw(st.lists(st.sampled_from((*wishes, *["time_window"] * 4)), max_size=4))
    return replace(need, **{name: draw(wishes[name]) for name in dict.fromkeys(chosen)})


@st.composite
def residents(draw: st.DrawFn) -> Resident:
    birth_year = draw(_some(st.integers(1926, 2026)))
    return Resident("r1", COMMUNITIES[0], COMMUNITIES[0], draw(terms), birth_year, draw(terms), draw(terms))


@st.composite
def parameters(draw: st.DrawFn) -> MatchParameters:
    """The packaged ones, or others with uneven weights."""
    base = default_parameters()
    if draw(maybe()):
        return base
    cuts = sorted(draw(st.lists(st.integers(0, 1_000_000), min_size=4, max_size=4)))
    shares = [after - before for before, after in zip([0, *cuts], [*cuts, 1_000_000], strict=True)]
    return MatchParameters(
        default_weights=Weights(*shares),
        remote_weights=base.remote_weights,
        category_weights={},
        similarity_cut_off=draw(st.sampled_from((0, 500_000, 800_000))),
        continuity=base.continuity,
        half_referrals={"volunteer": draw(st.integers(1, 5))},
        default_half_referrals=draw(st.integers(1, 20)),
        verification_days=draw(st.sampled_from((1, 30, 365))),
        near_misses=draw(st.integers(0, 6)),
        nearest_community_m=draw(st.sampled_from((0, 1_000, 50_000))),
        urgency_weights={each: draw(st.integers(1, 4)) for each in Urgency},
    )


@st.composite
def cities(draw: st.DrawFn, max_providers: int = 12) -> City:
    """A city with one need."""
    ids = [f"p{number}" for number in draw(st.permutations(range(draw(st.integers(0, max_providers)))))]
    named = st.lists(st.sampled_from(("p0", "p1", "p2", "gone")), max_size=2).map(frozenset)
    return City(
        areas=draw(areas()),
        skills=draw(skills()),
        categories=[draw(categories())],
        providers=[draw(providers(key)) for key in ids],
        parameters=draw(parameters()),
        need=draw(needs(("p0", "p3", "gone"))),
        resident=draw(_some(residents())),
        history=History(draw(named), draw(named)),
        now=draw(st.sampled_from((SPRING, AUTUMN))),
    )
