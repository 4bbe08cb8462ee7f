"""Where to open stations: covering, p-median and p-center problems over numbers."""

from matcher.coverage.siting.result import Method, Siting
from matcher.coverage.siting.stations import place_stations

__all__ = ["Method", "Siting", "place_stations"]
