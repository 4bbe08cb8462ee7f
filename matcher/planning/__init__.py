"""Plans: providers for many needs at once."""

from matcher.planning.assignment import Assignment, assign

__all__ = ["Assignment", "assign"]
