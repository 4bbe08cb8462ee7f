"""Suggestions over all providers of a city at once."""

from matcher.engine.engine import Engine
from matcher.engine.ranking import PLAIN, Terms
from matcher.engine.roster import Pairs, Roster

__all__ = ["PLAIN", "Engine", "Pairs", "Roster", "Terms"]
