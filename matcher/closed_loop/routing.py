"""Whom a need is pushed to: the staff of both communities of its resident, then whoever is above them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from graph_models.domain.identifiers import AreaCode
from graph_models.domain.needs import Need, NeedStatus
from graph_models.domain.people import Resident
from graph_models.domain.places import AREA_LEVELS, Area, AreaLevel
from graph_models.ports import NEW, GraphStore, Operation, Put, Stored
from matcher.closed_loop.acts import Act
from matcher.closed_loop.policy import LoopPolicy


def communities_of(need: Need, resident: Resident | None) -> tuple[AreaCode, ...]:
    """Return where help is wanted and where its resident is registered and lives, each once.

    Examples
    --------
    >>> from datetime import datetime, UTC
    >>> need = Need("n1", "meals", datetime(2026, 3, 2, tzinfo=UTC), community_code="440103001101")
    >>> communities_of(need, Resident("r1", "440104002001", "440103001101"))
    ('440103001101', '440104002001')
    """
    codes = {need.community_code}
    if resident is not None:
        codes |= {resident.registration_code, resident.residence_code}
    return tuple(sorted(code for code in codes if code is not None))


def raising(
    need: Need, audience: tuple[AreaCode, ...], act: Act, policy: LoopPolicy
) -> tuple[Operation, ...]:
    """Return what it takes to store a new need and push it to the staff of its communities.

    A need that nobody is sought for yet is stored and not pushed.
    """
    created = act.event("need.created", "Need", need.id, need_id=need.id)
    if need.status is not NeedStatus.ACTIVE:
        return Put(need, NEW), Put(created, NEW)
    called, pushed = calling(Stored(need, NEW), audience, act, policy)
    return called, Put(created, NEW), pushed


def calling(
    need: Stored[Need], audience: tuple[AreaCode, ...], act: Act, policy: LoopPolicy
) -> tuple[Operation, ...]:
    """Return what it takes to push a need to the staff of its communities for the first time."""
    key, level = need.value.id, AreaLevel.COMMUNITY
    pushed = act.event("need.pushed", "Need", key, need_id=key, level=level, audience=audience)
    due = act.at + policy.wait(need.value.urgency)
    called = replace(need.value, escalation_level=level, answer_due_at=due)
    return Put(called, need.revision), Put(pushed, NEW)


def acknowledging(need: Stored[Need], act: Act, policy: LoopPolicy) -> tuple[Operation, ...]:
    """Return what it takes to note that somebody acts on a need: it waits for that as for an answer.

    A clock that does not run is not started.
    """
    key = need.value.id
    due = None if need.value.answer_due_at is None else act.at + policy.wait(need.value.urgency)
    event = act.event("need.acknowledged", "Need", key, need_id=key)
    return Put(replace(need.value, answer_due_at=due), need.revision), Put(event, NEW)


def escalating(
    need: Stored[Need], audience: tuple[AreaCode, ...], act: Act, policy: LoopPolicy
) -> tuple[Operation, ...]:
    """Return what it takes to push a need to the level above the one that did not answer.

    There is none above the city: there it stays until somebody acts.
    """
    level = level_above(need.value)
    due = None if level is AREA_LEVELS[-1] else act.at + policy.wait(need.value.urgency)
    key = need.value.id
    pushed = act.event("need.escalated", "Need", key, need_id=key, level=level, audience=audience)
    climbed = replace(need.value, escalation_level=level, answer_due_at=due)
    return Put(climbed, need.revision), Put(pushed, NEW)


def level_above(need: Need) -> AreaLevel:
    """Return the level that a need climbs to next."""
    at = -1 if need.escalation_level is None else AREA_LEVELS.index(need.escalation_level)
    return AREA_LEVELS[min(at + 1, len(AREA_LEVELS) - 1)]


def areas_at(store: GraphStore, codes: Iterable[AreaCode], level: AreaLevel) -> tuple[AreaCode, ...]:
    """Return the areas of a level in which some areas lie; the widest there is where a level is skipped."""
    reached: set[AreaCode] = set()
    climbing = set(codes)
    while climbing:
        areas = [stored.value for stored in store.get_many(Area, sorted(climbing)).values()]
        there = {each.code for each in areas if _is_there(each, level)}
        reached |= there
        climbing = {
            each.parent_code for each in areas if each.code not in there and each.parent_code is not None
        }
    return tuple(sorted(reached))


def _is_there(area: Area, level: AreaLevel) -> bool:
    return area.parent_code is None or AREA_LEVELS.index(area.level) >= AREA_LEVELS.index(level)
