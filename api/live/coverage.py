"""The coverage of the city as of late: studied aside, so that nobody who asks waits for long."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import TypeVar

import structlog

from api.http.problem_types import PROBLEM_TYPES
from api.http.problems import RETRY_AFTER, Refusal
from api.live.engine import Engine
from api.logs import describe_error
from graph_models.domain.errors import LastMeterError
from matcher.coverage.published import Coverage
from matcher.coverage.publishing import publish
from matcher.coverage.study import Study, make_study

PATIENCE_SECONDS = 15.0  # for the first study
LONG_PATIENCE_SECONDS = 120.0  # for a question of its own
_REST = 10  # times as long as a study took, no newer one is begun
_LONGEST_REST_SECONDS = 600.0
T = TypeVar("T")

log = structlog.stdlib.get_logger("lastmeter.coverage")


class Cancelled(Exception):
    """The service is stopping."""


@dataclass(frozen=True)
class _Latest:
    study: Study
    coverage: Coverage
    good_until: float  # by the monotonic clock


class CoverageDesk:
    """Keeps what was found of a city, and studies it anew once it has changed and somebody asks.

    Studies and questions are worked on one at a time. Whoever asks gets the latest study at once, while
    a newer one is in the making; only the very first is waited for.

    Parameters
    ----------
    engine
        Whose matcher reads the city.
    k
        Least count that is shown.
    """

    def __init__(self, engine: Engine, k: int) -> None:
        self._engine, self.k = engine, k
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="coverage")
        self._making: Future[None] | None = None
        self._latest: _Latest | None = None
        self._is_cancelled = False

    def coverage(self) -> Coverage:
        """Return what may be shown of the latest study.

        Raises
        ------
        Refusal
            If there is nothing yet: it is being made.
        LastMeterError
            If it cannot be made.
        """
        return self._current().coverage

    def study(self) -> tuple[Study, Coverage]:
        """Return the latest study, and what of it may be shown."""
        latest = self._current()
        return latest.study, latest.coverage

    def ask(self, question: Callable[[Study], T]) -> T:
        """Ask something of the latest study, after what is being worked on.

        Raises
        ------
        Refusal
            If there is none yet, or the answer takes too long.
        """
        asked = self._thread.submit(question, self._current().study)
        try:
            return asked.result(LONG_PATIENCE_SECONDS)
        except TimeoutError:
            asked.cancel()
            raise _busy() from None

    def close(self) -> None:
        """Give up what is under way, and wait for the thread to notice."""
        self._is_cancelled = True
        self._thread.shutdown(cancel_futures=True)

    def _current(self) -> _Latest:
        matcher = self._engine.matcher
        matcher.refresh()
        with self._lock:
            latest, making = self._latest, self._making
            is_old = latest is None or (
                latest.coverage.graph_revision != matcher.cursor and monotonic() > latest.good_until
            )
            if is_old and (making is None or making.done()):
                making = self._making = self._thread.submit(self._make)
        if latest is None and making is not None:
            try:
                making.result(PATIENCE_SECONDS)
            except TimeoutError:
                raise _busy() from None
            latest = self._latest
        if latest is None:
            raise _busy()
        return latest

    def _make(self) -> None:
        began = monotonic()
        try:
            study = make_study(self._engine.matcher.city(), self._tell)
            coverage = publish(study, self.k)
        except Cancelled:
            raise
        except LastMeterError as error:
            log.warning("the coverage was not studied", reason=str(error))
            raise
        except Exception as error:
            log.critical("a study of coverage failed", **describe_error(error))
            raise
        now = monotonic()
        rest = min(_REST * (now - began), _LONGEST_REST_SECONDS)
        self._latest = _Latest(study, coverage, now + rest)

    def _tell(self, *_: object) -> None:
        if self._is_cancelled:
            raise Cancelled


def _busy() -> Refusal:
    return Refusal("study-under-way", PROBLEM_TYPES["study-under-way"].meaning, headers=RETRY_AFTER)
