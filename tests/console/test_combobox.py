"""The search for a provider is a combobox as the ARIA practices describe it, by the keyboard alone."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, expect

from tests.console.conftest import Sit, Town
from tests.console.desk import Desk


def test_roles_and_states(town: Town, sit: Sit) -> None:
    """Closed, open, with an active option: assistive technology is told by attributes alone."""
    desk, field = looking_for_somebody(town, sit)
    expect(field).to_have_attribute("aria-autocomplete", "list")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(matches(desk)).to_have_count(0)
    name = some_name(town)
    desk.page.keyboard.type(name[:2])
    options = matches(desk).get_by_role("option")
    expect(options.first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    assert field.get_attribute("aria-controls") == matches(desk).get_attribute("id")
    assert field.get_attribute("aria-activedescendant") is None
    assert options.evaluate_all("all => all.map(each => each.ariaSelected)") == ["false"] * options.count()
    desk.page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    expect(field).to_be_focused()


def test_arrows_go_round_and_enter_chooses(town: Town, sit: Sit) -> None:
    """The answer is about the one that was chosen, which stands in the field then."""
    desk, field = looking_for_somebody(town, sit)
    desk.page.keyboard.type("volunteer-")
    options = matches(desk).get_by_role("option")
    expect(options.nth(2)).to_be_visible()
    desk.page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    desk.page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    desk.page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    provider = town.get(f"/v1/providers/{options.nth(1).get_attribute('data-found')}")
    desk.page.keyboard.press("Enter")
    expect(matches(desk)).to_have_count(0)
    expect(field).to_have_value(provider["name"])
    expect(field).to_be_focused()
    expect(desk.page.locator(".why-not").get_by_role("status")).to_contain_text(f"{provider['name']} can")


def test_escape_closes_the_list_then_empties_the_field_then_leaves(town: Town, sit: Sit) -> None:
    """Each time one step back, and no further: the list of needs takes the focus with the last."""
    desk, field = looking_for_somebody(town, sit)
    desk.page.keyboard.type("volunteer-")
    expect(matches(desk)).to_be_visible()
    desk.page.keyboard.press("Escape")
    expect(matches(desk)).to_have_count(0)
    expect(field).to_have_value("volunteer-")
    expect(field).to_be_focused()
    desk.page.keyboard.press("Escape")
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    desk.page.keyboard.press("Escape")
    expect(desk.queue).to_be_focused()


def looking_for_somebody(town: Town, sit: Sit) -> tuple[Desk, Locator]:
    desk = sit("street desk", f"work?need={next(town.open_needs())}")
    desk.page.get_by_text("Why not …?").click()
    field = desk.page.get_by_role("combobox", name="Provider", exact=True)
    field.focus()
    return desk, field


def matches(desk: Desk) -> Locator:
    return desk.page.get_by_role("listbox", name="Matches")


def some_name(town: Town) -> str:
    found: dict[str, Any] = town.get("/v1/providers", limit=1)["items"][0]
    return str(found["name"])
