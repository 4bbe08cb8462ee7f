"""Starting from the index that an earlier process saved, where there is a good one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from api.live import index_file
from api.settings import Settings
from graph_models.domain.errors import LastMeterError
from graph_models.ports import Clock, GraphStore
from matcher.engine import UnusableIndex
from matcher.parameters import MatchParameters
from matcher.use_cases import LiveMatcher

Warn = Callable[[str, str], object]  # what happened, and why


def index_path(settings: Settings, store_file: Path | None) -> Path | None:
    """Tell where the index of a store is kept, None for nowhere.

    Parameters
    ----------
    store_file
        The file of the store, None if it is a server.
    """
    if not settings.keep_index:
        return None
    if store_file is not None:
        folder = settings.index_path or store_file.parent
        return folder / f"{store_file.name}.index"
    if settings.index_path is None:
        return None
    address = urlsplit(settings.store_url)
    return settings.index_path / f"{address.hostname}-{address.port or 'default'}.index"


class WarmStart:
    """Makes the matcher of a process from its saved index or, failing that, from the store.

    Parameters
    ----------
    path
        Of the index, None for none.
    store, clock, parameters
        Of the matcher.
    warn
        Is told what is wrong with a file: nobody has to do anything about it.
    """

    def __init__(
        self, path: Path | None, store: GraphStore, clock: Clock, parameters: MatchParameters, warn: Warn
    ) -> None:
        self._path = path
        self._make = partial(LiveMatcher, store, clock, parameters)
        self._warn = warn
        self._matcher: LiveMatcher | None = None
        self._saved_at = 0  # cursor; there is nothing to save from a store that holds nothing

    def load(self) -> LiveMatcher:
        """Return a matcher that has caught up with the store.

        Raises
        ------
        LastMeterError
            As `LiveMatcher`.
        """
        return self._restored() or self._make()

    def load_and_keep(self) -> LiveMatcher:
        """Do the same, and save what had to be built: before it is handed out nobody waits for that."""
        matcher = self._restored()
        if matcher is None:
            matcher = self._make()
            matcher.prepare()
            self._save(matcher)
        self._matcher = matcher
        return matcher

    def save(self) -> None:
        """Save the index of the matcher that is kept, if there is one that has moved on."""
        if self._matcher is not None:
            self._save(self._matcher)

    def _save(self, matcher: LiveMatcher) -> None:
        if self._path is None or matcher.cursor == self._saved_at:
            return
        try:
            matcher.save(partial(index_file.write, self._path))
        except (OSError, LastMeterError) as error:
            self._warn("the index was not saved", _words(error))
        else:
            self._saved_at = matcher.cursor

    def _restored(self) -> LiveMatcher | None:
        if self._path is None:
            return None
        try:
            saved = index_file.read(self._path)
            matcher = self._make(saved)
        except FileNotFoundError:
            return None
        except (OSError, UnusableIndex) as error:
            self._warn("the saved index is not used; it is built anew", _words(error))
            return None
        self._saved_at = saved.cursor
        return matcher


def _words(error: OSError | LastMeterError) -> str:
    """Say why, without the path that the system's words may repeat."""
    return (isinstance(error, OSError) and error.strerror) or str(error)
