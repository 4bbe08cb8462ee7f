"""/v1/queue: what is open, in the order in which it should be seen to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.bodies import JsonRoute, written
from api.dependencies import PrincipalDep, QueueDep
from api.openapi import OF_STORE, failures
from api.schemas.queue import QueueAnswer, QueueQuery

router = APIRouter(prefix="/v1", tags=["queue"], route_class=JsonRoute)


@router.get(
    "/queue",
    operation_id="getQueue",
    response_model=QueueAnswer,
    responses=failures(*OF_STORE, "invalid-request", "not-ready"),
)
def get_queue(query: Annotated[QueueQuery, Query()], queue: QueueDep, principal: PrincipalDep) -> Response:
    """Show a part of the open needs, from memory: as fresh as the store."""
    live, is_stale = queue.fresh()
    window = live.window(query.to_filter(), query.offset, query.limit, principal.subject, principal.within)
    return written(QueueAnswer.of(window, query.offset, is_stale=is_stale))
