"""How long to wait before asking again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from secrets import SystemRandom

_FIRST_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Waiting:
    """Exponential, with full jitter, so that clients that failed together do not come back together.

    Parameters
    ----------
    longest_seconds
        Of one wait. A service that asks for a longer one is not asked again.
    sleep, draw
        The clock and the dice: `draw` gives a number in [0, 1).
    """

    longest_seconds: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[], float] = SystemRandom().random

    def is_worth_it(self, retry_after_seconds: float | None) -> bool:
        """Tell whether the service wants to be asked again soon enough."""
        return (retry_after_seconds or 0.0) <= self.longest_seconds

    def pause(self, failures: int, retry_after_seconds: float | None = None) -> None:
        """Wait after so many failures in a row, never less than the service asked for."""
        jitter = self.draw() * min(_FIRST_SECONDS * 2**failures, self.longest_seconds)
        self.sleep((retry_after_seconds or 0.0) + jitter)
