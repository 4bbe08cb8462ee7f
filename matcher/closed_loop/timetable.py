"""What falls due when: holds that expire, needs that climb, referrals that count no longer.

Kept up with the store's change feed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush
from types import MappingProxyType

from graph_models.bulk import behind
from graph_models.domain.needs import Need
from graph_models.domain.recency import RecentReferral
from graph_models.domain.referrals import Referral
from graph_models.ports import GraphStore

Kind = type[Need] | type[Referral] | type[RecentReferral]
# The column that says when a value of a kind is due; none where it waits for nothing.
DUE: Mapping[Kind, str] = MappingProxyType(
    {Referral: "expires_at", Need: "answer_due_at", RecentReferral: "until"}
)
_CHANGE_SETS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A value that is due."""

    at: datetime
    kind: Kind = field(compare=False)
    key: str


class Timetable:
    """The times at which something has to be done, read from a store.

    Nothing of it is kept anywhere else: after a restart it is read again. One thread at a time.

    Parameters
    ----------
    store
        Where needs and referrals are.
    """

    def __init__(self, store: GraphStore) -> None:
        self._store = store
        # The cursor first: what changes meanwhile is read twice rather than never.
        self._cursor = store.head()
        self._due: dict[tuple[Kind, str], datetime] = {}
        for kind, column in DUE.items():
            for columns in store.scan_columns(kind, ("id", column)):
                for key, at in zip(columns["id"], columns[column], strict=True):
                    if at is not None:
                        self._due[kind, key] = at
        # What is due comes up without a look at what counts for weeks to come. An entry that the
        # store has moved stays in it until its time, and is passed over then.
        self._queue = [Entry(at, kind, key) for (kind, key), at in self._due.items()]
        heapify(self._queue)

    def due(self, now: datetime) -> list[Entry]:
        """Return what is due, the oldest first. It stays due until the store says otherwise."""
        self._follow()
        entries: dict[tuple[Kind, str], Entry] = {}
        while self._queue and self._queue[0].at <= now:
            entry = heappop(self._queue)
            if self._due.get((entry.kind, entry.key)) == entry.at:
                entries[entry.kind, entry.key] = entry
        for entry in entries.values():
            heappush(self._queue, entry)
        return list(entries.values())

    def _follow(self) -> None:
        for change_sets in behind(self._store, self._cursor, _CHANGE_SETS_AT_ONCE):
            for kind, column in DUE.items():
                keys = {each.key for some in change_sets for each in some.changes if each.kind is kind}
                found = self._store.get_many(kind, sorted(keys))
                for key in keys:
                    at = getattr(found[key].value, column) if key in found else None
                    if at is None:
                        self._due.pop((kind, key), None)
                    elif self._due.get((kind, key)) != at:
                        self._due[kind, key] = at
                        heappush(self._queue, Entry(at, kind, key))
            self._cursor = change_sets[-1].sequence
