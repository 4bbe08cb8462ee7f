"""The queue as a plain question to a store: nothing is remembered, nothing is numbered."""

from __future__ import annotations

from typing import Any

from graph_models.domain.audit import AuditEvent
from graph_models.domain.categories import Category
from graph_models.domain.needs import Need, NeedStatus, Urgency
from graph_models.domain.people import Resident
from graph_models.domain.places import AREA_LEVELS, Area
from graph_models.domain.progress import progress_of
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.ports import GraphStore
from matcher.work_queue import QueueFilter, WorkState

UNDER_WAY = {ReferralStatus.ACCEPTED, ReferralStatus.IN_PROGRESS, ReferralStatus.ON_HOLD}
BY_WORTH = [
    *("in-progress", "accepted", "on-hold", "requested", "draft", "completed", "failed", "rejected"),
    "cancelled",
]
Line = dict[str, Any]


def plain_queue(
    store: GraphStore, asked: QueueFilter, actor: str, within: Any
) -> tuple[list[Line], list[Line]]:
    """Lines that a filter leaves, and those that it leaves without its state."""
    lines = [line_of(store, each.value.id, actor) for each in store.scan(Need)]
    found = [each for each in lines if each is not None and is_asked_for(store, each, asked, within)]
    found.sort(key=lambda each: each["place"])
    return [each for each in found if asked.state in (None, each["state"])], found


def line_of(store: GraphStore, key: str, actor: str) -> Line | None:
    stored = store.get(Need, key)
    need = stored.value
    if need.status not in (NeedStatus.ACTIVE, NeedStatus.ON_HOLD):
        return None
    referrals = [each.value for each in store.scan(Referral) if each.value.need_id == key]
    statuses = {each.status for each in referrals}
    area = store.get(Area, need.community_code).value if need.community_code else None
    point = need.location or (area.location if area else None)
    level = -1 if need.escalation_level is None else AREA_LEVELS.index(need.escalation_level)
    urgency = list(Urgency).index(need.urgency)
    return {
        "need": need,
        "revision": stored.revision,
        "state": WorkState.UNDER_WAY
        if statuses & UNDER_WAY
        else WorkState.WAITING
        if ReferralStatus.REQUESTED in statuses
        else WorkState.OPEN,
        "referral_status": next((each for each in BY_WORTH if each in statuses), None),
        "units_left": progress_of(need, referrals).open,
        "is_mine": any(is_by(each.value, key, actor) for each in store.scan(AuditEvent)),
        "point": None if point is None else (point.latitude, point.longitude),
        "place": (-urgency, -level, need.created_at, need.id),
    }


def is_by(event: AuditEvent, need_id: str, actor: str) -> bool:
    owning = ("need.acknowledged", "referral.draft", "referral.requested")
    return event.need_id == need_id and event.actor == actor and event.action in owning


def is_asked_for(store: GraphStore, line: Line, asked: QueueFilter, within: Any) -> bool:
    need: Need = line["need"]
    codes = [need.community_code]
    if need.resident_id is not None:
        resident = store.get(Resident, need.resident_id).value
        codes += [resident.registration_code, resident.residence_code]
    code = need.community_code
    return (
        (within is None or any(each is not None and each.startswith(within) for each in codes))
        and (asked.area_code is None or (code is not None and code.startswith(asked.area_code)))
        and asked.category_id in (None, need.category_id)
        and asked.is_mine in (None, line["is_mine"])
        and (asked.search is None or asked.search.casefold() in text_of(store, need).casefold())
    )


def text_of(store: GraphStore, need: Need) -> str:
    category = store.get(Category, need.category_id).value
    names = [need.id, category.id, category.name_en, category.name_zh]
    code = need.community_code
    while code is not None:
        area = store.get(Area, code).value
        names.append(area.name)
        code = area.parent_code
    return "\n".join(names)
