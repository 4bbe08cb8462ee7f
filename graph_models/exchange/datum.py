"""Coordinates as they come in: conversion to WGS-84, swapped pairs, undeclared shifts.

GCJ-02 ("Mars coordinates") is what Chinese map services give out, BD-09 is Baidu's own shift of it. In
Guangzhou both lie some 600 m to 1.2 km off, enough to put a resident into another community.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import geocoordinates_ffi as gc

from graph_models.domain.errors import InvalidValue
from graph_models.domain.places import Datum
from graph_models.exchange.problems import Finding, Severity
from graph_models.records import Row

DistrictOf = Callable[[float, float], str | None]
"""Tells in which district, by code, a WGS-84 latitude and longitude lie; None if in none."""

DECIMALS = 7  # 1 cm: keeps the library's rounding noise out of the stored value
SAMPLED_POINTS = 1_000  # of each batch: enough to see a shift that moves every point
MIN_SHIFTED_POINTS = 5
MIN_SHIFTED_RATIO = 3

GIVEN_COLUMNS = ("given_datum", "given_latitude", "given_longitude")


def to_wgs84(latitude: float, longitude: float, datum: Datum) -> tuple[float, float]:
    """Convert a pair to WGS-84.

    Parameters
    ----------
    latitude, longitude
        Degrees in `datum`, within their ranges.
    datum
        What they were measured in.

    Raises
    ------
    InvalidValue
        If the pair lies at the edge of the datum, where it stands for no place.

    Returns
    -------
    Degrees in WGS-84, accurate to 1 m where GCJ-02 is defined; outside China GCJ-02 equals WGS-84.

    Examples
    --------
    >>> to_wgs84(23.09735154, 113.3053729, Datum.GCJ02)
    (23.1, 113.3)
    """
    if datum is Datum.WGS84:
        return latitude, longitude
    try:
        if datum is Datum.GCJ02:
            point = gc.gcj02_to_wgs84_refined(gc.Gcj02(lat=latitude, lon=longitude))
        else:
            point = gc.bd09_to_wgs84_refined(gc.Bd09(lat=latitude, lon=longitude))
    except gc.GeoError as error:
        rule = f"stand for a place in {datum.value}"
        raise InvalidValue("location", rule, (latitude, longitude)) from error
    return round(point.lat, DECIMALS), round(point.lon, DECIMALS)


def parse_datum(text: str | None) -> Datum | None:
    """Read the name of a datum.

    Raises
    ------
    InvalidValue
        If it is not one of those that can be converted.
    """
    if text is None:
        return None
    try:
        return Datum(text.lower())
    except ValueError as error:
        raise InvalidValue("crs", f"be one of {', '.join(Datum)}", text) from error


def has_coordinates(row: Row) -> bool:
    """Tell whether a row gives any coordinate."""
    return row.get("latitude") is not None or row.get("longitude") is not None


def warn_of_null_island(row: Row) -> Finding | None:
    """Warn of the point 0, 0: in the sea, and what broken exports put for "not known"."""
    if row.get("latitude") != 0 or _pair(row) != (0, 0):
        return None
    reason = "the point is 0, 0 in the Gulf of Guinea"
    return Finding(
        "latitude", "number", reason, "leave both empty if the place is not known", Severity.WARNING
    )


def _pair(row: Row) -> tuple[float, float] | None:
    latitude, longitude = row.get("latitude"), row.get("longitude")
    if latitude is None and longitude is None:
        return None
    for value in (latitude, longitude):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return None
    return latitude, longitude  # type: ignore[return-value]  # both were just found to be numbers


class DatumReader:
    """Converts the coordinates of rows and counts what speaks for another datum or order.

    Parameters
    ----------
    datum
        What the coordinates of the load are in.
    district_of
        Finds the district of a WGS-84 point, if the area is known.
    """

    def __init__(self, datum: Datum, district_of: DistrictOf | None = None) -> None:
        self._datum = datum
        self._district_of = district_of
        self._only_as_given = 0
        self._only_shifted = 0
        self._sampled = 0

    def apply(self, row: Row) -> Finding | None:
        """Bring the coordinates of a row to WGS-84 in place, or say what is wrong with them."""
        pair = _pair(row)
        if pair is None:
            return None
        latitude, longitude = pair
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            return _out_of_range(latitude, longitude)
        if self._datum is not Datum.WGS84:
            if any(row.get(name) is not None for name in GIVEN_COLUMNS):
                reason = f"given_datum is filled, so latitude is WGS-84 already and not {self._datum}"
                return Finding("given_datum", "text", reason, "load this file with crs wgs84")
            try:
                row["latitude"], row["longitude"] = to_wgs84(latitude, longitude, self._datum)
            except InvalidValue as error:
                return Finding("latitude", "number", f"the point does not {error.rule}", "correct the point")
            row["given_datum"] = str(self._datum)
            row["given_latitude"], row["given_longitude"] = float(latitude), float(longitude)
        return self._compare_with_area(row)

    def _compare_with_area(self, row: Row) -> Finding | None:
        if self._district_of is None:
            return None
        latitude, longitude = row["latitude"], row["longitude"]
        if (
            abs(longitude) <= 90
            and self._district_of(longitude, latitude) is not None
            and self._district_of(latitude, longitude) is None
        ):
            reason = "the point lies in the known area only with latitude and longitude exchanged"
            return Finding("latitude", "number", reason, "latitude and longitude look swapped")
        is_as_given = self._datum is Datum.WGS84 and row.get("given_latitude") is None
        if is_as_given and self._sampled < SAMPLED_POINTS:
            self._sampled += 1
            district = self._district_of(latitude, longitude)
            north, east = _gcj02_shift(round(latitude, 2), round(longitude, 2))
            shifted = self._district_of(latitude - north, longitude - east)
            own = _area_codes(row)
            fits, fits_shifted = _fits(district, own), _fits(shifted, own)
            self._only_as_given += fits and not fits_shifted
            self._only_shifted += fits_shifted and not fits
        return None

    def warning(self) -> Finding | None:
        """Say if the points seen since the last call fit the districts better as GCJ-02, and start anew."""
        given, shifted = self._only_as_given, self._only_shifted
        self._only_as_given = self._only_shifted = self._sampled = 0
        if shifted < MIN_SHIFTED_POINTS or shifted < MIN_SHIFTED_RATIO * given:
            return None
        reason = f"{shifted} points fit their district only after a GCJ-02 shift, {given} only without it"
        hint = "are these GCJ-02 coordinates? load them with crs gcj02"
        return Finding("latitude", "number", reason, hint, Severity.WARNING)


@lru_cache(maxsize=16_384)
def _gcj02_shift(latitude: float, longitude: float) -> tuple[float, float]:
    """Degrees by which GCJ-02 lies off; within a kilometre it changes by 3 m."""
    north, east = to_wgs84(latitude, longitude, Datum.GCJ02)
    return latitude - north, longitude - east


def _area_codes(row: Row) -> Sequence[str]:
    given: Any = row.get("community_code") or row.get("code")
    return (given,) if isinstance(given, str) else ()


def _fits(district: str | None, own: Sequence[str]) -> bool:
    if district is None:
        return False
    # A wider area than a district says nothing about which district the point must lie in.
    return all(code.startswith(district) or district.startswith(code) for code in own)


def _out_of_range(latitude: float, longitude: float) -> Finding:
    column = "longitude" if -90 <= latitude <= 90 else "latitude"
    bound, value = (180, longitude) if column == "longitude" else (90, latitude)
    reason = f"{column} must be from -{bound} to {bound}, got {value!r}"
    is_swapped = abs(longitude) <= 90 and abs(latitude) <= 180
    return Finding(column, "number", reason, "latitude and longitude look swapped" if is_swapped else "")
