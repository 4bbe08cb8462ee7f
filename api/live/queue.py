"""The work queue of one process: as fresh as the store, or as it was last while the store is away."""

from __future__ import annotations

from api.live.loading import InBackground
from graph_models.domain.errors import StoreUnavailable
from graph_models.ports import GraphStore
from matcher.work_queue import WorkQueue


class LiveQueue:
    """Holds the queue once it is loaded."""

    def __init__(self, store: GraphStore) -> None:
        self._loading = InBackground("queue", lambda: WorkQueue(store))

    def fresh(self) -> tuple[WorkQueue, bool]:
        """Return the queue, and whether the store could not be asked what has changed.

        Raises
        ------
        Refusal
            While it is not loaded.
        """
        queue = self._loading.value
        try:
            queue.refresh()
        except StoreUnavailable:
            return queue, True
        return queue, False

    def keep_up(self) -> None:
        """Follow the store, if there is something to follow with."""
        queue = self._loading.loaded
        if queue is not None:
            queue.refresh()

    def check_loaded(self) -> None:
        """Refuse while it is not loaded."""
        _ = self._loading.value

    def cancel(self) -> None:
        """Stop loading at the next chance; closing the store is one."""
        self._loading.cancel()

    def join(self) -> None:
        """Wait for the loading to end."""
        self._loading.join()
