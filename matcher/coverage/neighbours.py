"""Which places are neighbours: the nearest ones, or those whose outlines touch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from graph_models.domain.errors import InvalidValue
from matcher.coverage.arrays import FloatArray
from matcher.coverage.extra import needing_extra
from matcher.travel import unit_vectors


def nearest(latitudes: FloatArray, longitudes: FloatArray, count: int) -> Any:
    """Return weights to the `count` nearest places by great circle.

    Parameters
    ----------
    latitudes, longitudes
        Degrees, of shape (n_places,), with n_places above `count`.
    count
        Neighbours of each place, at least 1. Of places equally far any may be among them, the same each time.

    Returns
    -------
    libpysal.weights.W
        Of n_places places in their order.

    Raises
    ------
    InvalidValue
        If a place is nowhere.
    ExtraNotInstalled
        If libpysal is missing.
    """
    if not (np.abs(latitudes) <= 90).all():
        raise InvalidValue("latitudes", "be from -90 to 90 wherever there is a value", latitudes)
    if not (np.abs(longitudes) <= 180).all():
        raise InvalidValue("longitudes", "be from -180 to 180 wherever there is a value", longitudes)
    with needing_extra():
        from libpysal.weights import KNN
    # A chord through the Earth is the longer the longer the arc above it, so both order alike.
    return KNN(unit_vectors(latitudes, longitudes), k=count, silence_warnings=True)


def touching(polygons: npt.NDArray[np.object_]) -> Any:
    """Return weights to the places whose outlines share a corner or more (queen contiguity).

    Parameters
    ----------
    polygons
        Polygons or multipolygons of shape (n_places,), parts of one map: neighbours share corners.

    Returns
    -------
    libpysal.weights.W
        Of n_places places in their order; one that touches no other is an island.

    Raises
    ------
    ExtraNotInstalled
        If libpysal is missing.
    """
    with needing_extra():
        from geopandas import GeoSeries
        from libpysal.graph import Graph
    return Graph.build_contiguity(GeoSeries(polygons), rook=False).to_W()


def outlines(polygons: Sequence[Any], count: int) -> npt.NDArray[np.object_]:
    """Return polygons as an array, after checking them.

    Raises
    ------
    InvalidValue
        If there are not `count`, or one is no polygon or empty.
    """
    listed = np.fromiter(polygons, np.object_)
    if len(listed) != count:
        raise InvalidValue("polygons", f"have the shape ({count},)", listed.shape)
    for each in listed:
        if not isinstance(each, shapely.Polygon | shapely.MultiPolygon) or each.is_empty:
            raise InvalidValue("polygons", "be polygons or multipolygons that are not empty", each)
    return listed
