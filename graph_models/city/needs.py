"""Needs: one open need a resident, with urgency, units and a window in the coming two weeks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from graph_models.city.crowd import Crowd, volunteer_id
from graph_models.city.draws import Part, choose, deal, stream
from graph_models.city.hierarchy import TIME_ZONE
from graph_models.city.menu import ACUTE, first_skill
from graph_models.city.placement import to_location
from graph_models.city.residents import People
from graph_models.domain.identifiers import CategoryId, NeedId, ProviderId
from graph_models.domain.needs import Need, Urgency
from graph_models.domain.schedules import TimeWindow

URGENCY = {Urgency.ROUTINE: 70, Urgency.URGENT: 22, Urgency.ASAP: 7, Urgency.STAT: 1}
URGENCY_ACUTE = {Urgency.ROUTINE: 10, Urgency.URGENT: 40, Urgency.ASAP: 35, Urgency.STAT: 15}
UNITS = {1: 60, 2: 22, 3: 12, 4: 6}
# Casework and one-off help, which is wanted once; everything else may be wanted several times.
ONE_OFF = ACUTE | {
    "accessible_transport",
    "assistive_devices",
    "basic_living",
    "funeral_aid",
    "home_adaptation",
    "housing_support",
    "medical_aid",
    "policy_advice",
    "sign_language",
    "temporary_relief",
}
INDIVISIBLE_PERCENT = 25
EXCLUDES_PERCENT = 1
# Start (hour of the day) and length in hours; None for any time.
WINDOWS: dict[tuple[int, int] | None, int] = {
    (8, 4): 20,
    (14, 4): 20,
    (18, 3): 12,
    (8, 10): 18,
    (8, 58): 10,
    None: 20,
}
DAYS_AHEAD = 10
DAYS_AHEAD_URGENT = 2
OLDEST_MINUTES = 10 * 24 * 60


def need_id(at: int) -> NeedId:
    """Return the id of the open need of the resident at a position, counted from 0."""
    return NeedId(f"need-{at + 1:06}")


def open_needs(people: People, crowd: Crowd, seed: int, as_of: datetime) -> Iterator[Need]:
    """Iterate over the open needs, in order of resident."""
    rng = stream(seed, Part.NEEDS)
    size = len(people.residents)
    is_acute = [category_id in ACUTE for category_id in people.category_ids]
    urgencies = {
        True: iter(deal(rng, URGENCY_ACUTE, sum(is_acute))),
        False: iter(deal(rng, URGENCY, size - sum(is_acute))),
    }
    units, windows = choose(rng, UNITS, size), choose(rng, WINDOWS, size)
    is_indivisible = (rng.integers(100, size=size) < INDIVISIBLE_PERCENT).tolist()
    days = rng.integers(DAYS_AHEAD, size=size).tolist()
    minutes_ago = rng.integers(60, OLDEST_MINUTES, size=size).tolist()
    for at, (resident, category_id) in enumerate(zip(people.residents, people.category_ids, strict=True)):
        urgency = next(urgencies[is_acute[at]])
        wanted = 1 if category_id in ONE_OFF else units[at]
        ahead = days[at] if urgency is Urgency.ROUTINE else days[at] % DAYS_AHEAD_URGENT
        yield Need(
            id=need_id(at),
            category_id=category_id,
            created_at=as_of - timedelta(minutes=minutes_ago[at]),
            resident_id=resident.id,
            community_code=resident.residence_code,
            location=to_location(people.points[at]),
            urgency=urgency,
            units=wanted,
            is_indivisible=wanted > 1 and is_indivisible[at],
            time_window=_window(as_of, 1 + ahead, windows[at]),
            excluded_provider_ids=_excluded(rng, crowd, int(people.community[at]), category_id),
            is_synthetic=True,
        )


def _window(as_of: datetime, days: int, hours: tuple[int, int] | None) -> TimeWindow | None:
    if hours is None:
        return None
    start_hour, length_hours = hours
    zone = ZoneInfo(TIME_ZONE)
    day = as_of.astimezone(zone).date() + timedelta(days=days)
    start = datetime.combine(day, time(start_hour), zone).astimezone(UTC)
    return TimeWindow(start, start + timedelta(hours=length_hours))


def _excluded(
    rng: np.random.Generator, crowd: Crowd, community: int, category_id: CategoryId
) -> tuple[ProviderId, ...]:
    """One need in a hundred rules out a volunteer nearby who could serve it, if there is one."""
    if rng.integers(100) >= EXCLUDES_PERCENT:
        return ()
    found = crowd.find(rng, community, first_skill(category_id))
    return () if found is None else (volunteer_id(found),)
