"""Peers in numpy: providers as one would hold them at first, one array for each attribute.

They know neither opening hours nor the terms of providers, which cost most; on needs that ask for
neither their lists are the engine's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from api.benchmarks.report import library
from api.benchmarks.town import EARTH_M
from graph_models.domain.identifiers import AreaCode, SkillId
from graph_models.domain.providers import Provider
from matcher.context import NeedContext
from matcher.fixed_point import MILLION, to_millionths
from matcher.parameters import MatchParameters
from matcher.rules import has_reached_cap, ready_at, units_wanted
from matcher.scoring import half_distance_m
from matcher.travel import UNKNOWN_M, to_metres

Array = npt.NDArray[Any]
Answer = Callable[[NeedContext], list[str]]

_ATTRIBUTES: dict[str, type[np.generic]] = {
    "latitude": np.float64,
    "longitude": np.float64,
    "remaining": np.int32,
    "total": np.int32,
    "recent": np.int32,
    "half_referrals": np.int32,
    "travel_m": np.int32,
    "serves": np.int32,
    "community": np.int32,
    "ready_at": np.int64,
    "may_be_asked": np.bool_,
}


class Columns:
    """Providers by column.

    Parameters
    ----------
    parameters
        Of the matching model.
    """

    def __init__(self, parameters: MatchParameters) -> None:
        self._parameters = parameters
        self._parts: list[Array] = []
        self._offers: dict[SkillId, list[tuple[int, int]]] = defaultdict(list)
        self._serves: dict[tuple[AreaCode, ...], int] = {}
        self._communities: dict[AreaCode | None, int] = {}
        self._ids: list[str] = []

    def add(self, providers: Sequence[Provider]) -> None:
        """Take in more providers."""
        self._parts.append(
            np.array([self._row(each) for each in providers], np.dtype(list(_ATTRIBUTES.items())))
        )
        for row, each in enumerate(providers, len(self._ids)):
            for offer in each.skills:
                self._offers[offer.skill_id].append((row, to_millionths(offer.level)))
        self._ids.extend(each.id for each in providers)

    def seal(self) -> None:
        """Lay out what was taken in; there will be no more."""
        self.column = {name: np.concatenate([part[name] for part in self._parts]) for name in _ATTRIBUTES}
        self._parts.clear()
        self.points = np.radians(np.column_stack((self.column["latitude"], self.column["longitude"])))
        self.cosine = np.cos(self.points[:, 0])
        self.levels: dict[SkillId, Array] = {}
        while self._offers:
            skill_id, offered = self._offers.popitem()
            rows, levels = np.array(offered).T
            self.levels[skill_id] = np.zeros(len(self._ids), np.int32)
            self.levels[skill_id][rows] = levels

    def scan(self, context: NeedContext) -> list[str]:
        """Answer by looking at all providers."""
        [[latitude, longitude]] = point_of(context)
        half_chord = np.sin((self.points[:, 0] - latitude) / 2) ** 2
        half_chord += np.cos(latitude) * self.cosine * np.sin((self.points[:, 1] - longitude) / 2) ** 2
        metres = np.rint(2 * EARTH_M * np.arcsin(np.sqrt(half_chord)))
        rows = np.flatnonzero(metres <= context.search_radius_m)
        return self._best(context, rows, metres[rows])

    def ball_tree(self) -> Answer:
        """Return how to answer by looking at those within the search radius, found by a BallTree.

        Raises
        ------
        MissingLibrary
            If scikit-learn is not installed.
        """
        tree = library("sklearn.neighbors", "scikit-learn").BallTree(self.points, metric="haversine")

        def answer(context: NeedContext) -> list[str]:
            radius = (context.search_radius_m + 0.5) / EARTH_M
            [rows], [angles] = tree.query_radius(point_of(context), radius, return_distance=True)
            return self._best(context, rows, np.rint(angles * EARTH_M))

        return answer

    def _row(self, provider: Provider) -> tuple[Any, ...]:
        where, ready, travel = provider.location, ready_at(provider), provider.max_travel_km
        if where is None:
            raise ValueError(f"{provider.id} has no place")
        return (
            where.latitude,
            where.longitude,
            provider.capacity.remaining,
            max(provider.capacity.total, 1),
            provider.recent_referrals,
            self._parameters.half_referrals_of(provider.kind),
            UNKNOWN_M if travel is None else to_metres(travel),
            self._serves.setdefault(provider.serves, len(self._serves)),
            self._communities.setdefault(provider.community_code, len(self._communities)),
            0 if ready is None else ready,
            provider.is_active and not has_reached_cap(provider),
        )

    def _best(self, context: NeedContext, rows: Array, metres: Array, limit: int = 10) -> list[str]:
        """Filter some rows and return the ids of the best, best first."""
        of = {name: self.column[name][rows] for name in ("remaining", "travel_m", "may_be_asked", "ready_at")}
        is_able = of["may_be_asked"] & (of["ready_at"] <= context.now)
        is_able &= (of["remaining"] >= units_wanted(context)) & (metres <= of["travel_m"])
        served = [not codes or not context.area_codes.isdisjoint(codes) for codes in self._serves]
        is_able &= np.array(served)[self.column["serves"][rows]]
        skill = np.zeros(len(rows))
        for requirement in context.requirements:
            best = np.zeros(len(rows))
            for skill_id, similarity in requirement.similar.items():
                if skill_id in self.levels:
                    worth = np.rint(self.levels[skill_id][rows] * (similarity / MILLION))
                    np.maximum(best, worth, out=best)
            is_able &= best >= max(requirement.min_level, 1)
            skill += best
        rows = rows[is_able]
        score = self._scores(context, rows, metres[is_able], skill[is_able])
        if len(rows) > limit:
            listed = score >= np.partition(score, -limit)[-limit]
            rows, score = rows[listed], score[listed]
        ids = [self._ids[row] for row in rows.tolist()]
        return [name for _, name in sorted(zip((-score).tolist(), ids, strict=True))[:limit]]

    def _scores(self, context: NeedContext, rows: Array, metres: Array, skill: Array) -> Array:
        """Return the scores of some rows, each factor in whole millionths, shape (n,)."""
        required, parts = len(context.requirements), context.parameters.continuity
        of = {name: self.column[name][rows] for name in ("remaining", "total", "recent", "half_referrals")}
        is_assigned = np.array([not context.assignment_codes.isdisjoint(codes) for codes in self._serves])
        here = -1
        if context.community_code is not None:
            here = self._communities.get(context.community_code, -1)
        left = np.maximum(of["remaining"] - context.need.units, 0)
        factors = (
            np.rint(np.exp2(-metres / half_distance_m(context)) * MILLION),
            np.rint(skill / required) if required else np.full(len(rows), float(MILLION)),
            np.rint(left * MILLION / of["total"]),
            parts.based_in_community * (self.column["community"][rows] == here)
            + parts.serves_by_assignment * is_assigned[self.column["serves"][rows]],
            np.rint(np.exp2(-of["recent"] / of["half_referrals"]) * MILLION),
        )
        scores: Array = sum(weight * factor for weight, factor in zip(context.weights, factors, strict=True))
        return scores


def point_of(context: NeedContext) -> Array:
    """Return where help is wanted, in radians: shape (1, 2)."""
    if context.location is None:
        raise ValueError(f"{context.need.id} has no place")
    return np.radians([[context.location.latitude, context.location.longitude]])
