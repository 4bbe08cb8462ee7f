"""The matching engine of one process: loaded in the background, so that /healthz answers meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from threading import Event, Thread

import structlog

from api.logs import describe_error
from api.problem_types import PROBLEM_TYPES
from api.problems import RETRY_AFTER, Refusal
from graph_models.domain.errors import LastMeterError, StoreError
from graph_models.ports import GraphStore
from matcher.use_cases import LiveMatcher

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
UPKEEP_SECONDS = 1.0

log = structlog.stdlib.get_logger("lastmeter.engine")


class Engine:
    """Holds the matcher once it is loaded.

    Parameters
    ----------
    store
        What it is kept fresh from.
    load
        Builds it. Called again, after longer and longer pauses, while the store is away or holds
        something that the parameters do not fit.
    """

    def __init__(self, store: GraphStore, load: Callable[[], LiveMatcher]) -> None:
        self._store = store
        self._load = load
        self._matcher: LiveMatcher | None = None
        self._is_cancelled = Event()
        self._loader = Thread(target=self._run, name="engine-loader", daemon=True)
        self._loader.start()

    @property
    def matcher(self) -> LiveMatcher:
        """Return the matcher, or refuse while there is none."""
        if self._matcher is None:
            meaning = PROBLEM_TYPES["not-ready"].meaning
            raise Refusal("not-ready", meaning, headers=RETRY_AFTER)
        return self._matcher

    @property
    def loaded(self) -> LiveMatcher | None:
        """The matcher, None while there is none."""
        return self._matcher

    def size(self) -> float:
        """Number of providers, not a number while there is no matcher."""
        return nan if self._matcher is None else self._matcher.provider_count

    def lag(self) -> float:
        """Committed change sets that the matcher has not seen, not a number where that is not known."""
        if self._matcher is None:
            return nan
        try:
            return max(0, self._store.head() - self._matcher.cursor)
        except StoreError:
            return nan

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
                matcher = self._load()
                matcher.prepare()
                self._matcher = matcher
            except LastMeterError as error:
                log.error("engine not loaded yet", reason=str(error), **describe_error(error))
                self._is_cancelled.wait(pause_seconds)
                pause_seconds = min(2 * pause_seconds, LONGEST_PAUSE_SECONDS)
            except Exception as error:
                # Readiness stays false and the log says why: an operator sees both.
                log.critical("engine cannot be loaded", **describe_error(error))
                return
            else:
                log.info("engine loaded")
                if not self._matcher.provider_count:
                    log.warning("the store holds no providers; `lastmeter demo` and `lastmeter load` fill it")
                return


class Upkeep:
    """Keeps the matcher at most a second behind, asked or not: what it knows when the store goes away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_cancelled = Event()
        self._thread = Thread(target=self._run, name="engine-upkeep", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        self._is_cancelled.set()

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        is_failing = False
        while not self._is_cancelled.wait(UPKEEP_SECONDS):
            matcher = self._engine.loaded
            if matcher is None:
                continue
            try:
                matcher.keep_up()
                is_failing = False
            except LastMeterError as error:
                if not is_failing:
                    log.warning("the engine does not keep up", **describe_error(error))
                is_failing = True
