"""What a subject may ask for in a while, and the header fields that say how much of it is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from api.http.problem_types import PROBLEM_TYPES
from api.http.problems import Refusal
from api.limits.moving_window import MovingWindow, Standing

MINUTE, HOUR = 60, 3_600
# Whoever pages or searches through the directory copies it; a program that needs all of it is given a file.
DIRECTORY = frozenset({"listProviders", "searchProviders"})


@dataclass(frozen=True, slots=True)
class _Budget:
    name: str
    most: int
    seconds: int
    window: MovingWindow

    def policy(self) -> str:
        return f'"{self.name}";q={self.most};w={self.seconds}'

    def left(self, standing: Standing) -> str:
        return f'"{self.name}";r={standing.remaining};t={standing.seconds}'


class RateLimits:
    """Counts requests by subject, not by token: one that is refreshed opens no new account.

    `limited` is told the name of a budget that was used up.
    """

    def __init__(
        self, requests_per_minute: int, directory_pages_per_hour: int, limited: Callable[[str], None]
    ) -> None:
        self._requests = _budget("requests", requests_per_minute, MINUTE)
        self._directory = _budget("directory", directory_pages_per_hour, HOUR)
        self._limited = limited

    def take(self, subject: str, operation_id: str) -> dict[str, str]:
        """Count a request and return the header fields of its answer.

        Raises
        ------
        Refusal
            If it is one too many; it has the header fields as well.
        """
        policies, rest = [], []
        for budget in self._budgets_of(operation_id):
            standing = budget.window.take(subject)
            policies.append(budget.policy())
            rest.append(budget.left(standing))
            fields = {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(rest)}
            if not standing.is_allowed:
                self._limited(budget.name)
                fields["Retry-After"] = str(standing.seconds)
                meaning = PROBLEM_TYPES["too-many-requests"].meaning
                raise Refusal("too-many-requests", meaning, headers=fields)
        return fields

    def _budgets_of(self, operation_id: str) -> Iterator[_Budget]:
        yield self._requests
        if operation_id in DIRECTORY:
            yield self._directory


def _budget(name: str, most: int, seconds: int) -> _Budget:
    return _Budget(name, most, seconds, MovingWindow(most, seconds))
