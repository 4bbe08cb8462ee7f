"""A plan is made, watched, judged by its certificate, and accepted in part."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.console.cities import LIWAN
from tests.console.conftest import Sit, Town
from tests.console.desk import Desk

CHOSEN = 2


def test_part_of_a_plan_is_accepted_and_what_was_taken_is_told(town: Town, sit: Sit) -> None:
    """Of two chosen needs one was given to somebody else meanwhile: the other is held all the same."""
    desk = sit("liwan desk", "plan")
    rows = make_plan(desk)
    desk.page.get_by_role("checkbox", name="Choose all").uncheck()
    boxes = whole_needs(town, rows)[:CHOSEN]
    for box in boxes:
        desk.page.get_by_role("checkbox", name=box, exact=True).check()
    taken, kept = (str(re.search(r"need-\d+", box)[0]) for box in boxes)  # type: ignore[index]
    others = {need_id for need_id in needs_in(rows) if need_id not in (taken, kept)}
    before = {need_id: town.referrals(need_id) for need_id in others}
    best = town.suggested(taken)[0]
    town.offer(taken, best["provider_id"], units=1)
    desk.button(f"Accept the chosen {CHOSEN}").click()
    expect(desk.page.get_by_text("1 held and offered, 1 not")).to_be_visible()
    expect(row_of(desk, kept)).to_contain_text("Held")
    expect(row_of(desk, taken)).to_contain_text("Not held:")
    assert [each["status"] for each in town.referrals(kept)] == ["requested"]
    assert len(town.referrals(taken)) == 1
    assert {need_id: town.referrals(need_id) for need_id in others} == before


def test_a_plan_says_how_good_it_is_and_survives_a_reload(town: Town, sit: Sit) -> None:
    """Certificate and comparison say what the service says; the plan stands in the address."""
    desk = sit("liwan desk", "plan")
    make_plan(desk)
    plan_id = str(re.search(r"plan=([^&]+)", desk.page.url)[1])  # type: ignore[index]
    plan = town.get(f"/v1/plans/{plan_id}")["plan"]
    card = desk.page.get_by_role("region", name="Certificate")
    is_proven = plan["certificate"]["is_proven"]
    words = "no plan is better" if is_proven else "no plan serves more|may serve more"
    expect(card).to_contain_text(re.compile(words))
    served = desk.page.get_by_role("row", name=re.compile("^Needs served whole"))
    expect(served).to_contain_text(f"{plan['result']['served']} of {plan['result']['needs']}")
    desk.page.reload()
    expect(served).to_be_visible()
    assert len(town.get("/v1/queue", area_code=LIWAN, state="open")["items"]) == plan["result"]["needs"]


def test_what_is_served_by_phone_has_no_distance(town: Town, sit: Sit) -> None:
    desk = sit("liwan desk", "plan")
    remote = {each["id"] for each in town.get("/v1/categories", limit=100)["items"] if each["is_remote"]}
    planned = make_plan(desk)
    expect(planned.first).to_contain_text("need-")
    served = {each: town.get(f"/v1/needs/{each}")["category_id"] in remote for each in needs_in(planned)}
    assert any(served.values())
    for need_id, is_remote in served.items():
        row = row_of(desk, need_id)
        expect(row).to_contain_text("by phone") if is_remote else expect(row).not_to_contain_text("by phone")


def make_plan(desk: Desk) -> Locator:
    desk.button("Make a plan").click()
    expect(desk.begins_with_text("Accept all")).to_be_enabled()
    return desk.page.locator(".planned-row:not(.head)")


def whole_needs(town: Town, rows: Locator) -> list[str]:
    """Names of the boxes of needs with one provider and one unit, so that one offer takes them."""
    names = [str(box.get_attribute("aria-label")) for box in rows.get_by_role("checkbox").all()]
    return [
        name
        for name in names
        if town.get(f"/v1/needs/{name.split()[1]}")["units"] == 1 and town.suggested(name.split()[1])
    ]


def needs_in(rows: Locator) -> list[str]:
    return rows.locator("a").all_inner_texts()


def row_of(desk: Desk, need_id: str) -> Locator:
    return desk.page.locator(".planned-row").filter(has=desk.page.get_by_text(need_id, exact=True))
