"""What happened before: services that volunteers completed, and refusals of open needs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from graph_models.city.crowd import Crowd, skills_by_popularity, volunteer_id
from graph_models.city.draws import Part, stream
from graph_models.city.menu import first_skill
from graph_models.city.needs import need_id
from graph_models.city.placement import to_location
from graph_models.city.residents import People
from graph_models.domain.identifiers import CategoryId, NeedId, ReferralId
from graph_models.domain.needs import Need, NeedStatus
from graph_models.domain.referrals import Referral, ReferralStatus

COMPANIONSHIP = CategoryId("companionship")
# Completed services lie further back than the 30 days that recent referrals count: as fresh ones
# they would keep the very volunteers on cooldown whose continuity should show.
SERVED_DAYS_AGO = (31, 331)
REFUSED_MINUTES_AGO = (5, 59)


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Needs that were served, referrals, and when each volunteer (by position) was asked."""

    past_needs: tuple[Need, ...]
    referrals: tuple[Referral, ...]
    asked_at: dict[int, list[datetime]]


def draw_history(
    people: People, crowd: Crowd, services: int, refusals: int, seed: int, as_of: datetime
) -> History:
    """Draw `services` completed services and `refusals` of open needs, each of another resident.

    A volunteer of the same street with the skill that the resident needs again is preferred, so that
    continuity shows in suggestions; failing one, it was a visit for company.

    Parameters
    ----------
    services, refusals
        Each at most the number of residents.
    """
    rng = stream(seed, Part.HISTORY)
    total = len(people.residents)
    past_needs: list[Need] = []
    referrals: list[Referral] = []
    asked_at: dict[int, list[datetime]] = defaultdict(list)
    for number, at in enumerate(rng.permutation(total)[:services].tolist(), start=1):
        category_id, helper = _helper(rng, people, crowd, at)
        days_ago = int(rng.integers(*SERVED_DAYS_AGO))
        need = _past_need(people, at, number, category_id, as_of - timedelta(days=days_ago + 2))
        past_needs.append(need)
        asked = need.created_at + timedelta(days=1)
        asked_at[helper].append(asked)
        referrals.append(_referral(len(referrals) + 1, need.id, helper, ReferralStatus.COMPLETED, asked))
    refused = sorted(rng.permutation(total).tolist(), key=lambda at: not _is_for_volunteers(people, at))
    for at in refused[:refusals]:
        _, helper = _helper(rng, people, crowd, at)
        asked = as_of - timedelta(minutes=int(rng.integers(*REFUSED_MINUTES_AGO)))
        asked_at[helper].append(asked)
        referrals.append(_referral(len(referrals) + 1, need_id(at), helper, ReferralStatus.REJECTED, asked))
    return History(tuple(past_needs), tuple(referrals), asked_at)


def _is_for_volunteers(people: People, at: int) -> bool:
    return first_skill(people.category_ids[at]) in skills_by_popularity()


def _helper(rng: np.random.Generator, people: People, crowd: Crowd, at: int) -> tuple[CategoryId, int]:
    """Return the category in which a resident was helped, and the position of a volunteer."""
    for category_id in (people.category_ids[at], COMPANIONSHIP):
        helper = crowd.find(rng, int(people.community[at]), first_skill(category_id))
        if helper is not None:
            return category_id, helper
    return COMPANIONSHIP, int(rng.integers(len(crowd.skills)))


def _past_need(people: People, at: int, number: int, category_id: CategoryId, raised: datetime) -> Need:
    resident = people.residents[at]
    return Need(
        id=NeedId(f"need-past-{number:05}"),
        category_id=category_id,
        created_at=raised,
        resident_id=resident.id,
        community_code=resident.residence_code,
        location=to_location(people.points[at]),
        status=NeedStatus.COMPLETED,
        is_synthetic=True,
    )


def _referral(number: int, need: NeedId, helper: int, status: ReferralStatus, asked: datetime) -> Referral:
    return Referral(
        ReferralId(f"referral-{number:06}"), need, volunteer_id(helper), status, asked, is_synthetic=True
    )
