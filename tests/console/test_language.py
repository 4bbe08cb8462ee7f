"""Chinese and English, each whole: words, numbers, distances, and what the browser is told."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import Sit, Town
from tests.console.desk import Desk

# Text as it is read, without ids of values and names of keys.
VISIBLE = """() => {
  const skipped = 'kbd, [lang="en"], .maplibregl-map, option';
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim();
    const at = walk.currentNode.parentElement;
    if (text && !at.closest(skipped)) found.push(text);
  }
  for (const at of document.querySelectorAll('[aria-label], [title], [placeholder]')) {
    if (at.closest(skipped)) continue;
    for (const name of ['aria-label', 'title', 'placeholder']) found.push(at.getAttribute(name) ?? '');
  }
  return found;
}"""
IDS = re.compile(r"\b(need|volunteer|charity|station|referral)-[\w-]+|\bkm\b|JWT|API")


def test_the_language_is_switched_at_once_and_kept(town: Town, sit: Sit) -> None:
    need_id = next(town.open_needs())
    desk = sit("street desk")
    desk.pick(need_id)
    desk.begins("Hold and offer to").first.click()
    said = desk.page.locator("#root > [role=status]")
    expect(said).to_contain_text("is asked;")
    desk.button("中文").click()
    expect(said).to_be_empty()
    expect(desk.page.get_by_role("listbox", name="待办需求，最紧急的在前")).to_be_visible()
    assert desk.page.evaluate("document.documentElement.lang") == "zh-CN"
    expect(desk.page).to_have_title(re.compile("最后一米"))
    expect(desk.page.locator("#need-heading")).to_contain_text(need_id)
    desk.page.reload()
    expect(desk.page.get_by_role("button", name="退出")).to_be_visible()
    desk.button("English").click()
    expect(desk.button("Sign out")).to_be_visible()
    assert desk.page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize("view", ["work", "plan", "coverage"])
def test_no_word_of_english_is_left_in_chinese(town: Town, sit: Sit, view: str) -> None:
    """Every text that is shown or read aloud, in each view with all that opens."""
    if view == "coverage":
        town.coverage()
    desk = sit("liwan desk" if view == "plan" else "street desk", view)
    desk.button("中文").click()
    fill(desk, town, view)
    english = [text for text in desk.page.evaluate(VISIBLE) if re.search(r"[A-Za-z]{3,}", IDS.sub("", text))]
    assert english == []


def test_a_browser_set_to_chinese_begins_in_chinese(town: Town, sit: Sit) -> None:
    """Distances and counts are written as there."""
    need_id = next(each for each in town.open_needs() if distance(town, each) > 1)
    desk = sit(locale="zh-CN")
    desk.open(f"work?need={need_id}")
    desk.page.get_by_label("凭证").fill(town.credentials["street desk"])
    desk.button("登录").click()
    expect(desk.suggestions.first).to_contain_text(re.compile(r"距离 [\d.]+ ?公里"))
    expect(desk.total).to_have_text(re.compile(r"^共 [\d,]+ 条$"))


def distance(town: Town, need_id: str) -> float:
    return float(town.suggested(need_id)[0]["distance_km"] or 0)


def fill(desk: Desk, town: Town, view: str) -> None:
    """Bring a view to show as much as it can."""
    if view == "work":
        desk.open(f"work?need={next(town.open_needs())}")
        expect(desk.suggestions.first).to_be_visible()
        desk.page.get_by_role("checkbox", name="服务方").check()
        desk.page.get_by_role("checkbox", name="覆盖缺口").check()
    if view == "plan":
        desk.button("生成规划").click()
        expect(desk.page.locator(".planned-row").nth(1)).to_be_visible()
    if view == "coverage":
        expect(desk.page.get_by_role("table", name="各类别供给")).to_contain_text("无障碍出行")
    unfold(desk.page)


def unfold(page: Page) -> None:
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
