"""The graph in one SQLite file: nothing to install, several threads and processes at once."""

from graph_models.stores.sqlite.copying import copy_file, filling, pour
from graph_models.stores.sqlite.migrations import migrate_file
from graph_models.stores.sqlite.store import SqliteStore

__all__ = ["SqliteStore", "copy_file", "filling", "migrate_file", "pour"]
