"""A plan lives in the server's memory: what a page shows of it once it is gone."""

from __future__ import annotations

import signal

from playwright.sync_api import Locator, Route, expect

from tests.console.conftest import Sit, Town
from tests.console.desk import Desk
from tests.console.test_plan import make_plan

GONE = "The service does not have this plan"
CUT_OFF = "The plan was lost while it was being accepted."
RESTART = "ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED|CONNECTION_RESET|EMPTY_RESPONSE)|status of (503|404)"


def test_a_plan_that_is_open_while_the_server_restarts(town: Town, sit: Sit) -> None:
    """It stays to be read, cannot be accepted, and another one can be made."""
    desk = sit("liwan desk", "plan")
    desk.watch.allow(RESTART)
    rows = make_plan(desk)
    expect(desk.live()).to_be_visible()
    town.server.stop(signal.SIGKILL)
    town.restart()
    expect(told(desk)).to_contain_text("Nothing more of it can be accepted; what is held stays held.")
    expect(rows.first).to_be_visible()
    expect(desk.begins_with_text("Accept all")).to_be_disabled()
    expect(desk.page.get_by_role("checkbox", name="Choose all")).to_be_disabled()
    desk.button("Make a new plan").click()
    expect(desk.begins_with_text("Accept all")).to_be_enabled()
    expect(told(desk)).to_have_count(0)


def test_a_plan_in_the_making_while_the_server_restarts(sit: Sit, town: Town) -> None:
    """Nobody waits for it for ever."""
    desk = sit("liwan desk", "plan")
    desk.watch.allow(RESTART)
    desk.page.route("**/v1/plans/plan-*", still_running)
    desk.button("Make a plan").click()
    expect(desk.page.get_by_role("progressbar")).to_be_visible()
    desk.page.unroute("**/v1/plans/plan-*")
    town.server.stop(signal.SIGKILL)
    town.restart()
    expect(told(desk)).to_be_visible()
    expect(desk.page.get_by_role("progressbar")).to_have_count(0)
    expect(desk.begins_with_text("Make a")).to_be_enabled()


def test_a_plan_that_is_lost_while_it_is_accepted(town: Town, sit: Sit) -> None:
    """It takes effect, the answer is lost with the server, and asking again is too late: so one is told."""
    desk = sit("liwan desk", "plan")
    desk.watch.allow(RESTART)
    rows = make_plan(desk)
    desk.page.get_by_role("checkbox", name="Choose all").uncheck()
    rows.last.get_by_role("checkbox").check()
    held_before = town.get("/v1/queue", state="waiting")["total"]
    is_accepted: list[int] = []

    def lose(route: Route) -> None:
        if not is_accepted:
            is_accepted.append(route.fetch().status)
            town.server.stop(signal.SIGKILL)
            town.restart()
            route.abort("connectionreset")
        else:
            route.continue_()

    desk.page.route("**/v1/plans/*/acceptance", lose)
    desk.button("Accept the chosen 1").click()
    expect(desk.page.get_by_role("alert").filter(has_text=CUT_OFF)).to_be_visible()
    expect(told(desk)).to_be_visible()
    assert is_accepted == [200]
    assert town.get("/v1/queue", state="waiting")["total"] > held_before
    expect(desk.begins_with_text("Accept the chosen")).to_be_disabled()


def test_the_address_of_a_plan_that_is_not_there(sit: Sit, town: Town) -> None:
    """It is asked for as soon as somebody has signed in, and the answer may be there before the view is."""
    desk = sit()
    desk.watch.allow("status of 404")
    desk.sign_in(town.credentials["liwan desk"], "plan?plan=plan-0000")
    expect(told(desk)).to_be_visible()
    expect(desk.button("Make a plan")).to_be_enabled()


def told(desk: Desk) -> Locator:
    return desk.page.get_by_role("alert").filter(has_text=GONE)


def still_running(route: Route) -> None:
    answer = route.fetch(headers={**route.request.headers, "sec-fetch-site": "same-origin"})
    body = {**answer.json(), "state": "running", "stage": "search", "done": 1, "total": 2, "plan": None}
    route.fulfill(response=answer, json=body)
