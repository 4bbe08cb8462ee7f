"""Answers of providers and of the service, each under the need that it belongs to."""

from __future__ import annotations

from itertools import islice

from playwright.sync_api import expect

from tests.console.conftest import Sit, Town
from tests.console.line import hold_up

SKILLS = "**/v1/skills?*"


def test_a_need_is_handed_on(town: Town, sit: Sit) -> None:
    """One referral ends and the next begins, in one step: at no moment is nobody asked."""
    need_id = next(each for each in town.open_needs() if len(town.suggested(each)) > 2)
    desk = sit("street desk")
    desk.look_at(need_id)
    desk.begins("Hold and offer to").first.click()
    expect(desk.referrals.filter(has_text="Awaiting an answer")).to_have_count(1)
    first = town.referrals(need_id)[0]
    desk.begins("Hand on …:").click()
    choice = desk.page.get_by_role("combobox", name="Hand on to")
    expect(choice).to_be_focused()
    assert first["provider_id"] not in choice.locator("option").evaluate_all(
        "all => all.map(each => each.value)"
    )
    wanted = str(choice.locator("option").nth(1).get_attribute("value"))
    choice.select_option(wanted)
    desk.button("Confirm").click()
    desk.until(lambda: len(town.referrals(need_id)) == 2)
    told = {each["provider_id"]: each for each in town.referrals(need_id)}
    assert (told[first["provider_id"]]["status"], told[first["provider_id"]]["reason"]) == (
        "rejected",
        "handed_on",
    )
    assert (told[wanted]["status"], told[wanted]["units"]) == ("requested", first["units"])
    name = town.get(f"/v1/providers/{wanted}")["name"]
    expect(desk.referrals.filter(has_text="Awaiting an answer")).to_contain_text(name)
    ended = town.get(f"/v1/providers/{first['provider_id']}")["name"]
    expect(desk.page.get_by_text(f"{ended}: handed on; {name} is asked instead.")).to_have_count(1)
    desk.page.get_by_text("Earlier (1)").click()
    expect(desk.referrals.filter(has_text="Handed on")).to_have_count(1)
    expect(desk.referrals.filter(has_text="Declined").filter(has_not_text="Awaiting")).to_have_count(0)


def test_a_late_answer_is_never_shown_under_a_later_need(town: Town, sit: Sit) -> None:
    """Suggestions, referrals and refusals of the need before come while another one is looked at."""
    before, after = islice((each for each in town.open_needs() if len(town.suggested(each)) > 1), 2)
    desk = sit("street desk")
    late = hold_up(desk, f"**/v1/needs/{before}/**", "GET")
    desk.row(before).click()
    desk.until(lambda: len(late) >= 2)
    desk.pick(after)
    shown = desk.suggestions.evaluate_all("all => all.map(each => each.dataset.provider)")
    for route in late:
        route.continue_()
    desk.page.wait_for_timeout(300)  # what must not come has time to come
    expect(desk.page.locator("#need-heading")).to_contain_text(after)
    assert desk.suggestions.evaluate_all("all => all.map(each => each.dataset.provider)") == shown
    assert shown == [each["provider_id"] for each in town.suggested(after)][: len(shown)]


def test_an_offer_is_of_the_need_that_was_shown_when_it_was_made(town: Town, sit: Sit) -> None:
    """Its answer comes when another need is looked at, which it leaves alone."""
    before, after = islice((each for each in town.open_needs() if len(town.suggested(each)) > 1), 2)
    desk = sit("street desk")
    on_the_line = hold_up(desk, "**/v1/needs/*/referrals")
    desk.pick(before)
    desk.begins("Hold and offer to").first.click()
    desk.until(lambda: len(on_the_line) == 1)
    desk.pick(after)
    with desk.page.expect_response("**/v1/needs/*/referrals"):
        on_the_line.pop().continue_()
    expect(desk.page.get_by_role("status").filter(has_text="is asked;")).to_have_count(1)
    assert len(town.referrals(before)) == 1
    expect(desk.page.locator("#need-heading")).to_contain_text(after)
    expect(desk.referrals).to_have_count(0)
    assert town.referrals(after) == []


def test_a_press_counts_though_names_come_meanwhile(town: Town, sit: Sit) -> None:
    """No button moves from under the pointer between press and release."""
    need_id = next(each for each in town.open_needs() if asks_for_skills(town, each))
    desk = sit("street desk")
    names = hold_up(desk, SKILLS, "GET")
    desk.pick(need_id)
    desk.until(lambda: len(names) == 1)
    desk.begins("Hold and offer to").first.hover()
    desk.page.mouse.down()
    facts = desk.page.locator("#need-heading + .facts")

    def are_named() -> bool:
        while names:  # page after page
            names.pop().continue_()
        return "Asks for" in facts.inner_text()

    desk.until(are_named)
    desk.page.mouse.up()
    desk.until(lambda: len(town.referrals(need_id)) == 1)


def asks_for_skills(town: Town, need_id: str) -> bool:
    need = town.get(f"/v1/needs/{need_id}")
    categories = town.get("/v1/categories", limit=100)["items"]
    usual = next(each for each in categories if each["id"] == need["category_id"])["required_skills"]
    return bool(need["required_skills"] or usual)
