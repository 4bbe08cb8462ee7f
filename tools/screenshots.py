"""Pictures of the console for the README, taken of the demo city: ``python -m tools.screenshots``."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from tests.api.servers import servers
from tests.console.chromium import WINDOW, chromium
from tests.console.cities import make_city
from tests.console.desk import Desk
from tests.console.network import gateway
from tests.console.watch import Watch

IMAGES = Path(__file__).parents[1] / "docs" / "images"
SCALE = 0.01
SETTLE_MILLISECONDS = 2_500  # the map fades in and fits its camera


def keep(desk: Desk, name: str) -> None:
    """Write the window as a picture of 256 colours, a third of the size."""
    desk.page.mouse.move(0, 0)
    desk.page.wait_for_timeout(SETTLE_MILLISECONDS)
    picture = Image.open(io.BytesIO(desk.page.screenshot()))
    few = picture.convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(IMAGES / f"console-{name}.png", optimize=True)


def take(desk: Desk) -> None:
    expect(desk.page.locator(".map-summary")).not_to_be_empty()
    keep(desk, "work")
    desk.queue.get_by_role("option").filter(has_text="Meal delivery").first.click()
    expect(desk.suggestions.first).to_be_visible()
    keep(desk, "suggestion")
    desk.open("plan")
    desk.button("Make a plan").click()
    expect(desk.page.locator(".planned-row").nth(1)).to_be_visible()
    keep(desk, "plan")
    desk.open("coverage")
    expect(desk.page.get_by_role("table").first).to_be_visible()
    keep(desk, "coverage")


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        city = make_city(folder / "city.db", SCALE)
        url = f"sqlite:///{city.path}"
        with servers(folder, url) as start, gateway() as way_out, chromium(way_out) as browser:
            context = browser.new_context(locale="en-GB", timezone_id="Asia/Shanghai", viewport=WINDOW)
            desk = Desk(context.new_page(), Watch(context, f"http://localhost:{start().port}"))
            desk.sign_in(city.credentials["street desk"])
            take(desk)


if __name__ == "__main__":
    main()
