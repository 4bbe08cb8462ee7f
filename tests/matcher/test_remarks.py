from __future__ import annotations

from datetime import timedelta

import pytest

from graph_models.domain.needs import Need, NeedStatus
from graph_models.domain.schedules import TimeWindow
from matcher.remarks import RemarkCode, remarks_on
from tests.builders import COMMUNITY, NOW, a_need
from tests.matcher.situations import a_catalogue, a_context, north


def said(need: Need, **category: bool) -> list[tuple[RemarkCode, str]]:
    context = a_context(need, **category)
    return [(each.code, each.text) for each in remarks_on(context, a_catalogue().areas)]


def test_an_ordinary_need_gets_none() -> None:
    """Nothing is said of an active need, with a window that ends later, near its community."""
    window = TimeWindow(NOW - timedelta(hours=2), NOW + timedelta(microseconds=1))
    assert said(a_need(time_window=window, location=north(49_900))) == []


@pytest.mark.parametrize("status", [status for status in NeedStatus if status is not NeedStatus.ACTIVE])
def test_a_need_that_is_not_active(status: NeedStatus) -> None:
    """Whoever asks for a closed need is told that it is closed."""
    text = f"the status of the need is {status.value}"
    assert said(a_need(status=status)) == [(RemarkCode.NEED_NOT_ACTIVE, text)]


def test_a_window_that_is_over() -> None:
    """The end of a window is exclusive, and told on the clock of the city."""
    window = TimeWindow(NOW - timedelta(hours=2), NOW)
    [(code, text)] = said(a_need(time_window=window))
    assert code is RemarkCode.WINDOW_OVER
    assert text.startswith("the time window of the need ended at 20")
    assert text.endswith("+08:00")


def test_a_need_far_from_every_community() -> None:
    """It is told who can be suggested at all."""
    [(code, text)] = said(a_need(location=north(60_000), community_code=None))
    assert code is RemarkCode.NO_COMMUNITY_NEAR
    assert text.startswith("no community lies within 50 km of the need: only providers that serve every")


def test_a_point_that_contradicts_the_community() -> None:
    """A point far from the community that is named beside it shows a mistake in one of them."""
    text = f"the point of the need lies 60.0 km from that of its community {COMMUNITY}"
    assert said(a_need(location=north(60_000))) == [(RemarkCode.FAR_FROM_COMMUNITY, text)]


def test_several_remarks_come_in_order() -> None:
    """One remark does not hide another."""
    window = TimeWindow(NOW - timedelta(hours=2), NOW - timedelta(hours=1))
    need = a_need(status=NeedStatus.REVOKED, time_window=window, location=north(60_000))
    assert [code for code, _ in said(need)] == [
        RemarkCode.NEED_NOT_ACTIVE,
        RemarkCode.WINDOW_OVER,
        RemarkCode.FAR_FROM_COMMUNITY,
    ]
