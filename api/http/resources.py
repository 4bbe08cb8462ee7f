"""What every stored resource can do over HTTP: be created once, read if changed, changed if current."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from api.http.etags import etag_of, is_fresh
from api.http.problems import refusing
from graph_models.domain.errors import RevisionConflict
from graph_models.ports import NEW, E, GraphStore, Operation, Put, Stored, Within, key_of
from graph_models.schema import BY_ENTITY
from matcher.closed_loop.acts import Act
from matcher.closed_loop.once import key_in, write_once


def create(store: GraphStore, kind: type[E], act: Act, build: Callable[[], E]) -> Stored[E]:
    """Store a new value; the same act again gives the value of the first time.

    `build` makes the value out of the request.
    """
    with refusing():
        value = build()
    label = BY_ENTITY[kind].label
    event = act.event(f"{label.lower()}.created", label, key_of(value))
    done = write_once(store, act, lambda: (Put(value, NEW), Put(event, NEW)))
    return store.get(kind, key_in(done, kind))


def change(
    store: GraphStore,
    kind: type[E],
    key: str,
    expected_revision: int,
    alter: Callable[[E], E],
    act: Act,
    within: Within = None,
) -> Stored[E]:
    """Replace a value that is still at the revision the client read.

    The same act again gives the value as it stands now, though it is at that revision no more.
    """
    stored = store.get(kind, key, within=within)
    is_current = stored.revision == expected_revision
    altered = stored.value
    if is_current:
        with refusing():
            altered = alter(stored.value)
        if altered == stored.value:
            return stored
    label = BY_ENTITY[kind].label
    need_id = key if label == "Need" else None
    event = act.event(f"{label.lower()}.changed", label, key, need_id=need_id)

    def decide() -> tuple[Operation, ...]:
        if not is_current:
            raise RevisionConflict(label, key, expected_revision, stored.revision)
        return Put(altered, expected_revision), Put(event, NEW)

    done = write_once(store, act, decide)
    if not is_current:
        return stored
    return Stored(altered, next(each.revision for each in done.changes if each.kind is kind))


def tag(response: Response, stored: Stored[E]) -> Stored[E]:
    """Set the ETag of what is answered."""
    response.headers["ETag"] = etag_of(stored.revision)
    return stored


def not_modified(stored: Stored[E], if_none_match: str | None) -> Response | None:
    """Answer 304 if the client's copy is current."""
    etag = etag_of(stored.revision)
    return Response(status_code=304, headers={"ETag": etag}) if is_fresh(if_none_match, etag) else None
