"""What somebody can do who writes into the store, or has another page open in the same browser."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import Sit, Town
from tests.console.line import OFFERS, hold_up

MARKUP = """<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>"""
MADE = "#root img, #root script, #root [onerror]"


def test_markup_in_names_is_text(town: Town, sit: Sit) -> None:
    """Of providers in each place where they are named, and of the key of whoever was faster."""
    need_id = next(each for each in town.open_needs() if len(town.suggested(each)) > 2)
    best, second = (each["provider_id"] for each in town.suggested(need_id)[:2])
    town.change(f"/v1/providers/{best}", name=f"1{MARKUP}")
    town.change(f"/v1/providers/{second}", name=f"2{MARKUP}")
    desk, rival = sit("street desk"), sit()
    rival.sign_in(town.issue(f"desk{MARKUP}"[:100], "dispatcher"))
    desk.watch.allow("status of 4(09|12)")
    desk.look_at(need_id)
    expect(desk.page.get_by_role("heading", name=f"1{MARKUP}", exact=True)).to_be_visible()
    desk.page.get_by_text("Why not …?").click()
    desk.page.get_by_role("combobox", name="Provider", exact=True).fill("<img")
    expect(desk.page.get_by_role("option").filter(has_text=MARKUP)).to_have_count(2)
    desk.page.get_by_role("option").filter(has_text=f"2{MARKUP}").click()
    expect(desk.page.locator(".why-not").get_by_role("status")).to_contain_text(f"2{MARKUP} can serve")
    on_the_line = hold_up(desk, OFFERS)
    desk.begins("Hold and offer to").first.click()
    desk.until(lambda: len(on_the_line) == 1)
    rival.look_at(need_id)
    rival.begins("Hold and offer to 1").click()
    expect(rival.referrals).to_contain_text(f"1{MARKUP}")
    desk.until(lambda: len(town.referrals(need_id)) == 1)
    on_the_line.pop().continue_()
    expect(desk.page.locator(".conflict")).to_contain_text(f"1{MARKUP} is asked")
    expect(desk.page.locator(".conflict")).to_contain_text("desk<img")
    for each in (desk, rival):
        expect(each.page.locator(MADE)).to_have_count(0)
        expect(each.page).not_to_have_title("taken")


def test_characters_that_turn_text_round_are_no_part_of_a_name(town: Town) -> None:
    """Nobody can make `lanoisseforp` read like something else, for no such name is stored."""
    provider = town.get("/v1/providers", limit=1)["items"][0]
    address = f"/v1/providers/{provider['id']}"
    with town.server.client() as client:
        seen = {"If-Match": client.get(address).headers["etag"]}
        for character in "\u202e\u2067\u200f\u0000":
            refused = client.patch(address, json={"name": f"a{character}b"}, headers=seen)
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/name")


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """A page of somebody else, on the same machine: for cookies the same site as the console."""

    class Nothing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><link rel=icon href=data:,><title>Elsewhere</title>")

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Nothing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


SEND = """async ([address, method]) => {
  const body = method === 'GET' ? undefined : '{"credential": "x"}';
  await fetch(address, { method, body, mode: 'no-cors', credentials: 'include' }).catch(() => null);
}"""
SUBMIT = """(address) => {
  const form = Object.assign(document.createElement('form'), { method: 'POST', action: address });
  document.body.append(form);
  form.submit();
}"""

FRAME = """(address) => {
  document.body.append(Object.assign(document.createElement('iframe'), { src: address }));
}"""


def test_another_page_acts_for_nobody(town: Town, sit: Sit, elsewhere: str) -> None:
    """It may send what it likes, with the cookie: nothing is done, and nothing is told."""
    need_id = next(town.open_needs())
    desk = sit("street desk")
    desk.watch.allow(f"outside of the origin: {elsewhere}|status of 401|CORS|BLOCKED_BY_RESPONSE")
    desk.watch.allow(f"{town.origin}/(v1/events|favicon.ico)$")
    page = desk.page.context.new_page()
    page.goto(elsewhere)
    answers: dict[str, int] = {}  # 0 where the browser keeps even the status from the page
    page.on("requestfailed", lambda asked: answers.setdefault(f"{asked.method} {asked.url}", 0))
    page.on("response", lambda told: answers.update({f"{told.request.method} {told.url}": told.status}))
    for method, path in (
        ("GET", f"/v1/needs/{need_id}"),
        ("POST", f"/v1/needs/{need_id}/acknowledgement"),
        ("POST", "/v1/plans"),
        ("GET", "/console/session"),
        ("POST", "/console/session"),
    ):
        page.evaluate(SEND, [town.origin + path, method])
    page.evaluate(
        "(address) => new EventSource(address, { withCredentials: true })", f"{town.origin}/v1/events"
    )
    desk.until(lambda: len(answers) == 6)
    with page.expect_navigation():
        page.evaluate(SUBMIT, f"{town.origin}/console/session")
    assert {*answers.values()} == {0, 401}
    assert "need.acknowledged" not in str(town.get("/v1/audit-events", need_id=need_id))
    assert is_still_signed_in(desk.page)


def test_no_other_page_has_the_console_in_a_frame(town: Town, sit: Sit, elsewhere: str) -> None:
    desk = sit("street desk")
    desk.watch.allow(f"outside of the origin: {elsewhere}|frame")
    page = desk.page.context.new_page()
    page.goto(elsewhere)
    address = f"{town.origin}/console/work"
    with page.expect_event("framenavigated", lambda frame: frame != page.main_frame):
        page.evaluate(
            FRAME,
            address,
        )
    expect(page.frame_locator("iframe").locator("#root")).to_have_count(0)


def test_a_cookie_that_was_planted_is_replaced(town: Town, sit: Sit, elsewhere: str) -> None:
    """Whoever knows the value before knows nothing of the session afterwards."""
    desk = sit()
    desk.watch.allow(f"outside of the origin: {elsewhere}")
    desk.page.goto(elsewhere)
    desk.page.evaluate("document.cookie = '__Host-lastmeter=planted; Secure; Path=/'")
    assert [each["value"] for each in desk.page.context.cookies()] == ["planted"]
    desk.sign_in(town.credentials["street desk"])
    [cookie] = desk.page.context.cookies()
    assert cookie["value"] != "planted"
    desk.button("Sign out").click()
    expect(desk.page.get_by_label("Credential")).to_be_visible()
    desk.sign_in(town.credentials["street desk"])
    assert desk.page.context.cookies()[0]["value"] != cookie["value"]


def is_still_signed_in(page: Page) -> bool:
    return bool(page.evaluate("fetch('/console/session').then(answer => answer.ok)"))
