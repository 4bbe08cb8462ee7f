"""API keys as the store last showed them, for while it is away."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic

from graph_models.domain.credentials import ApiKey
from graph_models.domain.errors import StoreUnavailable

TRUSTED_SECONDS = 900.0
MOST_KEPT = 10_000


class KnownKeys:
    """Asks the store first, always: what is remembered counts only while it does not answer.

    A key that is revoked past a store that is away is good for as long as it is trusted.
    """

    def __init__(
        self, find: Callable[[str], ApiKey | None], *, timer: Callable[[], float] = monotonic
    ) -> None:
        self._find = find
        self._timer = timer
        self._lock = Lock()
        self._known: OrderedDict[str, tuple[ApiKey, float]] = OrderedDict()

    def find(self, key_id: str) -> ApiKey | None:
        """Return a key, None if there is none.

        Raises
        ------
        StoreUnavailable
            If the store is away and has not shown the key lately.
        """
        try:
            key = self._find(key_id)
        except StoreUnavailable:
            with self._lock:
                known, seen_at = self._known.get(key_id, (None, 0.0))
            if known is None or self._timer() - seen_at > TRUSTED_SECONDS:
                raise
            return known
        with self._lock:
            if key is None:
                self._known.pop(key_id, None)
            else:
                self._known[key_id] = key, self._timer()
                self._known.move_to_end(key_id)
                if len(self._known) > MOST_KEPT:
                    self._known.popitem(last=False)
        return key
