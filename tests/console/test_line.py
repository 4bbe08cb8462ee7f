"""Lines that break and servers that die: the state is shown, nothing is lost, nothing is sent twice."""

from __future__ import annotations

import signal

from playwright.sync_api import expect

from tests.console.conftest import Sit, Town
from tests.console.line import drop_first_answer, offers_of

LOST = "Connection lost, reconnecting"


def test_a_double_click_asks_once(town: Town, sit: Sit) -> None:
    """The list moves under the pointer after the first click: nobody else may be asked by the second."""
    need_id = next(each for each in town.open_needs() if len(town.suggested(each)) > 1)
    desk = sit("street desk")
    sent = offers_of(desk)
    desk.pick(need_id)
    desk.begins("Hold and offer to").first.dblclick()
    expect(desk.referrals.filter(has_text="Awaiting an answer")).to_have_count(1)
    assert len(sent) == 1
    assert len(town.referrals(need_id)) == 1


def test_a_lost_answer_is_asked_for_again_under_the_same_key(town: Town, sit: Sit) -> None:
    """The service has done it, and the line drops its answer: one referral all the same."""
    need_id = next(town.open_needs())
    desk = sit("street desk")
    desk.watch.allow("ERR_CONNECTION_RESET")
    sent, dropped = offers_of(desk), drop_first_answer(desk)
    desk.pick(need_id)
    desk.begins("Hold and offer to").first.click()
    desk.until(lambda: len(sent) == 2)
    expect(desk.referrals.filter(has_text="Awaiting an answer")).to_have_count(1)
    expect(desk.page.get_by_role("alert")).to_have_count(0)
    assert dropped == [201]
    assert len({request.headers["idempotency-key"] for request in sent}) == 1
    assert len(town.referrals(need_id)) == 1


def test_a_server_that_dies_and_comes_back_loses_nothing(town: Town, sit: Sit) -> None:
    """An offer that is made while it is away takes effect once; what others did meanwhile is shown."""
    choice = (each for each in town.open_needs() if len(town.suggested(each)) > 1)
    need_id, elsewhere = next(choice), next(choice)
    desk = sit("street desk")
    desk.watch.allow("ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE")
    desk.watch.allow("status of 503")  # the service says that it is starting
    desk.pick(need_id)
    expect(desk.live()).to_be_visible()
    expect(desk.row(elsewhere)).to_be_visible()
    town.server.stop(signal.SIGKILL)
    expect(desk.page.get_by_text(LOST).first).to_be_visible()
    desk.begins("Hold and offer to").first.click()
    expect(desk.page.get_by_text("Sending …").first).to_be_visible()
    town.restart()
    town.take(elsewhere)
    desk.until(lambda: desk.page.get_by_role("button", name="Try again").count() > 0 or asked(town, need_id))
    for again in desk.page.locator(".trouble").get_by_role("button", name="Try again").all():
        again.click()
    expect(desk.live()).to_be_visible()
    expect(desk.referrals.filter(has_text="Awaiting an answer")).to_have_count(1)
    expect(desk.row(elsewhere)).to_have_count(0)
    assert len(town.referrals(need_id)) == 1


def asked(town: Town, need_id: str) -> bool:
    return len(town.referrals(need_id)) > 0


def test_a_part_that_cannot_be_fetched_says_so_and_the_rest_goes_on(sit: Sit) -> None:
    """As when the console was built anew while it stood open, and a part of the old one is gone."""
    desk = sit("street desk")
    desk.watch.allow("ERR_FAILED|dynamically imported module")
    desk.page.route("**/assets/PlanView-*.js", lambda route: route.abort())
    desk.views.get_by_role("link", name="Plan").click()
    expect(desk.page.get_by_role("alert")).to_contain_text("could not be loaded")
    expect(desk.button("Reload the page")).to_be_visible()
    desk.views.get_by_role("link", name="Work").click()
    expect(desk.queue).to_be_visible()
