"""The main job, as a dispatcher does it: from a need to help that was given."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.console.conftest import Sit, Town
from tests.console.desk import Desk

LIVE_MILLISECONDS = 15_000  # sooner than a list that hears of nothing would ask again


def test_a_need_is_served_and_leaves_every_desk(town: Town, sit: Sit) -> None:
    """Sign in, pick, read the reasons, hold; the other desk sees it go; accepted, completed."""
    need_id = next(town.open_needs())
    mine, other = sit("street desk"), sit("district desk")
    expect(other.row(need_id)).to_be_visible()
    expect(other.live()).to_be_visible()
    mine.pick(need_id)
    read_reasons(mine, town, need_id)
    hold_all(mine)
    expect(other.row(need_id)).to_have_count(0, timeout=LIVE_MILLISECONDS)
    step(mine, "Accepted:", "accepted")
    step(mine, "Help has begun:", "in-progress")
    step(mine, "Completed:", "completed")
    # What is shown at once is true soon.
    mine.until(lambda: {each["status"] for each in town.referrals(need_id)} == {"completed"})
    # Whoever asks for all open needs does not see it any more either.
    other.open("work?state=all")
    expect(other.total).to_be_visible()
    expect(other.row(need_id)).to_have_count(0)


def read_reasons(desk: Desk, town: Town, need_id: str) -> None:
    """The first card is open; its parts add up to its score, as they do in the service's answer."""
    best = town.suggested(need_id)[0]
    table = desk.page.get_by_role("table", name=f"Why {best['name']}", exact=True)
    expect(table).to_be_visible()
    parts = [float(text) for text in table.locator("tbody tr td:last-child").evaluate_all(LAST_NUMBER)]
    total = float(table.locator("tfoot strong").inner_text())
    assert abs(sum(parts) - total) < 0.001 * len(parts)
    assert abs(total - best["score"]) < 0.001
    words = table.locator("tbody").inner_text()
    assert re.search(r"\d of \d+ places free", words)


LAST_NUMBER = "cells => cells.map(cell => cell.textContent.trim().split(/\\s+/).at(-1))"


def hold_all(desk: Desk) -> None:
    """Ask the providers at hand until all units are held."""
    covered = desk.page.get_by_text("All units are held or served.")
    for asked in range(1, 6):
        desk.begins("Hold and offer to").first.click()
        expect(desk.referrals).to_have_count(asked)
        expect(desk.referrals.filter(has_text="Awaiting an answer")).to_have_count(asked)
        if covered.is_visible() or not desk.begins("Hold and offer to").count():
            return
    raise AssertionError("the need takes more providers than these")


def step(desk: Desk, action: str, status: str) -> None:
    """Take the same step with every referral of the need."""
    expect(desk.begins(action).first).to_be_visible()
    while desk.page.locator(f'[data-referral] button[aria-label^="{action}"]').count():
        done = desk.page.locator(f".referral.status-{status}").count()
        desk.begins(action).first.click()
        expect(desk.page.locator(f".referral.status-{status}")).to_have_count(done + 1)
