"""One need given to several providers: what fails, and what is lost on the way, is told part by part."""

from __future__ import annotations

from collections import Counter
from typing import Any

from playwright.sync_api import Locator, expect

from tests.console.conftest import Sit, Town
from tests.console.desk import Desk
from tests.console.line import drop_first_answer, offers_of


def test_a_part_that_is_refused_is_given_elsewhere(town: Town, sit: Sit) -> None:
    """What is held stays held, the row that failed says why, and the rest is sent again."""
    need_id = next(each for each in town.open_needs() if can_be_split(town, each, providers=3))
    desk = sit("street desk")
    desk.watch.allow("status of 409")
    desk.look_at(need_id)
    dialog = open_split(desk)
    (one, most), (full, part), *others = shares(dialog)
    spare = next(name for name, share in others if share == 0 and room(dialog, name) >= part)
    by_name = {each["name"]: each for each in town.suggested(need_id)}
    fill_up(town, by_name[full])
    dialog.get_by_role("button", name="Hold and offer to all").click()
    expect(row(dialog, full)).to_contain_text(
        "Not held: The provider's last free places went to somebody else."
    )
    expect(row(dialog, one)).to_contain_text("Held")
    expect(units(dialog, one)).to_be_disabled()
    assert held(town, need_id) == {by_name[one]["provider_id"]: most}
    units(dialog, full).fill("0")
    units(dialog, spare).fill(str(part))
    dialog.get_by_role("button", name="Hold and offer to all").click()
    expect(dialog).to_have_count(0)
    expect(desk.page.locator("#referrals-heading")).to_be_focused()
    expect(desk.referrals.filter(has_text="Awaiting an answer")).to_have_count(2)
    assert held(town, need_id) == {by_name[one]["provider_id"]: most, by_name[spare]["provider_id"]: part}


def test_a_part_whose_answer_is_lost_is_held_once(town: Town, sit: Sit) -> None:
    need_id = next(each for each in town.open_needs() if can_be_split(town, each, providers=2))
    desk = sit("street desk")
    desk.watch.allow("ERR_CONNECTION_RESET")
    sent, dropped = offers_of(desk), drop_first_answer(desk)
    desk.look_at(need_id)
    dialog = open_split(desk)
    parts = [(name, share) for name, share in shares(dialog) if share > 0]
    by_name = {each["name"]: each["provider_id"] for each in town.suggested(need_id)}
    dialog.get_by_role("button", name="Hold and offer to all").click()
    expect(dialog).to_have_count(0)
    assert dropped == [201]
    keys = Counter(request.headers["idempotency-key"] for request in sent)
    assert sorted(keys.values()) == [1] * (len(parts) - 1) + [2]
    assert held(town, need_id) == {by_name[name]: share for name, share in parts}


def open_split(desk: Desk) -> Locator:
    desk.button("Split over several …").click()
    dialog = desk.page.get_by_role("dialog", name="Split over several providers")
    expect(dialog).to_be_visible()
    return dialog


def row(dialog: Locator, name: str) -> Locator:
    return dialog.get_by_role("row").filter(has=dialog.page.get_by_role("rowheader", name=name, exact=True))


def units(dialog: Locator, name: str) -> Locator:
    return dialog.get_by_role("spinbutton", name=f"Units for {name}", exact=True)


def shares(dialog: Locator) -> list[tuple[str, int]]:
    """Providers in the order in which they are listed, with what each is to be asked for."""
    names = dialog.get_by_role("rowheader").all_inner_texts()
    return [(name, int(units(dialog, name).input_value())) for name in names]


def room(dialog: Locator, name: str) -> int:
    return int(units(dialog, name).get_attribute("max") or 0)


def can_be_split(town: Town, need_id: str, providers: int) -> bool:
    """So that two are asked, and the others could take over the part of the second."""
    need, suggested = town.get(f"/v1/needs/{need_id}"), town.suggested(need_id)
    half = -(-need["units"] // 2)
    free = [each["remaining_units"] for each in suggested[:providers]]
    are_told_apart = len({each["name"] for each in suggested}) == len(suggested)
    is_enough = len(free) == providers and min(free) >= half
    return need["units"] > 1 and not need["is_indivisible"] and is_enough and are_told_apart


def fill_up(town: Town, suggestion: dict[str, Any]) -> None:
    """Leave a provider no more places than it has given away."""
    address = f"/v1/providers/{suggestion['provider_id']}"
    taken = town.get(address)["capacity"]
    town.change(address, capacity={"total": taken["total"] - taken["remaining"]})


def held(town: Town, need_id: str) -> dict[str, int]:
    return {each["provider_id"]: each["units"] for each in town.referrals(need_id)}
