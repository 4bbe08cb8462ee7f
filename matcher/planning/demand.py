"""The open needs of a city or a part of it, with all that bears on them: read from a store at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from graph_models.domain.errors import InvalidValue, UnknownReference
from graph_models.domain.identifiers import AreaCode, CategoryId, NeedId, ProviderId, ResidentId
from graph_models.domain.needs import Need, NeedStatus
from graph_models.domain.people import Resident
from graph_models.domain.progress import asked_already, left_of
from graph_models.domain.referrals import Account, Referral, ReferralStatus
from graph_models.ports import MAX_BATCH, GraphStore
from matcher.catalogue import Catalogue
from matcher.context import History, NeedContext, gather_context


@dataclass(frozen=True, slots=True)
class PlanScope:
    """Which open needs a plan is for: those in one of the areas and of one of the categories.

    Parameters
    ----------
    area_codes, category_ids
        Empty means all.
    """

    area_codes: frozenset[AreaCode] = frozenset()
    category_ids: frozenset[CategoryId] = frozenset()


@dataclass(frozen=True, slots=True)
class Demand:
    """What a plan has to serve.

    Parameters
    ----------
    contexts
        Open needs in the order of their ids, each with the units that are left to serve.
    locked
        Referrals that are under way for open needs.
    covered
        Needs whose units are all under way.
    unusable
        Needs that cannot be matched, with the rule that they break.
    """

    contexts: tuple[NeedContext, ...]
    locked: tuple[Referral, ...]
    covered: tuple[NeedId, ...]
    unusable: Mapping[NeedId, str]


def check_scope(catalogue: Catalogue, scope: PlanScope) -> None:
    """Refuse a scope that nothing can be in.

    Raises
    ------
    UnknownReference
        If it names an area or category that does not exist.
    """
    for code in sorted(scope.area_codes):
        if code not in catalogue.areas:
            raise UnknownReference("area_codes", "Area", code)
    for category_id in sorted(scope.category_ids):
        if category_id not in catalogue.categories:
            raise UnknownReference("category_ids", "Category", category_id)


def read_demand(store: GraphStore, catalogue: Catalogue, now: datetime, scope: PlanScope) -> Demand:
    """Read the open needs of a scope that has been checked."""
    needs, resident_of = _read_needs(store, scope)
    past = _Past(store, resident_of)
    residents = _read_residents(store, (each.resident_id for each in needs))
    contexts, covered, unusable = [], [], {}
    for need in needs:
        left = left_of(need, past.referrals.get(need.id, ()))
        if left is None:
            covered.append(need.id)
            continue
        try:
            resident = residents.get(need.resident_id) if need.resident_id else None
            context = gather_context(left, catalogue, now, resident, past.of(need))
        except (InvalidValue, UnknownReference) as error:
            unusable[need.id] = str(error)
            continue
        if _is_in(context, scope):
            contexts.append(context)
    chosen = {context.need.id for context in contexts} | set(covered)
    locked = [
        each for key in chosen for each in past.referrals.get(key, ()) if each.account is Account.RESERVED
    ]
    locked.sort(key=lambda each: each.id)
    return Demand(tuple(contexts), tuple(locked), tuple(covered), unusable)


def _read_needs(store: GraphStore, scope: PlanScope) -> tuple[list[Need], dict[NeedId, ResidentId | None]]:
    """Return the open needs of the categories, and whose each need was, open or not."""
    needs, resident_of = [], {}
    for stored in store.scan(Need):
        need = stored.value
        resident_of[need.id] = need.resident_id
        is_asked_for = not scope.category_ids or need.category_id in scope.category_ids
        if need.status is NeedStatus.ACTIVE and is_asked_for:
            needs.append(need)
    return needs, resident_of


def _read_residents(store: GraphStore, keys: Iterable[ResidentId | None]) -> dict[ResidentId, Resident]:
    wanted = sorted({key for key in keys if key is not None})
    residents: dict[ResidentId, Resident] = {}
    for start in range(0, len(wanted), MAX_BATCH):
        found = store.get_many(Resident, wanted[start : start + MAX_BATCH])
        residents.update((stored.value.id, stored.value) for stored in found.values())
    return residents


class _Past:
    """What became of earlier referrals."""

    def __init__(self, store: GraphStore, resident_of: Mapping[NeedId, ResidentId | None]) -> None:
        self.referrals: dict[NeedId, list[Referral]] = defaultdict(list)
        self._served: dict[ResidentId | None, set[ProviderId]] = defaultdict(set)
        for stored in store.scan(Referral):
            each = stored.value
            self.referrals[each.need_id].append(each)
            if each.status is ReferralStatus.COMPLETED:
                self._served[resident_of.get(each.need_id)].add(each.provider_id)

    def of(self, need: Need) -> History:
        """Return who served the resident before, and who must not be asked about the need again."""
        served = frozenset[ProviderId]()
        if need.resident_id is not None:
            served = frozenset(self._served.get(need.resident_id, ()))
        return History(served, asked_already(self.referrals.get(need.id, ())))


def _is_in(context: NeedContext, scope: PlanScope) -> bool:
    return not scope.area_codes or not scope.area_codes.isdisjoint(context.area_codes)
