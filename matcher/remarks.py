"""What a dispatcher should know about a need before acting on the answer to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from graph_models.domain.needs import NeedStatus
from matcher.areas import Areas
from matcher.availability import to_instant, to_microseconds
from matcher.context import NeedContext
from matcher.travel import distance_m


class RemarkCode(StrEnum):
    """The remarks that there are, in the order in which they are made."""

    NEED_NOT_ACTIVE = "need_not_active"
    WINDOW_OVER = "window_over"
    NO_COMMUNITY_NEAR = "no_community_near"
    FAR_FROM_COMMUNITY = "far_from_community"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about a need that does not keep it from being answered.

    Parameters
    ----------
    code
        Which.
    text
        The same in English, without personal data.
    """

    code: RemarkCode
    text: str


def remarks_on(context: NeedContext, areas: Areas) -> tuple[Remark, ...]:
    """Say what is odd about a need.

    Parameters
    ----------
    context
        The need.
    areas
        Those that its community is one of.
    """
    return (*_of_time(context), *_of_place(context, areas))


def _of_time(context: NeedContext) -> Iterator[Remark]:
    status, window = context.need.status, context.need.time_window
    if status is not NeedStatus.ACTIVE:
        yield Remark(RemarkCode.NEED_NOT_ACTIVE, f"the status of the need is {status}")
    if window is not None and (end := to_microseconds(window.end)) <= context.now:
        ended = to_instant(end, context.time_zone).isoformat(timespec="minutes")
        yield Remark(RemarkCode.WINDOW_OVER, f"the time window of the need ended at {ended}")


def _of_place(context: NeedContext, areas: Areas) -> Iterator[Remark]:
    here, code, limit_m = context.location, context.community_code, context.parameters.nearest_community_m
    if here is None:
        return
    if code is None:
        near = f"no community lies within {limit_m / 1000:g} km of the need"
        whom = "only providers that serve every area can be suggested"
        yield Remark(RemarkCode.NO_COMMUNITY_NEAR, f"{near}: {whom}")
        return
    there = areas[code].location
    if there is not None and (apart_m := distance_m(here, there)) > limit_m:
        text = f"the point of the need lies {apart_m / 1000:.1f} km from that of its community {code}"
        yield Remark(RemarkCode.FAR_FROM_COMMUNITY, text)
