"""Coverage gaps: where help does not reach, why, and what would close it."""

from matcher.coverage.siting import Siting, place_stations

__all__ = ["Siting", "place_stations"]
