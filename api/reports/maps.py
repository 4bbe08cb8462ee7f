"""Maps as numbers on a sheet: outlines and points, projected and coloured. The template draws them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from api.reports.outlines import District
from api.reports.scales import Scale, scale_of
from matcher.coverage.clusters import Spot
from matcher.coverage.published import CommunityReach

_WIDTH, _MOST_HEIGHT, _MARGIN = 720.0, 720.0, 12.0
_LEAST_DEGREES = 0.01  # a single point still has a sheet around it


@dataclass(frozen=True, slots=True)
class Shape:
    """A district on the sheet, with where its label goes."""

    district: District
    path: str
    colour: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A community on the sheet."""

    community: CommunityReach
    colour: str
    x: float
    y: float
    is_hot: bool


@dataclass(frozen=True, slots=True)
class Maps:
    """Everything on the sheet, which is `width` by `height` units large."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    dots: tuple[Dot, ...]
    shape_scale: Scale
    dot_scale: Scale


class _Sheet:
    """Equirectangular projection that keeps shapes at the middle latitude.

    Parameters
    ----------
    degrees
        All corners that must fit: east, north.
    """

    def __init__(self, degrees: Any) -> None:
        west, south = degrees.min(axis=0)
        east, self._north = degrees.max(axis=0)
        self._narrowing = math.cos(math.radians((south + self._north) / 2))
        self._west = west
        wide = max((east - west) * self._narrowing, _LEAST_DEGREES)
        high = max(self._north - south, _LEAST_DEGREES)
        self._scale = min((_WIDTH - 2 * _MARGIN) / wide, (_MOST_HEIGHT - 2 * _MARGIN) / high)
        self.width = round(wide * self._scale + 2 * _MARGIN, 1)
        self.height = round(high * self._scale + 2 * _MARGIN, 1)

    def place(self, degrees: Any) -> Any:
        """Bring points to units from the upper left corner: shape (n, 2)."""
        x = (degrees[:, 0] - self._west) * self._narrowing
        y = self._north - degrees[:, 1]
        return np.round(np.column_stack([x, y]) * self._scale + _MARGIN, 1)


def draw(districts: Sequence[District], communities: Iterable[CommunityReach]) -> Maps | None:
    """Draw districts by the mean of their communities, and communities; None where nothing has a place."""
    known = [each for each in districts if each.outline is not None]
    placed = [each for each in communities if each.latitude is not None and each.longitude is not None]
    points = np.array([(each.longitude, each.latitude) for each in placed], np.float64).reshape(-1, 2)
    corners = shapely.get_coordinates([each.outline for each in known])
    if not len(points) + len(corners):
        return None
    sheet = _Sheet(np.vstack([corners, points]))
    shape_scale = scale_of((round(each.mean_unreached, 3) for each in known), "0.1")
    dot_scale = scale_of(each.unreached_categories for each in placed)
    return Maps(
        sheet.width,
        sheet.height,
        tuple(_shape(each, sheet, shape_scale) for each in known),
        tuple(
            Dot(each, dot_scale.colour(each.unreached_categories), x, y, each.spot is Spot.HIGH_HIGH)
            for each, (x, y) in zip(placed, sheet.place(points).tolist(), strict=True)
        ),
        shape_scale,
        dot_scale,
    )


def _shape(district: District, sheet: _Sheet, scale: Scale) -> Shape:
    middle = shapely.get_coordinates(shapely.point_on_surface(district.outline))
    ((x, y),) = sheet.place(middle).tolist()
    return Shape(
        district, _path(district.outline, sheet), scale.colour(round(district.mean_unreached, 3)), x, y
    )


def _path(outline: Any, sheet: _Sheet) -> str:
    """Write the rings of polygons as an SVG path."""
    rings = shapely.get_rings(shapely.get_parts(outline))
    return "".join(_ring(sheet.place(shapely.get_coordinates(each))[:-1]) for each in rings)


def _ring(places: Any) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in places.tolist()) + "Z"
