"""/v1/events: what happens, as it happens; /v1/audit-events: what has happened."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from typing import Annotated

import structlog
from fastapi import APIRouter, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response

from api.bodies import JsonRoute
from api.dependencies import PrincipalDep, ServicesDep, StoreDep, StreamPlace
from api.http.pagination import read_page
from api.http.problems import Refusal
from api.identification import identify_again
from api.identity.errors import Forbidden, Unauthenticated
from api.identity.keys import SUBJECT
from api.identity.principal import Principal
from api.live.event_feed import EventFeed, Told
from api.logs import describe_error
from api.openapi import failures, paged
from api.schemas.events import AuditEntry, AuditEventPage, AuditEventQuery, EventOutput
from graph_models.domain.audit import AuditEvent
from graph_models.domain.credentials import ApiKey, Role
from graph_models.domain.errors import LastMeterError
from graph_models.domain.needs import Need
from graph_models.ports import GraphStore

router = APIRouter(prefix="/v1", tags=["events"])
audit_router = APIRouter(prefix="/v1", tags=["events"], route_class=JsonRoute)

log = structlog.stdlib.get_logger("lastmeter.events")

_CURSOR = re.compile(r"(\d{1,18})\.(\d{1,6})")


@router.get(
    "/events",
    operation_id="streamEvents",
    response_class=EventSourceResponse,
    dependencies=[StreamPlace],
    responses=failures("internal-error", "invalid-request"),
)
async def stream_events(
    request: Request,
    principal: PrincipalDep,
    services: ServicesDep,
    last_event_id: Annotated[str | None, Header(description="Go on behind this one")] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Stream events as they happen (server-sent events), or from `Last-Event-ID` on; ids only.

    With each heartbeat the credential is judged again: once it is good no more, the stream ends.
    """
    feed, heart = services.events, _Heartbeat(services.streams.heartbeat_seconds)
    match = _CURSOR.fullmatch(last_event_id or "")
    cursor = (int(match[1]), int(match[2])) if match else await feed.latest()
    # With a cursor, so that who is cut off before the first event can go on from here as well.
    yield ServerSentEvent(comment="connected", retry=1_000, id="{}.{}".format(*cursor))
    async for each in _following(feed, cursor, heart):
        if heart.is_due():
            try:
                principal = await identify_again(request, services)
            except (Unauthenticated, Forbidden) as refusal:
                # Who asks again is told why, by the answer to any request.
                log.warning("an event stream ends", **describe_error(refusal))
                yield ServerSentEvent(comment="sign in again")
                return
            except LastMeterError:
                pass  # while nobody can say, what was said last holds
            yield ServerSentEvent(comment="ping")
        if each is not None and concerns(principal, each):
            data = EventOutput.of(each.event).model_dump(mode="json")
            yield ServerSentEvent(id=each.cursor, event=each.event.action, data=data)


@audit_router.get(
    "/audit-events",
    operation_id="listAuditEvents",
    responses=paged("not-found"),
)
def list_audit_events(
    query: Annotated[AuditEventQuery, Query()],
    store: StoreDep,
    principal: PrincipalDep,
    request: Request,
    response: Response,
) -> AuditEventPage:
    """List the audit trail in the order of time, a page at a time.

    Only an administrator who reaches everywhere sees all of it; everybody else asks for one need at a time.
    """
    if principal.within is not None or principal.role is not Role.ADMIN:
        if query.need_id is None:
            raise Refusal("forbidden", "This credential sees what was done about one need: name it.")
        store.get(Need, query.need_id, within=principal.within)
    events, cursor = read_page(request, response, store, AuditEvent, query, lambda each: each.value)
    names = _names_of_keys(store, {each.actor for each in events})
    items = [AuditEntry.of(each, names.get(each.actor)) for each in events]
    return AuditEventPage(items=items, next_cursor=cursor)


def _names_of_keys(store: GraphStore, actors: Iterable[str]) -> dict[str, str]:
    keys = [each.removeprefix(SUBJECT) for each in actors if each.startswith(SUBJECT)]
    return {f"{SUBJECT}{key}": known.value.name for key, known in store.get_many(ApiKey, keys).items()}


def concerns(principal: Principal, told: Told) -> bool:
    """Tell whether somebody may know of an event: one of a need in the jurisdiction, or any without one."""
    is_theirs = told.event.need_id is not None and principal.acts_for(told.resident_id)
    return principal.within is None or (is_theirs and principal.reaches(*told.codes))


class _Heartbeat:
    """When a stream has to say that it is there, whether anything happens or not."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._time = asyncio.get_running_loop().time
        self._due_at = self._time() + seconds

    @property
    def left_seconds(self) -> float:
        return max(0.0, self._due_at - self._time())

    def is_due(self) -> bool:
        """Tell whether it is time, and if so count anew."""
        if self.left_seconds > 0:
            return False
        self._due_at = self._time() + self._seconds
        return True


async def _following(
    feed: EventFeed, cursor: tuple[int, int], heart: _Heartbeat
) -> AsyncIterator[Told | None]:
    """Yield events behind a cursor, and None where nothing happened until the next heartbeat."""
    while not feed.is_closed:
        found = await feed.after(cursor)
        for each in found:
            cursor = (each.sequence, each.position)
            yield each
        if not found and not feed.is_closed and not await feed.wait(heart.left_seconds):
            yield None
