"""What a file does to a saved engine: the one who reads it has arrays of its own."""

from __future__ import annotations

from matcher.engine import SavedEngine


def copied(saved: SavedEngine) -> SavedEngine:
    return saved._replace(arrays={name: array.copy() for name, array in saved.arrays.items()})
