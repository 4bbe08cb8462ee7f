"""A need with all that a store knows of it: read, and remembered for when the store is away."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar

from graph_models.domain.audit import AuditEvent
from graph_models.domain.errors import NotFound, UnknownReference
from graph_models.domain.identifiers import NeedId, ProviderId, ResidentId
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.domain.providers import Provider
from graph_models.domain.referrals import Referral
from graph_models.ports import ChangeSet, GraphStore, Stored, Within
from matcher.catalogue import Catalogue
from matcher.context import History, NeedContext
from matcher.memory import Mark, Memory
from matcher.past import what_is_left, who_served

R = TypeVar("R")
MOST_KEPT = 10_000
_MOST_AWAITED = 1_000
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Case:
    """A need with what bears on it.

    Parameters
    ----------
    need
        As it is on record, or as it was described.
    resident
        For whom, if that is known.
    left
        The need with the units that are still wanted.
    history
        Who served the resident, and who was asked.
    """

    need: Need
    resident: Resident | None
    left: Need
    history: History


@dataclass(frozen=True, slots=True)
class Made(Generic[R]):
    """What was asked of a case, and what it was made from."""

    case: Case
    now: datetime
    catalogue: Catalogue
    revision: int
    context: NeedContext
    result: R


@dataclass(frozen=True, slots=True)
class _Person:
    resident: Resident
    served: frozenset[ProviderId]


@dataclass(frozen=True, slots=True)
class _Asked:
    need: Need
    left: Need
    asked: frozenset[ProviderId]


class Cases:
    """Cases of a store. May be shared between threads.

    Parameters
    ----------
    store
        Where needs, residents and referrals are.
    """

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        self._needs: Memory[_Asked] = Memory(MOST_KEPT)
        self._people: Memory[_Person] = Memory(MOST_KEPT)
        self._lock = Lock()
        self._awaited: OrderedDict[NeedId, None] = OrderedDict()  # changed, and not read since

    def read(self, need_id: NeedId, mark: Mark, within: Within = None) -> Case:
        """Read a stored need. Everything up to the mark is in it.

        Raises
        ------
        NotFound
            If the store has no such need there.
        UnknownReference
            If its resident is not there any more.
        """
        known = self._current(need_id, mark)
        if known is not None and within is None:
            return known
        need = self._store.get(Need, need_id, within=within).value
        if known is not None and known.need == need:
            return known
        person = None if need.resident_id is None else self._person(need.resident_id, mark)
        left, asked = what_is_left(self._store, need)
        self._needs.keep(need_id, _Asked(need, left, asked), mark)
        return _case(need, person, left, asked)

    def read_described(self, need: Need, resident: Resident | None, within: Within, mark: Mark) -> Case:
        """Complete a need that is not stored; `resident` stands in for the one that it names.

        Raises
        ------
        UnknownReference
            If its resident does not exist in the jurisdiction, or an excluded provider not at all.
        """
        excluded = sorted(need.excluded_provider_ids)
        known = self._store.get_many(Provider, excluded) if excluded else {}
        for each in excluded:
            if each not in known:
                raise UnknownReference("need.excluded_provider_ids", "Provider", each)
        person = None if need.resident_id is None else self._person(need.resident_id, mark)
        return _described(need, resident, person, within)

    def recall(self, need_id: NeedId, now: Mark, within: Within = None) -> tuple[Case, datetime] | None:
        """Return a stored need as it was last read, and until when that is known to have held.

        Raises
        ------
        NotFound
            If it lies outside the jurisdiction.
        """
        found = self._needs.recall(need_id, now)
        if found is None:
            return None
        asked, at = found
        person: _Person | None = None
        if asked.need.resident_id is not None:
            known = self._people.recall(asked.need.resident_id, now)
            if known is None:
                return None
            person, at = known[0], min(at, known[1])
        case = _case(asked.need, person, asked.left, asked.asked)
        if not _lies_within(case, within):
            raise NotFound("Need", need_id)
        return case, at

    def recall_described(
        self, need: Need, resident: Resident | None, within: Within, now: Mark
    ) -> tuple[Case, datetime] | None:
        """Complete a need from memory; who is excluded is taken at its word."""
        if need.resident_id is None:
            return _described(need, resident, None, within), now.at
        known = self._people.recall(need.resident_id, now)
        return None if known is None else (_described(need, resident, known[0], within), known[1])

    def note(self, change_sets: Iterable[ChangeSet], needs: Mapping[str, Stored[Need]]) -> None:
        """Take in that needs and residents have changed; `needs` are the changed ones as they stand now."""
        for each in change_sets:
            kinds = {change.kind for change in each.changes}
            is_step = Referral in kinds
            if AuditEvent not in kinds and not kinds.isdisjoint((Need, Referral)):
                # Loaded, not done step by step: a referral may have come without its need.
                self._needs.distrust(each.sequence)
                self._people.distrust(each.sequence)
            for change in each.changes:
                if change.kind is Resident:  # what was erased must not be told
                    self._people.forget(change.key, each.sequence)
                elif change.kind is Need and not change.revision:
                    self._needs.forget(change.key, each.sequence)
                    self._people.distrust(each.sequence)
                elif change.kind is Need:  # also whenever one of its referrals does
                    self._note_need(NeedId(change.key), each.sequence, needs.get(change.key), is_step=is_step)

    def catch_up(self, mark: Mark) -> None:
        """Read some of what has changed lately, the latest first, so that it is at hand."""
        for _ in range(_AT_ONCE):
            with self._lock:
                if not self._awaited:
                    return
                key, _none = self._awaited.popitem()
            try:
                self.read(key, mark)
            except (NotFound, UnknownReference):
                continue

    def _note_need(self, key: NeedId, sequence: int, stored: Stored[Need] | None, *, is_step: bool) -> None:
        self._needs.note(key, sequence)
        before = self._needs.peek(key)
        after = None if stored is None else stored.value
        if before is None and not is_step and stored is not None and stored.revision > 1:
            self._people.distrust(sequence)  # whose it was before is not known
        for need in (None if before is None else before.need, after):
            if need is not None and need.resident_id is not None:
                self._people.note(need.resident_id, sequence)
        with self._lock:
            self._awaited[key] = None
            self._awaited.move_to_end(key)
            if len(self._awaited) > _MOST_AWAITED:
                self._awaited.popitem(last=False)

    def _current(self, need_id: NeedId, mark: Mark) -> Case | None:
        """Return a case of which nothing has changed since it was read."""
        asked = self._needs.current(need_id, mark)
        if asked is None:
            return None
        person = None
        if asked.need.resident_id is not None:
            person = self._people.current(asked.need.resident_id, mark)
            if person is None:
                return None
        return _case(asked.need, person, asked.left, asked.asked)

    def _person(self, key: ResidentId, mark: Mark) -> _Person:
        if (known := self._people.current(key, mark)) is not None:
            return known
        found = self._store.get_many(Resident, [key])
        if key not in found:
            raise UnknownReference("need.resident_id", "Resident", key)
        person = _Person(found[key].value, who_served(self._store, key))
        self._people.keep(key, person, mark)
        return person


def _case(need: Need, person: _Person | None, left: Need, asked: frozenset[ProviderId]) -> Case:
    served = frozenset[ProviderId]() if person is None else person.served
    return Case(need, None if person is None else person.resident, left, History(served, asked))


def _described(need: Need, resident: Resident | None, person: _Person | None, within: Within) -> Case:
    if person is not None and not _reaches(within, *_homes(person.resident)):
        raise UnknownReference("need.resident_id", "Resident", person.resident.id)
    case = _case(need, person, need, frozenset())
    return case if resident is None else Case(need, resident, need, case.history)


def _lies_within(case: Case, within: Within) -> bool:
    homes = () if case.resident is None else _homes(case.resident)
    return _reaches(within, case.need.community_code, *homes)


def _homes(resident: Resident) -> tuple[str, str]:
    return resident.registration_code, resident.residence_code


def _reaches(within: Within, *codes: str | None) -> bool:
    return within is None or any(code is not None and code.startswith(within) for code in codes)
