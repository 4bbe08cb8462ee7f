"""Small cells: what is hidden from analysts, and the one door through which counts go out to them."""

from matcher.coverage.suppression.hierarchy import WHOLE
from matcher.coverage.suppression.published import PublishedTable
from matcher.coverage.suppression.suppressing import DEFAULT_K, LEAST_K, suppress, suppress_parts

__all__ = ["DEFAULT_K", "LEAST_K", "WHOLE", "PublishedTable", "suppress", "suppress_parts"]
