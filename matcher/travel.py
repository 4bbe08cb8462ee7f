"""Distances in whole metres, for one pair and for many.

The scalar form is geopy's great circle on the mean-radius sphere and defines the truth. The array
form computes the same formula; the two differ by less than 1e-6 m, so they can round to
different metres only that close to a half metre. There the array form asks geopy.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from geopy.distance import EARTH_RADIUS, great_circle

from graph_models.domain.places import Location

UNKNOWN_M = 2**31 - 1  # farther than anything on Earth: beyond every limit, worth no proximity
_RADIUS_M = EARTH_RADIUS * 1000.0
_DOUBT_M = 1e-4

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def to_metres(distance_km: float) -> int:
    """Nearest whole number of metres.

    >>> to_metres(10), to_metres(0.0004)
    (10000, 0)
    """
    return round(distance_km * 1000)


def distance_m(origin: Location, destination: Location) -> int:
    """Great-circle distance in whole metres (half to even), as geopy computes it.

    >>> distance_m(Location(37.4875, -122.23), Location(37.5, -122.25))
    2246
    """
    start = (origin.latitude, origin.longitude)
    end = (destination.latitude, destination.longitude)
    metres: float = great_circle(start, end).meters
    return round(metres)


def distances_m(origin: Location, latitudes: FloatArray, longitudes: FloatArray) -> IntArray:
    """`distance_m` from one point to many.

    Parameters
    ----------
    origin
        Where from.
    latitudes, longitudes
        Degrees, of shape (n,); NaN where no location is known.

    Returns
    -------
    IntArray
        Metres, of shape (n,); `UNKNOWN_M` where no location is known.
    """
    metres = _great_circle_m(origin, latitudes, longitudes)
    is_known = ~np.isnan(metres)
    rounded = np.where(is_known, np.rint(metres), UNKNOWN_M).astype(np.int64)
    doubtful = np.flatnonzero(np.abs(metres - np.floor(metres) - 0.5) < _DOUBT_M)
    if doubtful.size:
        points = list(zip(latitudes[doubtful].tolist(), longitudes[doubtful].tolist(), strict=True))
        exact = {point: distance_m(origin, Location(*point)) for point in set(points)}
        rounded[doubtful] = [exact[point] for point in points]
    return rounded


def _great_circle_m(origin: Location, latitudes: FloatArray, longitudes: FloatArray) -> FloatArray:
    """Unrounded distances by the formula that is accurate for short and antipodal arcs alike."""
    latitude = np.radians(origin.latitude)
    sin_here, cos_here = np.sin(latitude), np.cos(latitude)
    radians = np.radians(latitudes)
    sin_there, cos_there = np.sin(radians), np.cos(radians)
    east = np.radians(longitudes) - np.radians(origin.longitude)
    cos_east = np.cos(east)
    across = np.hypot(cos_there * np.sin(east), cos_here * sin_there - sin_here * cos_there * cos_east)
    along = sin_here * sin_there + cos_here * cos_there * cos_east
    metres: FloatArray = _RADIUS_M * np.arctan2(across, along)
    return metres


def unit_vectors(latitudes: FloatArray, longitudes: FloatArray) -> FloatArray:
    """Return points on the sphere of radius 1.

    Parameters
    ----------
    latitudes, longitudes
        Degrees, of shape (n,); NaN where no location is known.

    Returns
    -------
    FloatArray
        Of shape (n, 3); NaN where no location is known.
    """
    north, east = np.radians(latitudes), np.radians(longitudes)
    return np.column_stack((np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)))


def chord_to_km(chords: FloatArray) -> FloatArray:
    """Return kilometres along the sphere for straight distances between points of radius 1.

    Parameters
    ----------
    chords
        From 0 to 2: shape (n,).

    Examples
    --------
    >>> chord_to_km(np.array([0.0, 2.0])).round(1).tolist()
    [0.0, 20015.1]
    """
    kilometres: FloatArray = 2 * EARTH_RADIUS * np.arcsin(np.minimum(chords / 2, 1.0))
    return kilometres
