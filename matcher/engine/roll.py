"""All providers of an engine as columns, for counting."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graph_models.domain.identifiers import AreaCode, SkillId
from matcher.engine.growing import Int32Array
from matcher.engine.rows import NEVER, Vocabulary
from matcher.engine.snapshot import Snapshot
from matcher.travel import FloatArray


class Roll(NamedTuple):
    """All providers, in no order that means anything.

    Parameters
    ----------
    kinds, communities, skills
        What the numbers stand for.
    rows
        For `Engine.ids_at`: shape (n,).
    kind, community
        Numbers: shape (n,).
    points
        On the unit sphere, NaN if not known: shape (n, 3).
    total, remaining, recent
        Units, free units, and referrals within 30 days: shape (n,).
    is_active, was_asked
        Whether each can be suggested, and was ever given a referral: shape (n,).
    offer, skill
        Place of the provider and number of the skill, one entry for each skill on offer: shape (n_offers,).
    """

    kinds: tuple[str, ...]
    communities: tuple[AreaCode | None, ...]
    skills: tuple[SkillId, ...]
    rows: Int32Array
    kind: Int32Array
    community: Int32Array
    points: FloatArray
    total: Int32Array
    remaining: Int32Array
    recent: Int32Array
    is_active: npt.NDArray[np.bool_]
    was_asked: npt.NDArray[np.bool_]
    offer: Int32Array
    skill: Int32Array

    def is_of(self, kind: str) -> npt.NDArray[np.bool_]:
        """Whether each is of a kind: shape (n,)."""
        is_kind = np.array([each == kind for each in self.kinds], np.bool_)
        return is_kind[self.kind]


def roll_of(snapshot: Snapshot, vocabulary: Vocabulary) -> Roll:
    """Return all living providers as columns."""
    rows = np.flatnonzero(snapshot.table["is_alive"][: snapshot.used]).astype(np.int32)
    table = snapshot.table[rows]
    offers = table["offers"].astype(np.int64)
    # Where each offer is: the start of its provider, and how many of the provider come before it.
    within = np.arange(offers.sum()) - np.repeat(np.cumsum(offers) - offers, offers)
    return Roll(
        tuple(vocabulary.kinds),
        tuple(vocabulary.communities),
        tuple(vocabulary.skills),
        rows,
        table["kind"],
        table["community"],
        np.column_stack((table["x"], table["y"], table["z"])),
        table["total"],
        table["remaining"],
        table["recent"],
        table["is_active"],
        (table["ready_at"] != NEVER) | (table["recent"] > 0),
        np.repeat(np.arange(len(rows), dtype=np.int32), offers),
        snapshot.lists.skills[np.repeat(table["offers_at"], offers) + within],
    )
