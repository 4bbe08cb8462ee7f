"""Work that many ask for at the same time, done once for all of them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock


class Rounds:
    """Rounds of the same work, one at a time; whoever asks is served by one that began after that.

    However many threads ask, each waits for two rounds at most, and the work is done no more often
    than one thread could do it.

    Parameters
    ----------
    work
        Done once a round. What it raises is raised to everybody who waited for that round.

    Examples
    --------
    >>> found = []
    >>> rounds = Rounds(lambda: found.append("read"))
    >>> rounds.join()
    >>> found
    ['read']
    """

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._is_running = Lock()
        self._door = Lock()
        self._next: Future[None] | None = None  # the round that has not begun, if anybody waits for it

    def join(self) -> None:
        """Return once a round that began after the call has ended."""
        with self._door:
            is_first = self._next is None
            mine = self._next = self._next or Future()
        if is_first:
            self._lead(mine)
        mine.result()

    def _lead(self, mine: Future[None]) -> None:
        with self._is_running:
            with self._door:
                self._next = None  # who asks from now on waits for another round
            try:
                self._work()
            except BaseException as error:
                mine.set_exception(error)
            else:
                mine.set_result(None)
