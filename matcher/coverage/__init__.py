"""Coverage: where help does not reach, why, and what would close the gap."""

from matcher.coverage.catchment import Reach, catchment_of_pairs, two_step_catchment
from matcher.coverage.clusters import Clusters, Spot, Undefined, clusters_of_nearest, clusters_of_polygons
from matcher.coverage.decay import gaussian, gravity
from matcher.coverage.equity import GroupGap, gini, group_gap, palma
from matcher.coverage.siting import Siting, place_stations

__all__ = [
    "Clusters",
    "GroupGap",
    "Reach",
    "Siting",
    "Spot",
    "Undefined",
    "catchment_of_pairs",
    "clusters_of_nearest",
    "clusters_of_polygons",
    "gaussian",
    "gini",
    "gravity",
    "group_gap",
    "palma",
    "place_stations",
    "two_step_catchment",
]
