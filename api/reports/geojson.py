"""GeoJSON (RFC 7946) of communities and districts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
import shapely
from shapely.geometry import mapping

from api.reports.outlines import District, districts_of
from graph_models.domain.places import Area
from matcher.coverage.published import CommunityReach, Coverage

_OWN_FIELDS = ("latitude", "longitude")
_DISTRICT_FIELDS = ("code", "name", "communities", "mean_unreached", "hot", "cold", "mean_coverage")


def communities_geojson(coverage: Coverage) -> bytes:
    """Write all communities as points."""
    names = [each for each in CommunityReach.__slots__ if each not in _OWN_FIELDS]
    return _collection(
        _feature(_point(each), {name: getattr(each, name) for name in names}) for each in coverage.communities
    )


def districts_geojson(coverage: Coverage, areas: Iterable[Area] = ()) -> bytes:
    """Write all districts as polygons."""
    return _collection(
        _feature(_polygon(each), {name: getattr(each, name) for name in _DISTRICT_FIELDS})
        for each in districts_of(coverage, areas)
    )


def _collection(features: Iterable[dict[str, Any]]) -> bytes:
    return orjson.dumps({"type": "FeatureCollection", "features": list(features)})


def _feature(geometry: Any, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _point(community: CommunityReach) -> Any:
    if community.latitude is None or community.longitude is None:
        return None
    return {"type": "Point", "coordinates": [community.longitude, community.latitude]}


def _polygon(district: District) -> Any:
    """Return an outline whose outer rings run counterclockwise, as the format wants."""
    return district.outline and mapping(shapely.orient_polygons(district.outline))
