"""The page stays at home: nothing is fetched from elsewhere, and nothing foreign runs in it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.console.conftest import Sit, Town
from tests.console.network import Gateway

FOREIGN = "https://example.org/tiles/1/0/0.png"


def test_all_views_with_all_layers_ask_the_own_origin_only(town: Town, sit: Sit, way_out: Gateway) -> None:
    """Map, workers, fonts and labels included: what pages ask and what leaves the browser is counted."""
    town.coverage()
    desk = sit("district desk")
    desk.pick(next(town.open_needs()))
    for layer in desk.page.locator(".layers input").all():
        layer.check()
    expect(desk.page.locator("canvas.maplibregl-canvas")).to_be_visible()
    expect(desk.page.get_by_text("providers").first).to_be_visible()
    for view in ("plan", "coverage"):
        desk.open(view)
        expect(desk.page.get_by_role("heading", level=2).first).to_be_visible()
    expect(desk.page.locator("canvas.maplibregl-canvas")).to_be_visible()
    assert len(desk.watch.requests) > 20
    assert [url for url in desk.watch.requests if not is_ours(url, town)] == []
    assert way_out.asked_for == []


def test_the_policy_stops_what_is_not_ours_and_these_tests_would_hear_of_it(sit: Sit) -> None:
    """An inline script, an inline handler, a fetch and a picture from elsewhere."""
    desk = sit("street desk")
    expect(desk.queue).to_be_visible()
    desk.page.evaluate(INTRUDE, FOREIGN)
    desk.until(lambda: sum("Content Security Policy" in fault for fault in desk.watch.faults) >= 3)
    assert desk.page.evaluate("window.intruded") is None
    desk.watch.faults.clear()


INTRUDE = """(address) => {
  const script = document.createElement('script');
  script.textContent = 'window.intruded = true';
  document.body.append(script);
  const picture = document.createElement('img');
  picture.src = address;
  document.body.append(picture);
  fetch(address).catch(() => undefined);
}"""


def is_ours(url: str, town: Town) -> bool:
    return url.startswith((town.origin, f"blob:{town.origin}", "data:"))
