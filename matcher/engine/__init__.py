"""Suggestions over all providers of a city at once."""

from matcher.engine.engine import Engine
from matcher.engine.packing import COLUMNS
from matcher.engine.ranking import PLAIN, Terms
from matcher.engine.roster import Pairs, Roster
from matcher.engine.saving import SavedEngine, UnusableIndex

__all__ = ["COLUMNS", "PLAIN", "Engine", "Pairs", "Roster", "SavedEngine", "Terms", "UnusableIndex"]
