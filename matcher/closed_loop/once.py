"""Writing what is decided on the state of the store, once for each request."""

from __future__ import annotations

from collections.abc import Callable

from graph_models.domain.audit import AuditEvent
from graph_models.domain.errors import (
    IdempotencyConflict,
    LastMeterError,
    NotFound,
    RevisionConflict,
    StoreError,
)
from graph_models.ports import ChangeSet, E, Entity, GraphStore, Operation, WriteBatch
from matcher.closed_loop.acts import Act

ATTEMPTS = 20
Decide = Callable[[], tuple[Operation, ...]]


def write_once(
    store: GraphStore,
    act: Act,
    decide: Decide,
    *,
    moving: type[Entity] | None = None,
    vanishing: type[Entity] | None = None,
) -> ChangeSet:
    """Write what is decided under the write id of an act, and return what that changed.

    If the act has taken effect before, its first outcome is returned: a request that is repeated
    because its answer was lost would otherwise be refused for what it has done itself.

    Parameters
    ----------
    decide
        Reads the store and returns operations with the revisions that it read, among them the event
        that tells of the act. Called again if a value of the kind `moving` has changed meanwhile, or
        one of the kind `vanishing`, which may also be gone.

    Raises
    ------
    IdempotencyConflict
        If the act took effect before, and asked for something else then.
    LastMeterError
        Whatever `decide` and the store raise.
    """
    for attempt in range(ATTEMPTS):
        try:
            return store.write(WriteBatch(act.write_id, decide()))
        except StoreError:
            raise
        except LastMeterError as error:
            if (done := store.outcome_of(act.write_id)) is not None:
                return _same(store, done, act)
            if attempt + 1 == ATTEMPTS or not _has_moved(error, moving, vanishing):
                raise
    raise AssertionError("the last attempt returns or raises")


def key_in(done: ChangeSet, kind: type[E]) -> str:
    """Return the key of the first value of a kind that a change set changed."""
    return next(each.key for each in done.changes if each.kind is kind)


def _has_moved(error: LastMeterError, moving: type[Entity] | None, vanishing: type[Entity] | None) -> bool:
    if isinstance(error, NotFound):
        return vanishing is not None and error.kind == vanishing.__name__
    kinds = [each.__name__ for each in (moving, vanishing) if each is not None]
    return isinstance(error, RevisionConflict) and error.kind in kinds


def _same(store: GraphStore, done: ChangeSet, act: Act) -> ChangeSet:
    told = store.get(AuditEvent, key_in(done, AuditEvent)).value
    if told.request_digest != act.request_digest:
        raise IdempotencyConflict(act.write_id)
    return done
