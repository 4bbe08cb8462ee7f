"""The matching engine of one process."""

from __future__ import annotations

from collections.abc import Callable
from math import nan

import structlog

from api.live.loading import InBackground
from graph_models.domain.errors import StoreError
from graph_models.ports import GraphStore
from matcher.use_cases import LiveMatcher

log = structlog.stdlib.get_logger("lastmeter.engine")


class Engine:
    """Holds the matcher once it is loaded.

    Parameters
    ----------
    store
        What it is kept fresh from.
    load
        Builds it; see `InBackground`.
    """

    def __init__(self, store: GraphStore, load: Callable[[], LiveMatcher]) -> None:
        self._store = store
        self._loading = InBackground("engine", lambda: _prepared(load()))

    @property
    def matcher(self) -> LiveMatcher:
        """Return the matcher, or refuse while there is none."""
        return self._loading.value

    def size(self) -> float:
        """Number of providers, not a number while there is no matcher."""
        matcher = self._loading.loaded
        return nan if matcher is None else matcher.provider_count

    def lag(self) -> float:
        """Committed change sets that the matcher has not seen, not a number where that is not known."""
        matcher = self._loading.loaded
        if matcher is None:
            return nan
        try:
            return max(0, self._store.head() - matcher.cursor)
        except StoreError:
            return nan

    def keep_up(self) -> None:
        """Have the matcher follow the store, if there is one."""
        matcher = self._loading.loaded
        if matcher is not None:
            matcher.keep_up()

    def cancel(self) -> None:
        """Stop loading at the next chance; closing the store is one."""
        self._loading.cancel()

    def join(self) -> None:
        """Wait for the loading to end."""
        self._loading.join()


def _prepared(matcher: LiveMatcher) -> LiveMatcher:
    matcher.prepare()
    if not matcher.provider_count:
        log.warning("the store holds no providers; `lastmeter demo` and `lastmeter load` fill it")
    return matcher
