"""How long a provider may think, and how long a need may wait for somebody to act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from graph_models.domain.checks import check_integer
from graph_models.domain.errors import InvalidValue
from graph_models.domain.needs import Urgency

LONGEST_MINUTES = 60 * 24 * 60

HOLD_MINUTES = {Urgency.ROUTINE: 24 * 60, Urgency.URGENT: 4 * 60, Urgency.ASAP: 60, Urgency.STAT: 15}
ANSWER_MINUTES = {Urgency.ROUTINE: 24 * 60, Urgency.URGENT: 2 * 60, Urgency.ASAP: 30, Urgency.STAT: 10}


@dataclass(frozen=True, slots=True)
class LoopPolicy:
    """What a city may choose about the closed loop.

    Parameters
    ----------
    hold_minutes
        How long a requested referral holds its units, by urgency of the need, in minutes.
    answer_minutes
        How long a need waits at each level before it climbs to the next, by urgency, in minutes.

    Raises
    ------
    InvalidValue
        If an urgency is missing, or a time is not 1 minute to 60 days.
    """

    hold_minutes: Mapping[Urgency, int] = field(default_factory=lambda: HOLD_MINUTES)
    answer_minutes: Mapping[Urgency, int] = field(default_factory=lambda: ANSWER_MINUTES)

    def __post_init__(self) -> None:
        for name in ("hold_minutes", "answer_minutes"):
            chosen = getattr(self, name)
            if set(chosen) != set(Urgency):
                raise InvalidValue(name, f"name each of {', '.join(Urgency)}")
            for urgency, minutes in chosen.items():
                check_integer(f"{name}.{urgency}", minutes, least=1, most=LONGEST_MINUTES)

    def hold(self, urgency: Urgency) -> timedelta:
        """Return how long a requested referral holds its units."""
        return timedelta(minutes=self.hold_minutes[urgency])

    def wait(self, urgency: Urgency) -> timedelta:
        """Return how long a need waits for an answer at one level."""
        return timedelta(minutes=self.answer_minutes[urgency])
