"""What a process reads from the store at its start, in the background: /healthz answers meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Generic, TypeVar

import structlog

from api.http.problem_types import PROBLEM_TYPES
from api.http.problems import RETRY_AFTER, Refusal
from api.logs import describe_error
from graph_models.domain.errors import LastMeterError

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
UPKEEP_SECONDS = 1.0

T = TypeVar("T")
log = structlog.stdlib.get_logger("lastmeter.engine")


class InBackground(Generic[T]):
    """Holds a value once it is loaded.

    Parameters
    ----------
    name
        What the log calls it.
    load
        Builds it. Called again, after longer and longer pauses, while the store is away or holds
        something that it cannot be built from.
    """

    def __init__(self, name: str, load: Callable[[], T]) -> None:
        self._name = name
        self._load = load
        self._value: T | None = None
        self._is_cancelled = Event()
        self._loader = Thread(target=self._run, name=f"{name}-loader", daemon=True)
        self._loader.start()

    @property
    def value(self) -> T:
        """Return the value, or refuse while there is none."""
        if self._value is None:
            meaning = PROBLEM_TYPES["not-ready"].meaning
            raise Refusal("not-ready", meaning, headers=RETRY_AFTER)
        return self._value

    @property
    def loaded(self) -> T | None:
        """The value, None while there is none."""
        return self._value

    def cancel(self) -> None:
        """Stop loading at the next chance; closing the store is one."""
        self._is_cancelled.set()

    def join(self) -> None:
        """Wait for the loading to end."""
        self._loader.join()

    def _run(self) -> None:
        pause_seconds = FIRST_PAUSE_SECONDS
        while not self._is_cancelled.is_set():
            try:
                self._value = self._load()
            except LastMeterError as error:
                log.error(f"{self._name} not loaded yet", reason=str(error), **describe_error(error))
                self._is_cancelled.wait(pause_seconds)
                pause_seconds = min(2 * pause_seconds, LONGEST_PAUSE_SECONDS)
            except Exception as error:
                # Readiness stays false and the log says why: an operator sees both.
                log.critical(f"{self._name} cannot be loaded", **describe_error(error))
                return
            else:
                log.info(f"{self._name} loaded")
                return


class Upkeep:
    """Keeps what is in memory at most a second behind, asked or not: what it knows when the store goes away.

    Each of `keep_up` does so for one thing, or nothing while that is not loaded.
    """

    def __init__(self, **keep_up: Callable[[], None]) -> None:
        self._keep_up = keep_up
        self._is_cancelled = Event()
        self._thread = Thread(target=self._run, name="upkeep", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        self._is_cancelled.set()

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        failing: set[str] = set()
        while not self._is_cancelled.wait(UPKEEP_SECONDS):
            for name, keep_up in self._keep_up.items():
                try:
                    keep_up()
                    failing.discard(name)
                except Exception as error:
                    # Also of what nobody expected: one that fails must not keep the others from it.
                    if name not in failing:
                        tell = log.warning if isinstance(error, LastMeterError) else log.critical
                        tell(f"the {name} does not keep up", **describe_error(error))
                    failing.add(name)
