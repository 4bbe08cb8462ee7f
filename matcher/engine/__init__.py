"""The vectorised engine. `matcher.reference` says what it computes."""

from matcher.engine.engine import Engine
from matcher.engine.saving import SavedEngine, UnusableIndex

__all__ = ["Engine", "SavedEngine", "UnusableIndex"]
