"""Colours for numbers that colour-blind readers tell apart, and that keep their order in grey."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

CIVIDIS = ("#fee838", "#c8b866", "#948e77", "#666970", "#35456c", "#00224e")
"""Six steps of the scale of J. R. Nuñez, C. R. Anderton, R. S. Renslow: Optimizing colormaps with
consideration for color vision deficiency. PLoS ONE 13(7), 2018. doi:10.1371/journal.pone.0199239"""


@dataclass(frozen=True, slots=True)
class Scale:
    """Classes of equal width from 0 up, each with a colour; the first is 0 alone.

    Parameters
    ----------
    ends
        Largest value of each class.
    """

    ends: tuple[Decimal, ...]

    def colour(self, value: float) -> str:
        """Return the colour of a value that is no larger than the last end."""
        return self._colours()[bisect_left(self.ends, Decimal(str(value)))]

    def legend(self) -> tuple[tuple[str, str], ...]:
        """Return the colour and the text of each class."""
        pairs = zip(self.ends, self.ends[1:], strict=False)
        texts = ("0", *(f"over {low} up to {high}" for low, high in pairs))
        return tuple(zip(self._colours(), texts, strict=True))

    def _colours(self) -> tuple[str, ...]:
        if len(self.ends) == 1:
            return CIVIDIS[:1]
        last = len(CIVIDIS) - 1
        return tuple(CIVIDIS[round(step * last / (len(self.ends) - 1))] for step in range(len(self.ends)))


def scale_of(values: Iterable[float], unit: str = "1") -> Scale:
    """Make a scale for numbers that are not negative.

    Parameters
    ----------
    unit
        The ends are multiples of it.

    Examples
    --------
    >>> [str(end) for end in scale_of([0, 3, 12]).ends]
    ['0', '3', '6', '9', '12']
    """
    step_of, largest = Decimal(unit), Decimal(str(max(values, default=0)))
    step = max((largest / 5 / step_of).to_integral_value(ROUND_CEILING), Decimal(1)) * step_of
    ends = [Decimal(0)]
    while ends[-1] < largest:
        ends.append(ends[-1] + step)
    return Scale(tuple(ends))
