"""The whole of the main job by the keyboard: no test here calls a mouse."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from playwright.sync_api import Page, expect

from tests.console.conftest import Sit, Town
from tests.console.desk import Desk

STEPS = {"Accepted:": "accepted", "Help has begun:": "in-progress", "Completed:": "completed"}
MANY = 60  # stops of the Tab key before a test gives up
FOCUSED = """() => {
  const at = document.activeElement;
  return at.getAttribute('aria-label') || at.innerText || at.labels?.[0]?.innerText || at.id || at.tagName;
}"""
COUNT_POINTERS = """() => {
  window.pointers = 0;
  addEventListener('pointerdown', () => { window.pointers += 1; }, true);
}"""


def test_a_need_is_served_without_a_mouse(town: Town, sit: Sit) -> None:
    """Sign in, go down the list, read, hold, accepted, begun, completed, back to the list."""
    desk = sit()
    desk.open()
    expect(desk.page.get_by_label("Credential")).to_be_visible()
    desk.page.evaluate(COUNT_POINTERS)
    tab_to(desk.page, lambda name: "credential" in name.lower())
    desk.page.keyboard.type(town.credentials["street desk"])
    desk.page.keyboard.press("Enter")
    expect(desk.queue).to_be_visible()
    expect(desk.page.get_by_role("heading", name="Open needs")).to_be_focused()
    need_id = go_down_to(desk, town)
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#suggestions-heading")).to_be_focused()
    hold(desk, town, need_id)
    for action, status in STEPS.items():
        take(desk, action)
        desk.until(partial(has_status, town, need_id, status))
    desk.page.keyboard.press("Escape")
    expect(desk.queue).to_be_focused()
    assert desk.page.evaluate("window.pointers") == 0


def test_keys_that_work_anywhere(sit: Sit) -> None:
    """`/` searches, `?` helps, Escape goes back; single keys can be turned off."""
    desk = sit("street desk")
    expect(desk.queue).to_be_visible()
    desk.page.keyboard.press("/")
    expect(desk.page.get_by_role("searchbox", name="Search")).to_be_focused()
    desk.page.keyboard.press("Escape")
    expect(desk.queue).to_be_focused()
    desk.page.keyboard.press("?")
    help_shown = desk.page.get_by_role("dialog", name="Keyboard")
    expect(help_shown).to_be_visible()
    tab_to(desk.page, lambda name: "Single keys" in name)
    desk.page.keyboard.press("Space")
    desk.page.keyboard.press("Escape")
    expect(help_shown).to_have_count(0)
    desk.page.keyboard.press("?")
    desk.page.keyboard.press("/")
    expect(help_shown).to_have_count(0)
    expect(desk.page.get_by_role("searchbox", name="Search")).not_to_be_focused()


def test_escape_closes_what_is_open_first(town: Town, sit: Sit) -> None:
    """In a list of options it closes the list and goes nowhere, then empties the field, then leads back."""
    desk = sit("street desk", f"work?need={next(town.open_needs())}")
    desk.page.get_by_text("Why not …?").click()
    field = desk.page.get_by_role("combobox", name="Provider")
    field.fill("volunteer")
    expect(desk.page.get_by_role("listbox", name="Matches")).to_be_visible()
    for text in ("volunteer", ""):
        desk.page.keyboard.press("Escape")
        expect(field).to_have_value(text)
        expect(field).to_be_focused()
        expect(desk.page.get_by_role("listbox", name="Matches")).to_have_count(0)
    desk.page.keyboard.press("Escape")
    expect(desk.queue).to_be_focused()


def test_a_pause_between_two_words_takes_nothing_away(sit: Sit) -> None:
    """What is looked for has no blank at its end; what somebody is writing may have."""
    desk = sit("street desk")
    field = desk.page.get_by_role("searchbox", name="Search")
    field.press_sequentially("home ")
    desk.page.wait_for_url("**q=home*")
    field.press_sequentially("care")
    expect(field).to_have_value("home care")
    desk.page.wait_for_url("**q=home+care*")


def test_who_writes_as_slowly_as_it_is_looked_for_loses_no_letter(sit: Sit) -> None:
    """What has been looked for comes back while the next letter is being written."""
    desk = sit("street desk")
    field = desk.page.get_by_role("searchbox", name="Search")
    field.press_sequentially("home care", delay=252)
    expect(field).to_have_value("home care")
    desk.page.wait_for_url("**q=home+care*")


def test_the_focus_is_always_to_be_seen(town: Town, sit: Sit) -> None:
    """Wherever the Tab key goes there is an outline, and nothing holds it: it comes round."""
    desk = sit("street desk")
    need_id = next(town.open_needs())
    desk.open(f"work?need={need_id}")
    expect(desk.suggestions.first).to_be_visible()
    seen: list[str] = []
    for _ in range(4 * MANY):
        desk.page.keyboard.press("Tab")
        if desk.page.evaluate("document.activeElement === document.body"):
            break
        seen.append(desk.page.evaluate(OUTLINED))
    assert [name for name in seen if name.startswith("not outlined")] == []
    assert len(seen) > 20


OUTLINED = """() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  const isSeen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const name = at.getAttribute('aria-label') || at.innerText || at.id || at.tagName;
  return (isSeen ? 'outlined ' : 'not outlined ') + name;
}"""


def tab_to(page: Page, is_there: Callable[[str], bool]) -> None:
    seen: list[str] = []
    for _ in range(MANY):
        page.keyboard.press("Tab")
        seen.append(str(page.evaluate(FOCUSED)))
        if is_there(seen[-1]):
            return
    raise AssertionError(f"the Tab key does not come to it: {seen}")


def take(desk: Desk, action: str) -> None:
    """Press the button that begins so, coming from wherever the focus was put."""
    expect(desk.begins(action).first).to_be_enabled()
    tab_to(desk.page, lambda name: name.startswith(action))
    desk.page.keyboard.press("Enter")


def go_down_to(desk: Desk, town: Town) -> str:
    """Escape goes to the list; the arrows move in it until a need of one unit is shown."""
    desk.page.keyboard.press("Escape")
    expect(desk.queue).to_be_focused()
    single = {each for each in town.open_needs() if town.get(f"/v1/needs/{each}")["units"] == 1}
    for _ in range(MANY):
        desk.page.keyboard.press("ArrowDown")
        chosen = desk.queue.locator('[aria-selected="true"]')
        expect(chosen).to_have_count(1)
        need_id = str(chosen.get_attribute("data-need"))
        if need_id in single:
            expect(desk.page.locator("#need-heading")).to_contain_text(need_id)
            expect(desk.suggestions.first).to_be_visible()
            return need_id
    raise AssertionError("no need of one unit came by")


def hold(desk: Desk, town: Town, need_id: str) -> None:
    take(desk, "Hold and offer to")
    desk.until(partial(has_status, town, need_id, "requested"))
    expect(desk.page.locator("#referrals-heading")).to_be_focused()


def has_status(town: Town, need_id: str, status: str) -> bool:
    return [each["status"] for each in town.referrals(need_id)] == [status]
