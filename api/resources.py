"""What every stored resource can do over HTTP: be created once, read if changed, changed if current."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from starlette.responses import Response

from api.etags import etag_of, is_fresh
from api.idempotency import Creation
from api.problems import refusing
from graph_models.domain.errors import IdempotencyConflict, RevisionConflict
from graph_models.domain.needs import Need
from graph_models.ports import NEW, E, GraphStore, Put, Stored, WriteBatch, key_of


def create(
    store: GraphStore, kind: type[E], creation: Creation, build: Callable[[datetime], E], now: datetime
) -> Stored[E]:
    """Store a new value; the same creation again gives the value of the first time.

    `build` makes the value out of the request, for a time of creation.
    """

    def attempt(moment: datetime) -> str:
        with refusing():
            value = build(moment)
        store.write(WriteBatch(creation.write_id, (Put(value, NEW),)))
        return key_of(value)

    try:
        key = attempt(now)
    except IdempotencyConflict:
        key = attempt(_first_moment(store, creation, now))
    return store.get(kind, key)


def _first_moment(store: GraphStore, creation: Creation, now: datetime) -> datetime:
    """When the first attempt took place: a repetition must not differ by the time of its arrival."""
    first = store.outcome_of(creation.write_id)
    if first is None or first.changes[0].kind is not Need:
        return now
    return store.get(Need, first.changes[0].key).value.created_at


def change(
    store: GraphStore, kind: type[E], key: str, expected_revision: int, alter: Callable[[E], E]
) -> Stored[E]:
    """Replace a value that is still at the revision the client read."""
    stored = store.get(kind, key)
    if stored.revision != expected_revision:
        raise RevisionConflict(kind.__name__, key, expected_revision, stored.revision)
    with refusing():
        altered = alter(stored.value)
    if altered == stored.value:
        return stored
    done = store.write(WriteBatch(f"http-{uuid4().hex}", (Put(altered, expected_revision),)))
    return Stored(altered, done.changes[0].revision)


def tag(response: Response, stored: Stored[E]) -> Stored[E]:
    """Set the ETag of what is answered."""
    response.headers["ETag"] = etag_of(stored.revision)
    return stored


def not_modified(stored: Stored[E], if_none_match: str | None) -> Response | None:
    """Answer 304 if the client's copy is current."""
    etag = etag_of(stored.revision)
    return Response(status_code=304, headers={"ETag": etag}) if is_fresh(if_none_match, etag) else None
