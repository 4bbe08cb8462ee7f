"""Made-up points: communities placed inside the outline of their district, street by street.

Points are whole micro-degrees, (latitude, longitude), so that the arithmetic is exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from graph_models.city.draws import IntArray
from graph_models.domain.places import Location

MICRO = 1_000_000
# cos(23°), in hundredths: a degree of longitude is that much shorter here than one of latitude.
LONGITUDE_PER_CENT = 92
# Everything within `SCATTER` of a community's point lies in its district, since no community's
# point is nearer than that to the outline.
SCATTER = 3_000
CENTRE_CANDIDATES = 12


def place_communities(rng: np.random.Generator, outline: Any, street_of: IntArray) -> IntArray:
    """Place the communities of one district by rejection sampling.

    Street centres are spread first, each the farthest of a dozen random points from those before.
    A community's point is drawn uniformly in the outline, belongs to the street with the nearest
    centre and is pulled towards it by a random part of the way: the streets become compact clusters
    that are denser towards their middle.

    Parameters
    ----------
    outline
        Prepared polygon, in degrees (longitude, latitude).
    street_of
        Street of each community, counted from 0 within the district, of shape (n,).

    Returns
    -------
    IntArray
        Points of shape (n, 2), all at least `SCATTER` inside the outline.
    """
    centres = _spread_centres(rng, outline, int(street_of.max()) + 1)
    points = np.empty((len(street_of), 2), dtype=np.int64)
    waiting = np.arange(len(street_of))
    while len(waiting):
        drawn = draw_inside(rng, outline, 4 * len(street_of))
        nearest = squared_distances(drawn, centres).argmin(axis=1)
        pull_per_cent = rng.integers(30, 101, size=(len(drawn), 1))
        drawn = centres[nearest] + (drawn - centres[nearest]) * pull_per_cent // 100
        kept = _is_well_inside(drawn, outline)
        waiting = _settle(points, waiting, street_of, drawn[kept], nearest[kept])
    return points


def _spread_centres(rng: np.random.Generator, outline: Any, count: int) -> IntArray:
    centres = draw_inside(rng, outline, 1)
    while len(centres) < count:
        drawn = draw_inside(rng, outline, CENTRE_CANDIDATES)
        farthest = squared_distances(drawn, centres).min(axis=1).argmax()
        centres = np.vstack((centres, drawn[farthest]))
    return centres


def _settle(
    points: IntArray, waiting: IntArray, street_of: IntArray, drawn: IntArray, drawn_street: IntArray
) -> IntArray:
    """Give each waiting community the next point drawn for its street; return who still waits."""
    is_placed = np.zeros(len(street_of), dtype=bool)
    for street in np.unique(street_of[waiting]):
        takers = waiting[street_of[waiting] == street]
        offered = drawn[drawn_street == street][: len(takers)]
        points[takers[: len(offered)]] = offered
        is_placed[takers[: len(offered)]] = True
    return waiting[~is_placed[waiting]]


def draw_inside(rng: np.random.Generator, outline: Any, size: int) -> IntArray:
    """Draw points uniformly among those well inside an outline, of shape (size, 2)."""
    west, south, east, north = (round(bound * MICRO) for bound in outline.bounds)
    kept = np.empty((0, 2), dtype=np.int64)
    while len(kept) < size:
        drawn = rng.integers((south, west), (north, east), size=(3 * size, 2))
        kept = np.vstack((kept, drawn[_is_well_inside(drawn, outline)]))
    return kept[:size]


def _is_well_inside(points: IntArray, outline: Any) -> Any:
    longitude, latitude = points[:, 1] / MICRO, points[:, 0] / MICRO
    is_inside = shapely.contains_xy(outline, longitude, latitude)
    to_edge = shapely.distance(outline.boundary, shapely.points(longitude, latitude))
    return is_inside & (to_edge > SCATTER / MICRO)


def squared_distances(points: IntArray, others: IntArray) -> IntArray:
    """Compare distances between points: whole numbers that grow with them, of shape (n, n_others)."""
    north, east = np.moveaxis(points[:, None, :] - others[None, :, :], -1, 0)
    squared: IntArray = north**2 + (east * LONGITUDE_PER_CENT // 100) ** 2
    return squared


def middle(points: IntArray, outline: Any) -> IntArray:
    """Return the mean of some points if it is well inside the outline, else the point nearest to it."""
    mean = points.sum(axis=0) // len(points)
    if _is_well_inside(mean[None], outline)[0]:
        return np.asarray(mean)
    nearest: IntArray = points[squared_distances(points, mean[None])[:, 0].argmin()]
    return nearest


def scatter(rng: np.random.Generator, points: IntArray) -> IntArray:
    """Move each point by up to `SCATTER` (about 0.3 km), north-south and east-west together."""
    steps = rng.integers(-SCATTER // 2, SCATTER // 2 + 1, size=points.shape)
    # Turned by 45 degrees the square of steps becomes a diamond: |north| + |east| <= SCATTER.
    return points + np.stack((steps[:, 0] + steps[:, 1], steps[:, 0] - steps[:, 1]), axis=1)


def to_location(point: IntArray) -> Location:
    """Return a point as degrees."""
    latitude, longitude = point.tolist()
    return Location(latitude / MICRO, longitude / MICRO)
