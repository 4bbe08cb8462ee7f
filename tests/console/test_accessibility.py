"""WCAG 2.2 AA as far as axe-core can tell, in each view and language; motion and zoom as people set them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Sit, Town, lacking
from tests.console.desk import Desk
from tests.console.layout import cut_off
from tests.console.test_language import unfold

AXE = Path(__file__).parents[2] / "api/console/web/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOK = """async (tags) => {
  const { violations } = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120))}`);
}"""


@pytest.fixture(params=["English", "中文"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.exists():
        lacking("axe-core is not there; run `make console`")
    return AXE.read_text(encoding="utf-8")


def test_signing_in(sit: Sit, axe: str, language: str) -> None:
    desk = sit()
    desk.open()
    desk.button(language).click()
    assert faults_of(desk, axe) == []


def test_work_with_all_that_opens(town: Town, sit: Sit, axe: str, language: str) -> None:
    """A need that is held in part, its forms and dialogs, every layer of the map."""
    need_id = next(each for each in town.open_needs() if is_divisible(town, each))
    town.offer(need_id, town.suggested(need_id)[0]["provider_id"], units=1)
    desk = sit("street desk", f"work?state=all&need={need_id}")
    desk.button(language).click()
    expect(desk.suggestions.first).to_be_visible()
    for each in desk.page.locator(".layers input").all():
        each.check()
    unfold(desk.page)
    found = faults_of(desk, axe)
    for opened in forms(desk):
        found.extend(f"{opened}: {fault}" for fault in faults_of(desk, axe))
    assert found == []


def test_a_plan(sit: Sit, axe: str, language: str) -> None:
    desk = sit("liwan desk", "plan")
    desk.button(language).click()
    assert faults_of(desk, axe) == []
    desk.page.locator(".scope button[type=submit]").click()
    expect(desk.page.locator(".planned-row").nth(1)).to_be_visible()
    unfold(desk.page)
    assert faults_of(desk, axe) == []


def test_coverage(town: Town, sit: Sit, axe: str, language: str) -> None:
    town.coverage()
    desk = sit("analyst")
    desk.button(language).click()
    tabs = desk.page.locator(".tabs button")
    for place in range(tabs.count()):
        tabs.nth(place).click()
        expect(desk.page.get_by_role("table").first).to_be_visible()
        assert faults_of(desk, axe) == []


def test_nothing_moves_for_those_who_asked_for_that(town: Town, sit: Sit) -> None:
    need_id = next(town.open_needs())
    desk = sit("street desk", reduced_motion="reduce")
    desk.page.evaluate(NOTE_MOTION)
    desk.pick(need_id)
    desk.button("Help").click()
    expect(desk.page.get_by_role("dialog")).to_be_visible()
    assert desk.page.evaluate("window.motion") == []
    assert desk.page.evaluate(LONGEST_MOTION) < 0.02


NOTE_MOTION = """() => {
  window.motion = [];
  for (const name of ['transitionrun', 'animationstart'])
    addEventListener(name, (event) => window.motion.push(`${name} ${event.target.className}`), true);
}"""
LONGEST_MOTION = """() => Math.max(...Array.from(document.querySelectorAll('*'), (each) => {
  const style = getComputedStyle(each);
  const seconds = (style.animationDuration + ', ' + style.transitionDuration).split(', ');
  return Math.max(...seconds.map((each) => each.endsWith('ms') ? parseFloat(each) / 1000 : parseFloat(each)));
}))"""


@pytest.mark.parametrize("view", ["work", "plan", "coverage"])
def test_at_four_times_the_size_nothing_is_cut_off_sideways(town: Town, sit: Sit, view: str) -> None:
    """A window of 1,280 pixels at 400 % is one of 320 (WCAG 1.4.10)."""
    if view == "coverage":
        town.coverage()
    desk = sit("street desk", view, viewport={"width": 320, "height": 512})
    if view == "work":
        desk.open(f"work?need={next(town.open_needs())}")
        expect(desk.suggestions.first).to_be_visible()
    tabs = desk.page.locator(".tabs button")
    expect(tabs).to_have_count(5 if view == "coverage" else 0)
    for place in range(max(1, tabs.count())):
        if tabs.count():
            tabs.nth(place).click()
            expect(desk.page.get_by_role("table").first).to_be_visible()
        assert cut_off(desk) == []


def faults_of(desk: Desk, axe: str) -> list[str]:
    desk.page.evaluate(axe)
    found: list[Any] = desk.page.evaluate(LOOK, RULES)
    return [str(each) for each in found]


def forms(desk: Desk) -> Iterator[str]:
    """Open one form or dialog after the other, and close it again."""
    page = desk.page
    for start in ("Declined", "对方拒绝", "Hand on", "转交"):
        button = page.locator(f'[data-referral] button[aria-label^="{start}"]').first
        if button.count():
            button.click()
            expect(page.locator("[data-referral] form")).to_be_visible()
            yield start
            page.locator("[data-referral] form button.quiet").click()
    for name in ("Split over several …", "拆分给多个服务方…", "Help", "帮助"):
        if desk.button(name).count():
            desk.button(name).first.click()
            expect(page.get_by_role("dialog")).to_be_visible()
            yield name
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_have_count(0)


def is_divisible(town: Town, need_id: str) -> bool:
    need = town.get(f"/v1/needs/{need_id}")
    return need["units"] > 2 and not need["is_indivisible"] and len(town.suggested(need_id)) > 1
