"""A peer in Neo4j: one query with a point index does all that a suggestion takes."""

from __future__ import annotations

from typing import LiteralString

from neo4j import Session
from neo4j.spatial import WGS84Point

from api.benchmarks.town import EARTH_M
from graph_models.domain.places import Location
from matcher.context import NeedContext
from matcher.rules import units_wanted
from matcher.scoring import half_distance_m

_DEFINITIONS: tuple[LiteralString, ...] = (
    "CREATE CONSTRAINT provider_id IF NOT EXISTS FOR (p:Provider) REQUIRE p.id IS UNIQUE",
    "CREATE CONSTRAINT skill_id IF NOT EXISTS FOR (s:Skill) REQUIRE s.id IS UNIQUE",
    "CREATE POINT INDEX provider_place IF NOT EXISTS FOR (p:Provider) ON (p.place)",
)
_AWAIT: LiteralString = "CALL db.awaitIndexes(3600)"
# A server that has answered for a while has read its pages before.
_READ_ALL: LiteralString = "MATCH (p:Provider)-[o:OFFERS]->(:Skill) RETURN sum(o.level), count(p.place)"
# Neo4j has a radius of the Earth of its own.
_RADIUS: LiteralString = """
WITH point({latitude: 0.0, longitude: 0.0}) AS here, point({latitude: 1.0, longitude: 0.0}) AS there
RETURN degrees(point.distance(here, there)) AS metres"""
_SUGGEST: LiteralString = """
MATCH (p:Provider) USING POINT INDEX p:Provider(place)
WHERE point.distance(p.place, $here) <= ($radius_m + 1) / $earth
  AND p.may_be_asked AND p.ready_at <= $now AND p.remaining >= $wanted
  AND (p.serves = [] OR any(code IN p.serves WHERE code IN $areas))
WITH p, round(point.distance(p.place, $here) * $earth) AS metres
WHERE metres <= $radius_m AND metres <= p.travel_m
WITH p, metres, [(p)-[o:OFFERS]->(s:Skill) WHERE s.id IN $useful | [s.id, o.level]] AS offers
WITH p, metres, [required IN $requirements | [required.least, round(reduce(best = 0.0, offer IN offers |
    CASE WHEN coalesce(required.similar[offer[0]], 0) * offer[1] > best
    THEN required.similar[offer[0]] * offer[1] ELSE best END), 0, 'HALF_EVEN')]] AS skills
WHERE all(skill IN skills WHERE skill[1] >= skill[0])
WITH p,
  round(2 ^ (-metres / $half_m) * 1e6) AS proximity,
  CASE WHEN skills = [] THEN 1e6
    ELSE round(reduce(total = 0.0, skill IN skills | total + skill[1]) / size(skills), 0, 'HALF_EVEN')
    END AS skill,
  round(CASE WHEN p.remaining > $units THEN p.remaining - $units ELSE 0 END * 1e6 / p.total,
    0, 'HALF_EVEN') AS capacity,
  CASE WHEN p.community = $community THEN $based_here ELSE 0 END
    + CASE WHEN any(code IN p.serves WHERE code IN $assignment) THEN $assigned ELSE 0 END AS continuity,
  round(2 ^ (-1.0 * p.recent / p.half_referrals) * 1e6) AS fairness
WITH p.id AS id, $weights[0] * proximity + $weights[1] * skill + $weights[2] * capacity
  + $weights[3] * continuity + $weights[4] * fairness AS score
RETURN id ORDER BY score DESC, id LIMIT 10"""


class Cypher:
    """A database that was made of `ProviderFiles`, asked once its indexes are there and its pages read.

    Parameters
    ----------
    session
        With a server that has no other data.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        for statement in (*_DEFINITIONS, _AWAIT, _READ_ALL):
            self._session.run(statement).consume()
        radius = self._session.run(_RADIUS).single(strict=True)["metres"]
        self._earth = EARTH_M / radius

    def answer(self, context: NeedContext) -> list[str]:
        """Return the ids of the best providers, best first."""
        parts = context.parameters.continuity
        requirements = [
            {
                "least": max(each.min_level, 1),
                "similar": {key: value for key, value in each.similar.items() if value},
            }
            for each in context.requirements
        ]
        result = self._session.run(
            _SUGGEST,
            here=_point(context.location),
            earth=self._earth,
            radius_m=context.search_radius_m,
            now=context.now,
            wanted=units_wanted(context),
            units=context.need.units,
            areas=list(context.area_codes),
            assignment=list(context.assignment_codes),
            community=context.community_code,
            useful=sorted({key for each in context.requirements for key in each.similar}),
            requirements=requirements,
            half_m=float(half_distance_m(context)),
            based_here=parts.based_in_community,
            assigned=parts.serves_by_assignment,
            weights=list(context.weights),
        )
        return [str(record["id"]) for record in result]


def _point(where: Location | None) -> WGS84Point:
    if where is None:
        raise ValueError("there is no point without a place")
    return WGS84Point((where.longitude, where.latitude))
