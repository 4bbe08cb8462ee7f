"""Credentials of each role for a test, and a file of master keys."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from starlette.testclient import TestClient

from api.identity import keys
from api.personal.keys import new_key_file
from graph_models.domain.credentials import Role
from graph_models.ports import NEW, GraphStore, Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from tests.builders import NOW, FixedClock


def headers_of(
    store: GraphStore, role: Role, *areas: str, expires_at: datetime | None = None
) -> dict[str, str]:
    """Issue a key into the store and return the headers that carry it."""
    issued = keys.issue(f"test {role}", role, areas or None, now=NOW, expires_at=expires_at)
    store.write(WriteBatch(f"key-{issued.key.id}", (Put(issued.key, NEW),)))
    return {"Authorization": f"Bearer {issued.text}"}


def headers_in(path: Path, role: Role, *areas: str, expires_at: datetime | None = None) -> dict[str, str]:
    """Do the same for a file."""
    with SqliteStore(path, FixedClock()) as store:
        return headers_of(store, role, *areas, expires_at=expires_at)


def store_of(client: TestClient) -> GraphStore:
    """The store that an application in this process works on."""
    store: GraphStore = client.app.state.services.store  # type: ignore[attr-defined]
    return store


def key_file(folder: Path) -> Path:
    path = folder / "master.keys"
    new_key_file(path)
    return path
