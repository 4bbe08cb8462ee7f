"""Sessions end by themselves, in all windows, and whoever comes next sees nothing of who was there before."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.console.cities import LIWAN
from tests.console.conftest import Sit, Town
from tests.console.desk import Desk
from tests.console.line import end_session_at_first_offer, offers_of

ENDED = "Your session has ended. Please sign in again."
LOOKED_AT = "window.dispatchEvent(new Event('focus'))"


def test_a_window_that_nobody_touches_ends_with_its_key(town: Town, sit: Sit) -> None:
    """No request is made and nothing happens in the city: the stream of events is cut off by the service."""
    credential = town.issue("idle desk", "dispatcher")
    desk = sit()
    desk.watch.allow("status of 401")
    desk.sign_in(credential)
    expect(desk.live()).to_be_visible()
    with town.server.client() as client:
        client.post(f"/v1/api-keys/{credential.split('_')[1]}/revocation").raise_for_status()
    expect(desk.page.get_by_text(ENDED)).to_be_visible()
    expect(desk.queue).to_have_count(0)


def test_signing_out_in_one_window_signs_out_of_all(sit: Sit) -> None:
    """The other one says so as soon as it is looked at."""
    desk = sit("street desk")
    desk.watch.allow("status of 401")
    other = second_window(desk)
    desk.button("Sign out").click()
    expect(desk.page.get_by_label("Credential")).to_be_visible()
    other.evaluate(LOOKED_AT)
    expect(other.get_by_text(ENDED)).to_be_visible()
    expect(other.locator("#main .queue")).to_have_count(0)


def test_a_window_shows_what_may_be_seen_by_whoever_signed_in_last(town: Town, sit: Sit) -> None:
    """There is one cookie for all windows: one that still showed another role would act in a wrong name."""
    desk = sit("street desk")
    desk.watch.allow("status of 401")  # the other window may be reading when the cookie goes
    other = second_window(desk)
    expect(other.get_by_text("whole city", exact=True)).to_be_visible()
    desk.button("Sign out").click()
    desk.page.get_by_label("Credential").fill(town.credentials["front line"])
    desk.button("Sign in").click()
    expect(desk.queue).to_be_visible()
    other.evaluate(LOOKED_AT)
    expect(other.get_by_text("1 area", exact=True)).to_be_visible()
    expect(other.get_by_role("navigation", name="Views").get_by_role("link")).to_have_text(["Work"])
    expect(other.locator(".count[data-total]")).to_be_visible()
    mine = desk.total.get_attribute("data-total")
    expect(other.locator(".count[data-total]")).to_have_attribute("data-total", str(mine))
    assert int(mine or 0) < town.get("/v1/queue", state="open")["total"]
    assert LIWAN in str(other.evaluate("fetch('/console/session').then(answer => answer.text())"))


def test_an_act_without_an_answer_outlives_the_session_of_whoever_began_it(town: Town, sit: Sit) -> None:
    """As when the server is started anew: others learn that something was sent, its author sends it again."""
    need_id = next(town.open_needs())
    desk = sit("street desk")
    desk.watch.allow("ERR_CONNECTION_RESET|status of 401")
    sent, dropped = offers_of(desk), end_session_at_first_offer(desk)
    desk.pick(need_id)
    desk.begins("Hold and offer to").first.click()
    expect(desk.page.get_by_text(ENDED)).to_be_visible()
    expect(desk.page.get_by_label("Credential")).to_be_focused()
    desk.until(lambda: len(sent) == 2)
    enter(desk, town.credentials["district desk"])
    expect(desk.page.get_by_text("it was perhaps not done")).to_be_visible()
    expect(desk.page.get_by_text("No answer came")).to_have_count(0)
    desk.button("Sign out").click()
    enter(desk, town.credentials["street desk"])
    expect(desk.page.get_by_role("alert").filter(has_text="No answer came")).to_be_visible()
    desk.button("Try again").click()
    expect(desk.page.get_by_text("No answer came")).to_have_count(0)
    expect(desk.referrals.filter(has_text="Awaiting an answer")).to_have_count(1)
    desk.until(lambda: len(sent) == 3)
    assert dropped == [201]
    assert len({request.headers["idempotency-key"] for request in sent}) == 1
    assert len(town.referrals(need_id)) == 1


def enter(desk: Desk, credential: str) -> None:
    """Sign in on the page as it is, without reading it anew."""
    desk.page.get_by_label("Credential").fill(credential)
    desk.button("Sign in").click()
    expect(desk.queue).to_be_visible()


def second_window(desk: Desk) -> Page:
    """Another one of the same browser, with the same cookie."""
    other = desk.page.context.new_page()
    other.goto(f"{desk.watch.origin}/console/work")
    expect(other.locator(".line-open")).to_be_visible()
    return other


def test_many_windows_of_one_browser(town: Town, sit: Sit) -> None:
    """A browser keeps six connections to a service at most: windows that nobody sees hold none."""
    desk = sit("street desk")
    expect(desk.live()).to_be_visible()
    desk.page.context.add_init_script(HIDEABLE)
    windows = [second_window(desk) for _ in range(3)]
    for each in windows:
        each.evaluate("window.turnAway(true)")
    windows += [second_window(desk) for _ in range(3)]
    need_id = next(town.open_needs())
    row = windows[0].locator(f'[data-need="{need_id}"]')
    expect(row).to_be_visible()
    town.take(need_id)
    windows[0].evaluate("window.turnAway(false)")
    expect(windows[0].locator(".line-open")).to_be_visible()
    expect(row).to_have_count(0)  # what it has missed was read


HIDEABLE = """
  let isHidden = false;
  Object.defineProperty(document, 'hidden', { get: () => isHidden });
  Object.defineProperty(document, 'visibilityState', { get: () => (isHidden ? 'hidden' : 'visible') });
  window.turnAway = (isAway) => {
    isHidden = isAway;
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  };
"""
