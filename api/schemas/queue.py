"""The work queue and its map over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from api.schemas.common import Id, QueryModel, ResponseModel
from graph_models.domain.needs import NeedStatus, Urgency
from graph_models.domain.places import AreaLevel
from graph_models.domain.referrals import ReferralStatus
from matcher.work_queue import QueueEntry, QueueFilter, QueueWindow, WorkState

MOST_SHOWN = 200
NO_LEVEL = "none"
LevelCount = Literal["none", "community", "street", "district", "city"]


class QueueQuery(QueryModel):
    offset: Annotated[int, Field(ge=0, le=10_000_000, description="Needs to pass over")] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_SHOWN, description="Most needs to show")] = 50
    area_code: Annotated[Id | None, Field(description="Where help is wanted in this area")] = None
    category_id: Id | None = None
    state: Annotated[
        WorkState | None,
        Field(description="`open`: nobody is asked; `waiting`: for an answer; `under_way`: accepted"),
    ] = None
    is_mine: Annotated[
        bool | None, Field(description="Whether the caller acknowledged it or made one of its referrals")
    ] = None
    search: Annotated[
        str | None,
        StringConstraints(min_length=1, max_length=100),
        Field(description="Part of an id, or of a name of the category or of an area around"),
    ] = None

    def to_filter(self) -> QueueFilter:
        return QueueFilter(self.area_code, self.category_id, self.state, self.is_mine, self.search)


class QueueItem(ResponseModel):
    need_id: str
    revision: Annotated[int, Field(description="What `If-Match` asks for")]
    category_id: str
    community_code: str | None
    urgency: Urgency
    status: NeedStatus
    state: WorkState
    units: int
    units_left: Annotated[int, Field(description="Units that nobody holds or has served")]
    created_at: datetime
    level: Annotated[AreaLevel | None, Field(description="How far its calls have gone")]
    referral_status: Annotated[
        ReferralStatus | None, Field(description="Of the referral that says most; null if there is none")
    ]
    is_mine: bool
    latitude: Annotated[float | None, Field(description="Of the need, or else of its community")]
    longitude: float | None

    @classmethod
    def of(cls, entry: QueueEntry) -> QueueItem:
        need = entry.need
        latitude, longitude = entry.point or (None, None)
        return cls(
            need_id=need.id,
            revision=entry.revision,
            category_id=need.category_id,
            community_code=need.community_code,
            urgency=need.urgency,
            status=need.status,
            state=entry.state,
            units=need.units,
            units_left=entry.units_left,
            created_at=need.created_at,
            level=need.escalation_level,
            referral_status=entry.referral_status,
            is_mine=entry.is_mine,
            latitude=latitude,
            longitude=longitude,
        )


class QueueCounts(ResponseModel):
    """How many needs the filter leaves; by state as if that were no filter."""

    urgency: dict[Urgency, int]
    state: dict[WorkState, int]
    level: dict[LevelCount, int]

    @classmethod
    def of(cls, counts: Mapping[str, Mapping[Any, int]]) -> QueueCounts:
        levels = {NO_LEVEL if level is None else level: n for level, n in counts["level"].items()}
        return cls.model_validate({**counts, "level": levels})


class QueueAnswer(ResponseModel):
    """A part of the open needs: most urgent first, then escalated furthest, then waiting longest."""

    total: Annotated[int, Field(description="Needs that the filter leaves")]
    offset: int
    graph_revision: Annotated[int, Field(description="Last change set that it takes account of")]
    is_stale: Annotated[
        bool, Field(description="Whether the store could not be asked: later changes may be missing")
    ]
    items: list[QueueItem]
    counts: QueueCounts

    @classmethod
    def of(cls, window: QueueWindow, offset: int, *, is_stale: bool) -> QueueAnswer:
        return cls(
            total=window.total,
            offset=offset,
            graph_revision=window.graph_revision,
            is_stale=is_stale,
            items=[QueueItem.of(each) for each in window.entries],
            counts=QueueCounts.of(window.counts),
        )
