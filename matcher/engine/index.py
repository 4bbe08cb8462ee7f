"""Providers as columns: one row each, shared attributes by number, rows by skill.

Rows are only ever appended. A changed provider is overwritten in its row, in constant time, unless
its skills changed: then its row dies and a new one is appended, so that the rows of each skill stay
in order. When half of the rows are dead the index is packed, which costs no more than what it took
to let them die.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.dtypes import StringDType

from graph_models.domain.identifiers import AreaCode, ProviderId, SkillId
from graph_models.domain.places import Location
from graph_models.domain.providers import Capacity, Eligibility, Provider
from graph_models.domain.schedules import WeeklyAvailability
from graph_models.domain.skills import SkillOffer
from matcher.availability import to_instant, to_microseconds
from matcher.engine.growing import Interned, Postings, with_room
from matcher.fixed_point import MILLION, to_millionths
from matcher.rules import ready_at
from matcher.travel import UNKNOWN_M, to_metres

NEVER = np.iinfo(np.int64).min
NO_CAP = -1
MIN_DEAD_ROWS = 1024

ROW = np.dtype(
    [
        ("latitude", np.float64),  # degrees, NaN if not known
        ("longitude", np.float64),
        ("verified_at", np.int64),  # microseconds since 1970, or NEVER
        ("ready_at", np.int64),  # end of the cooldown, microseconds since 1970, or NEVER
        ("total", np.int32),  # units
        ("remaining", np.int32),
        ("max_travel", np.int32),  # metres, UNKNOWN_M if not limited
        ("recent", np.int32),  # referrals in 30 days
        ("cap", np.int32),  # most of them, or NO_CAP
        ("offers", np.int32),  # number of skills
        ("kind", np.int32),  # from here on numbers of interned values
        ("community", np.int32),
        ("serves", np.int32),
        ("hours", np.int32),
        ("eligibility", np.int32),
        ("languages", np.int32),
        ("accessibility", np.int32),
        ("is_active", np.bool_),
        ("is_alive", np.bool_),  # False in a row that its provider has left
    ],
    align=True,
)


class ProviderIndex:
    """All providers of a city, laid out for the engine."""

    def __init__(self) -> None:
        self.kinds = Interned[str]()
        self.communities = Interned[AreaCode | None]()
        self.serves = Interned[tuple[AreaCode, ...]]()
        self.hours = Interned[WeeklyAvailability | None]()
        self.eligibility = Interned[Eligibility]()
        self.languages = Interned[tuple[str, ...]]()
        self.accessibility = Interned[tuple[str, ...] | None]()
        self.postings: dict[SkillId, Postings] = {}
        self.ids: list[ProviderId] = []
        self.row_of: dict[ProviderId, int] = {}
        self._names: npt.NDArray[Any] = np.empty(0, StringDType())
        self._table: npt.NDArray[np.void] = np.empty(0, ROW)

    def __len__(self) -> int:
        return len(self.row_of)

    @property
    def size(self) -> int:
        """Number of rows, dead ones included."""
        return len(self.ids)

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return a view of one column over all rows, of shape (size,)."""
        return self._table[name][: self.size]

    def name_at(self, row: int) -> str:
        """Return the name of the provider in a row."""
        return str(self._names[row])

    def put(self, providers: Iterable[Provider]) -> None:
        """Add providers, or replace those whose ids are there already."""
        fresh = []
        for provider in {each.id: each for each in providers}.values():
            row = self.row_of.get(provider.id)
            if row is not None and self._offers_at(row, provider.skills):
                self._table[row] = self._pack(provider)
                self._names[row] = provider.name
            else:
                self.remove(provider.id)
                fresh.append(provider)
        self._append(fresh)

    def remove(self, provider_id: ProviderId) -> None:
        """Remove a provider; one that is not there is removed already."""
        row = self.row_of.pop(provider_id, None)
        if row is not None:
            self._table["is_alive"][row] = False
            if self.size - len(self) > max(MIN_DEAD_ROWS, len(self)):
                self._pack_rows()

    def provider_at(self, row: int) -> Provider:
        """Rebuild the provider in a row, as far as matching can tell.

        Levels, distances and times come back rounded as the rules round them; the cooldown comes
        back as having just ended when it ends.
        """
        at = self._table[row]
        is_located = not np.isnan(at["latitude"])
        return Provider(
            id=self.ids[row],
            kind=self.kinds[at["kind"]],
            name=self.name_at(row),
            capacity=Capacity(int(at["total"]), reserved=int(at["total"] - at["remaining"])),
            skills=self._skills_at(row),
            location=Location(float(at["latitude"]), float(at["longitude"])) if is_located else None,
            community_code=self.communities[at["community"]],
            serves=self.serves[at["serves"]],
            max_travel_km=None if at["max_travel"] == UNKNOWN_M else int(at["max_travel"]) / 1000,
            availability=self.hours[at["hours"]],
            eligibility=self.eligibility[at["eligibility"]],
            languages=self.languages[at["languages"]],
            accessibility=self.accessibility[at["accessibility"]],
            is_active=bool(at["is_active"]),
            verified_at=None if at["verified_at"] == NEVER else to_instant(int(at["verified_at"]), UTC),
            monthly_cap=None if at["cap"] == NO_CAP else int(at["cap"]),
            recent_referrals=int(at["recent"]),
            last_referral_at=None if at["ready_at"] == NEVER else to_instant(int(at["ready_at"]), UTC),
        )

    def _pack(self, provider: Provider) -> tuple[Any, ...]:
        """Lay a provider out in the order of `ROW`."""
        where, verified = provider.location, provider.verified_at
        ready, travel, cap = ready_at(provider), provider.max_travel_km, provider.monthly_cap
        return (
            np.nan if where is None else where.latitude,
            np.nan if where is None else where.longitude,
            NEVER if verified is None else to_microseconds(verified),
            NEVER if ready is None else ready,
            provider.capacity.total,
            provider.capacity.remaining,
            UNKNOWN_M if travel is None else to_metres(travel),
            provider.recent_referrals,
            NO_CAP if cap is None else cap,
            len(provider.skills),
            self.kinds.number(provider.kind),
            self.communities.number(provider.community_code),
            self.serves.number(provider.serves),
            self.hours.number(provider.availability),
            self.eligibility.number(provider.eligibility),
            self.languages.number(provider.languages),
            self.accessibility.number(provider.accessibility),
            provider.is_active,
            True,
        )

    def _append(self, providers: list[Provider]) -> None:
        if not providers:
            return
        first, wanted = self.size, self.size + len(providers)
        self._table = with_room(self._table, first, wanted)
        self._names = with_room(self._names, first, wanted)
        self._table[first:wanted] = np.array([self._pack(each) for each in providers], ROW)
        self._names[first:wanted] = [each.name for each in providers]
        self.ids.extend(each.id for each in providers)
        self.row_of.update((each.id, row) for row, each in enumerate(providers, start=first))
        offers: dict[SkillId, tuple[list[int], list[int]]] = {}
        for row, each in enumerate(providers, start=first):
            for offer in each.skills:
                rows, levels = offers.setdefault(offer.skill_id, ([], []))
                rows.append(row)
                levels.append(to_millionths(offer.level))
        for skill_id, (rows, levels) in offers.items():
            self.postings.setdefault(skill_id, Postings()).extend(rows, levels)

    def _offers_at(self, row: int, offers: tuple[SkillOffer, ...]) -> bool:
        """Whether the provider in a row offers exactly these skills at these levels."""
        if self._table["offers"][row] != len(offers):
            return False
        levels = ((self.postings.get(each.skill_id), to_millionths(each.level)) for each in offers)
        return all(postings is not None and postings.level_of(row) == level for postings, level in levels)

    def _skills_at(self, row: int) -> tuple[SkillOffer, ...]:
        levels = ((skill_id, postings.level_of(row)) for skill_id, postings in self.postings.items())
        return tuple(SkillOffer(skill_id, level / MILLION) for skill_id, level in levels if level)

    def _pack_rows(self) -> None:
        """Drop the dead rows; the others keep their order."""
        alive = np.flatnonzero(self.column("is_alive"))
        new_row = np.full(self.size, -1, np.int64)
        new_row[alive] = np.arange(len(alive))
        self._table, self._names = self._table[alive], self._names[alive]
        self.ids = [self.ids[row] for row in alive.tolist()]
        self.row_of = {provider_id: row for row, provider_id in enumerate(self.ids)}
        for skill_id, old in list(self.postings.items()):
            rows = new_row[old.rows]
            self.postings[skill_id] = Postings()
            self.postings[skill_id].extend(rows[rows >= 0], old.levels[rows >= 0])
