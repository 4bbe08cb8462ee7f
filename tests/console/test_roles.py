"""Each role sees what it may see; sessions end when they should."""

from __future__ import annotations

import json
from itertools import islice

from playwright.sync_api import Route, expect

from tests.console.cities import LIWAN
from tests.console.conftest import Sit, Town

ENDED = "Your session has ended. Please sign in again."


def test_the_front_line_sees_work_in_its_areas_and_nothing_else(town: Town, sit: Sit) -> None:
    desk = sit("front line", "plan")
    expect(desk.views.get_by_role("link")).to_have_text(["Work"])
    expect(desk.queue).to_be_visible()
    expect(desk.total).to_be_visible()
    everybodys = town.get("/v1/queue", state="open", limit=200)["items"]
    inside = [each for each in everybodys if each["community_code"].startswith(LIWAN)]
    shown = int(desk.total.get_attribute("data-total") or 0)
    # A few needs lie elsewhere and are of residents who live here.
    assert len(inside) <= shown < len(inside) + 10 < len(everybodys)
    expect(desk.page.get_by_role("combobox", name="District").get_by_role("option")).to_have_count(2)
    expect(desk.page.get_by_role("checkbox", name="Coverage gaps")).to_have_count(0)
    assert [url for url in desk.watch.requests if "/v1/plans" in url or "/v1/coverage" in url] == []


def test_a_need_of_another_area_is_not_there(town: Town, sit: Sit) -> None:
    items = town.get("/v1/queue", state="open", limit=200)["items"]
    other = next(each for each in items if not each["community_code"].startswith(LIWAN))
    desk = sit()
    desk.watch.allow("status of 404")
    desk.sign_in(town.credentials["liwan desk"], f"work?need={other['need_id']}")
    told = desk.page.get_by_role("region", name="Need").get_by_role("alert")
    expect(told).to_contain_text("not there any more, or not in your areas")


def test_an_analyst_sees_coverage_and_asks_for_no_needs(sit: Sit) -> None:
    desk = sit("analyst", "work")
    expect(desk.views.get_by_role("link")).to_have_text(["Coverage"])
    expect(desk.page.get_by_role("heading", name="Coverage of the city")).to_be_visible()
    asked = [url for url in desk.watch.requests if "/v1/queue" in url or "/v1/events" in url]
    assert asked == []


def test_a_program_is_told_that_there_is_nothing_for_it(sit: Sit) -> None:
    desk = sit("program")
    expect(desk.page.get_by_text("Your role has no view in this console.")).to_be_visible()
    expect(desk.views).to_have_count(0)
    assert [url for url in desk.watch.requests if "/v1/" in url] == []


def test_a_refusal_by_role_is_said_and_what_was_shown_is_taken_back(town: Town, sit: Sit) -> None:
    """As when somebody's role has changed, which nothing here can do to a key."""
    need_id = next(town.open_needs())
    desk = sit("street desk")
    desk.watch.allow("status of 403")

    def refuse(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        problem = {"type": "/problems/forbidden", "title": "Forbidden", "status": 403, "detail": ""}
        route.fulfill(status=403, content_type="application/problem+json", body=json.dumps(problem))

    desk.page.route("**/v1/needs/*/referrals", refuse)
    desk.pick(need_id)
    desk.begins("Hold and offer to").first.click()
    expect(desk.page.get_by_role("alert")).to_contain_text("Your role does not include this.")
    expect(desk.referrals).to_have_count(0)
    expect(desk.begins("Hold and offer to").first).to_be_enabled()


def test_signing_out_leaves_nothing_behind(sit: Sit) -> None:
    """The cookie is gone, the page is empty, and a reload does not bring it back."""
    desk = sit("street desk")
    expect(desk.queue).to_be_visible()
    # The map asks once it is drawn: in between it would be refused, which a browser notes as an error.
    expect(desk.page.locator(".map-summary")).not_to_be_empty()
    cookie = desk.page.context.cookies()[0]
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
    assert desk.page.evaluate("document.cookie") == ""
    desk.button("Sign out").click()
    expect(desk.page.get_by_label("Credential")).to_be_visible()
    expect(desk.page.get_by_text(ENDED)).to_have_count(0)
    assert desk.page.context.cookies() == []
    desk.page.reload()
    expect(desk.page.get_by_label("Credential")).to_be_visible()
    expect(desk.queue).to_have_count(0)


def test_a_wrong_credential_is_refused_without_a_reason(sit: Sit) -> None:
    desk = sit()
    desk.open()
    desk.page.get_by_label("Credential").fill("lm_0000000000000000_" + "0" * 64)
    desk.button("Sign in").click()
    expect(desk.page.get_by_role("alert")).to_have_text("This credential is not accepted.")
    assert desk.page.context.cookies() == []
    desk.watch.allow("status of 422 .*/console/session")
    desk.page.get_by_label("Credential").fill("two words")
    desk.button("Sign in").click()
    expect(desk.page.get_by_role("alert")).to_have_text("This credential is not accepted.")


def test_a_session_that_was_taken_back_ends_at_the_next_request_and_another_begins_where_it_was(
    town: Town, sit: Sit
) -> None:
    credential = town.credentials["leaving desk"]
    need_id, elsewhere = islice(town.open_needs(), 2)
    desk = sit()
    desk.watch.allow("status of 401")
    desk.sign_in(credential, f"work?need={need_id}")
    expect(desk.suggestions.first).to_be_visible()
    with town.server.client() as client:
        client.post(f"/v1/api-keys/{credential.split('_')[1]}/revocation").raise_for_status()
    town.offer(elsewhere, town.suggested(elsewhere)[0]["provider_id"], units=1)
    expect(desk.page.get_by_text(ENDED)).to_be_visible()
    expect(desk.page.get_by_text(need_id)).to_have_count(0)
    desk.page.get_by_label("Credential").fill(town.credentials["street desk"])
    desk.button("Sign in").click()
    expect(desk.page.locator("#need-heading")).to_contain_text(need_id)
