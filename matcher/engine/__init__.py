"""The vectorised engine. `matcher.reference` says what it computes."""

from matcher.engine.engine import Engine

__all__ = ["Engine"]
