"""Suggestions over all providers of a city at once."""

from matcher.engine.engine import Engine
from matcher.engine.naming import NamedProvider
from matcher.engine.packing import COLUMNS
from matcher.engine.ranking import PLAIN, Terms, costs
from matcher.engine.reach import Places, Reach
from matcher.engine.roll import Roll
from matcher.engine.roster import NO_PAIRS, Met, PairFinder, Pairs, Roster, joined
from matcher.engine.saving import SavedEngine, UnusableIndex

__all__ = [
    "COLUMNS",
    "NO_PAIRS",
    "PLAIN",
    "Engine",
    "Met",
    "NamedProvider",
    "PairFinder",
    "Pairs",
    "Places",
    "Reach",
    "Roll",
    "Roster",
    "SavedEngine",
    "Terms",
    "UnusableIndex",
    "costs",
    "joined",
]
