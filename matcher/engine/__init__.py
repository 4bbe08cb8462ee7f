"""The vectorised engine. `matcher.reference` says what it computes."""

from matcher.engine.engine import Engine
from matcher.engine.packing import COLUMNS

__all__ = ["COLUMNS", "Engine"]
