"""Two desks that want the same: the slower one is told so, and what comes next."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.console.conftest import Sit, Town
from tests.console.line import OFFERS, hold_up


def test_the_slower_desk_is_told_who_was_faster_and_goes_on_to_the_next_need(town: Town, sit: Sit) -> None:
    """Its offer is on the line while the other desk's is answered."""
    first = next(each for each in town.open_needs() if town.get(f"/v1/needs/{each}")["units"] == 1)
    fast, slow = sit("street desk"), sit("district desk")
    slow.watch.allow("status of 4(09|12)")
    on_the_line = hold_up(slow, OFFERS)
    slow.pick(first)
    fast.pick(first)
    slow.begins("Hold and offer to").first.click()
    slow.until(lambda: len(on_the_line) == 1)
    fast.begins("Hold and offer to").first.click()
    fast.until(lambda: len(town.referrals(first)) == 1)
    on_the_line.pop().continue_()
    told = slow.page.get_by_role("alert").filter(has_text="Taken")
    provider = town.get(f"/v1/providers/{town.referrals(first)[0]['provider_id']}")
    expect(told).to_contain_text(
        re.compile(rf"Taken by street desk \(Dispatcher\) .*: {provider['name']} is asked")
    )
    expect(told).to_be_focused()
    expect(slow.page.locator("#need-heading")).not_to_contain_text(first)
    shown = slow.page.locator("#need-heading").inner_text()
    unasked = town.get("/v1/queue", state="open", limit=200)["items"]
    assert any(each["need_id"] in shown for each in unasked)
    slow.button("Back to the one taken").click()
    expect(slow.page.locator("#need-heading")).to_contain_text(first)
    expect(slow.referrals).to_have_count(1)
    assert len(town.referrals(first)) == 1


def test_what_is_said_to_be_next_is_where_one_is_led(town: Town, sit: Sit) -> None:
    first = next(each for each in town.open_needs() if town.get(f"/v1/needs/{each}")["units"] == 1)
    slow = sit("district desk")
    slow.watch.allow("status of 4(09|12)")
    on_the_line = hold_up(slow, OFFERS)
    slow.pick(first)
    slow.begins("Hold and offer to").first.click()
    slow.until(lambda: len(on_the_line) == 1)
    town.take(first)
    on_the_line.pop().continue_()
    expect(slow.page.get_by_role("alert").filter(has_text="Here is the next.")).to_be_visible()
    slow.button("Show it").click()
    expect(slow.page.get_by_role("alert")).to_have_count(0)
    expect(slow.page.locator("#need-heading")).to_be_focused()
    expect(slow.page.locator("#need-heading")).not_to_contain_text(first)


def test_a_need_that_is_open_in_part_stays_with_the_slower_desk(town: Town, sit: Sit) -> None:
    """What is left of it can still be given."""
    need_id = next(each for each in town.open_needs() if has_parts(town, each))
    desk = sit("district desk")
    desk.watch.allow("status of 4(09|12)")
    on_the_line = hold_up(desk, OFFERS)
    desk.pick(need_id)
    desk.begins("Hold and offer to").first.click()
    desk.until(lambda: len(on_the_line) == 1)
    town.offer(need_id, town.suggested(need_id)[0]["provider_id"], units=1)
    on_the_line.pop().continue_()
    told = desk.page.get_by_role("alert").filter(has_text="faster")
    expect(told).to_contain_text("See what is left of it below")
    expect(desk.page.locator("#need-heading")).to_contain_text(need_id)
    expect(desk.referrals).to_have_count(1)
    expect(desk.begins("Hold and offer to").first).to_be_enabled()


def has_parts(town: Town, need_id: str) -> bool:
    need = town.get(f"/v1/needs/{need_id}")
    return need["units"] > 1 and not need["is_indivisible"] and len(town.suggested(need_id)) > 1
