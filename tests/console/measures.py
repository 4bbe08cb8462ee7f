"""Figures of the console for docs/console.md: ``python -m tests.console.measures [--large FILE]``.

They are printed and written, never asserted: they are of the machine as much as of the console.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser

from api.console.assets import BUILT
from tests.api.servers import servers
from tests.console import frames
from tests.console.chromium import WINDOW, chromium
from tests.console.cities import issue_keys, make_city
from tests.console.desk import Desk
from tests.console.large_city import make_large_city
from tests.console.network import gateway
from tests.console.watch import Watch

PAGE = Path(__file__).parents[2] / "docs" / "console.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
FIRST_VIEWS = 7
WHO = "street desk"
DEMO_SCALE = 0.01


@contextmanager
def desks(path: Path, credential: str) -> Iterator[tuple[Browser, str, str]]:
    """Serve a city; yields a browser, the origin and the credential."""
    with (
        tempfile.TemporaryDirectory(prefix="console-measures-") as folder,
        servers(Path(folder), f"sqlite:///{path}") as start,
        gateway() as way_out,
        chromium(way_out) as browser,
    ):
        yield browser, f"http://localhost:{start().port}", credential


def first_views(browser: Browser, origin: str, credential: str) -> list[tuple[float, float]]:
    """Milliseconds to the first need in the list and to the drawn map, each from an empty cache."""
    measured = []
    for _ in range(FIRST_VIEWS):
        context = browser.new_context(locale="zh-CN", viewport=WINDOW)
        # Signing in by the programming interface, so that nothing of the page is in the cache.
        context.request.post(
            f"{origin}/console/session", data={"credential": credential}, headers={"Origin": origin}
        ).dispose()
        desk = Desk(context.new_page(), Watch(context, origin))
        desk.page.add_init_script(frames.NOTE_FIRST_VIEW)
        desk.open()
        desk.until(partial(desk.page.evaluate, "window.firstMap !== undefined"))
        measured.append((desk.page.evaluate("window.firstNeed"), desk.page.evaluate("window.firstMap")))
        context.close()
    return measured


def sizes() -> dict[str, tuple[int, int, int]]:
    """Bytes as built, by gzip and by brotli: of what the first view needs, and of all."""
    index = (BUILT / "index.html").read_text(encoding="utf-8")
    first = [BUILT / name for name in re.findall(r'(?:src|href)="/console/(assets/[^"]+)"', index)]
    everything = [path for path in BUILT.rglob("*") if path.is_file() and path.suffix not in {".br", ".gz"}]
    groups = {"first view": [BUILT / "index.html", *first], "all with the map": everything}
    return {name: tuple(map(sum, zip(*map(_sizes, paths), strict=True))) for name, paths in groups.items()}  # type: ignore[misc]


def _sizes(path: Path) -> tuple[int, int, int]:
    plain = path.stat().st_size
    packed = [path.with_name(path.name + end) for end in (".gz", ".br")]
    gzip, brotli = (each.stat().st_size if each.exists() else plain for each in packed)
    return plain, gzip, brotli


def large(browser: Browser, origin: str, credential: str) -> dict[str, frames.Frames]:
    """Pan the map with both layers, then run down the whole list."""
    context = browser.new_context(locale="en-GB", viewport=WINDOW)
    desk = Desk(context.new_page(), Watch(context, origin))
    desk.sign_in(credential)
    desk.total.wait_for()
    total = int(desk.total.get_attribute("data-total") or 0)
    desk.page.get_by_role("checkbox", name="Providers").check()
    desk.page.get_by_text(re.compile("Here and around: .* providers")).wait_for()
    measured = {
        "panning the map of the whole city": frames.panning(desk, steps=0),
        "panning a district": frames.panning(desk, steps=3),
        f"scrolling {total:,} needs end to end": frames.scrolling(desk),
    }
    context.close()
    return measured


def lines(views: list[tuple[float, float]], measured: dict[str, frames.Frames]) -> list[str]:
    needs, maps = zip(*views, strict=True)
    table = ["| measure | figure |", "|---|---|"]
    for what, values in (("first need in the list", needs), ("map drawn", maps)):
        median, worst = statistics.median(values), max(values)
        table.append(
            f"| {what}, empty cache, demo city: median and worst of {len(views)} "
            f"| {median:,.0f} ms, {worst:,.0f} ms |"
        )
    for name, (plain, gzip, brotli) in sizes().items():
        table.append(f"| bytes of {name}: as built, gzip, brotli | {plain:,}, {gzip:,}, {brotli:,} |")
    for name, each in measured.items():
        table.append(
            f"| {name}: frames a second, longest frame, longest task "
            f"| {each.per_second:.0f}, {each.longest:,.0f} ms, {each.longest_task:,.0f} ms |"
        )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", type=Path, help="store of the large city; made there if it is absent")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="console-measures-") as folder:
        small = make_city(Path(folder) / "city.db", DEMO_SCALE)
        with desks(small.path, small.credentials[WHO]) as served:
            views = first_views(*served)
        path = given.large or Path(folder) / "large.db"
        make_large_city(path)
        with desks(path, issue_keys(path)[WHO]) as served:
            measured = large(*served)
    table = "\n".join(lines(views, measured))
    print(f"{os.cpu_count()} cores, no graphics card\n{table}")
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
