"""Questions about a ranking, and taking an offer back: nothing of the questions is kept."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, expect

from api.clock import SystemClock
from graph_models.domain.audit import AuditEvent, SuggestionRecord
from graph_models.domain.referrals import Referral
from graph_models.stores.sqlite.store import SqliteStore
from tests.console.conftest import Sit, Town
from tests.console.desk import Desk

FACTORS = {"Proximity": 0, "Skill": 0, "Capacity": 0, "Continuity": 0, "Fairness": 100}


def test_an_offer_is_undone_while_the_hold_runs(town: Town, sit: Sit) -> None:
    """The provider is free again, the need is open again, at this desk and at others."""
    need_id = next(town.open_needs())
    desk = sit("street desk")
    desk.pick(need_id)
    desk.begins("Hold and offer to").first.click()
    expect(desk.referrals.filter(has_text="Awaiting an answer")).to_have_count(1)
    desk.begins("Undo the offer to").click()
    desk.until(lambda: [each["reason"] for each in town.referrals(need_id)] == ["undone"])
    assert town.referrals(need_id)[0]["status"] == "cancelled"
    expect(desk.row(need_id)).to_be_visible()
    expect(desk.page.get_by_text("Earlier (1)")).to_be_visible()


def test_why_not_somebody_says_every_rule_or_the_place(town: Town, sit: Sit) -> None:
    need_id = next(each for each in town.open_needs() if len(town.suggested(each)) > 1)
    answer = town.get(f"/v1/needs/{need_id}/suggestions", explain="true")
    excluded = answer["near_misses"][0]
    second = answer["suggestions"][1]
    desk = sit("street desk")
    desk.pick(need_id)
    told = ask_why_not(desk, excluded["provider_id"])
    expect(told).to_contain_text(f"{excluded['name']} cannot serve")
    judged = town.get(f"/v1/needs/{need_id}/suggestions/{excluded['provider_id']}")
    expect(told.get_by_role("listitem")).to_have_count(len(judged["reasons"]))
    told = ask_why_not(desk, second["name"])
    expect(told).to_contain_text(f"{second['name']} can serve: it stands at place 2")
    expect(ask_why_not(desk, "nobody-at-all")).to_contain_text("No provider is found")


def test_trial_weights_rank_anew_and_are_not_stored(town: Town, sit: Sit) -> None:
    need_id = next(each for each in town.open_needs() if len(town.suggested(each)) > 3)
    before, stored = town.get(f"/v1/needs/{need_id}/suggestions"), kept(town)
    desk = sit("street desk")
    desk.pick(need_id)
    usual = names(desk.suggestions)
    written = writes_of(desk)
    desk.page.get_by_text("Try other weights").click()
    for name, value in FACTORS.items():
        slider = desk.page.get_by_role("slider", name=name)
        if slider.count():
            slider.fill(str(value))
    expect(desk.page.locator("#suggestions-heading")).to_contain_text("Trial, not stored")
    expect(desk.page.get_by_text("Ranked over all providers.")).to_be_visible()
    weights = {name.lower(): value for name, value in FACTORS.items()}
    with town.server.client() as client:
        body = {"weights": weights}
        tried = client.post(f"/v1/needs/{need_id}/trial-suggestions", json=body).json()
    shown = ids(desk.suggestions)
    assert shown == [each["provider_id"] for each in tried["suggestions"]][: len(shown)]
    desk.button("Back to the real weights").click()
    expect(desk.page.locator("#suggestions-heading")).not_to_contain_text("Trial")
    assert names(desk.suggestions) == usual
    assert {address.rsplit("/", 1)[1] for address in written} == {"trial-suggestions"}
    after = town.get(f"/v1/needs/{need_id}/suggestions")
    assert without_time(after) == without_time(before)
    assert kept(town) == stored


def test_weights_that_are_all_nothing_are_no_trial_and_no_dead_end(town: Town, sit: Sit) -> None:
    desk = sit("street desk", f"work?need={next(town.open_needs())}")
    expect(desk.suggestions.first).to_be_visible()
    usual = names(desk.suggestions)
    desk.page.get_by_text("Try other weights").click()
    for slider in desk.page.get_by_role("slider").all():
        slider.fill("0")
    expect(desk.page.get_by_role("alert")).to_contain_text("ranked by the real weights")
    expect(desk.page.get_by_text("Trial, not stored")).to_have_count(0)
    assert names(desk.suggestions) == usual
    desk.button("Back to the real weights").click()
    expect(desk.page.get_by_role("alert")).to_have_count(0)
    expect(desk.button("Back to the real weights")).to_be_disabled()


def kept(town: Town) -> dict[str, int]:
    """How much of what was suggested and done is in the store."""
    with SqliteStore(town.path, SystemClock()) as store:
        return {kind.__name__: store.count(kind) for kind in (SuggestionRecord, AuditEvent, Referral)}


def ask_why_not(desk: Desk, text: str) -> Locator:
    box = desk.page.locator(".why-not")
    if not box.get_by_label("Provider").is_visible():
        box.get_by_text("Why not …?").click()
    box.get_by_label("Provider").fill(text)
    box.get_by_role("button", name="Ask").click()
    return box.get_by_role("status")


def writes_of(desk: Desk) -> list[str]:
    sent: list[str] = []
    desk.page.on("request", lambda request: sent.append(request.url) if request.method != "GET" else None)
    return sent


def ids(cards: Locator) -> list[str]:
    return [str(card.get_attribute("data-provider")) for card in cards.all()]


def names(cards: Locator) -> list[str]:
    return cards.locator("h4").all_inner_texts()


def without_time(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "as_of"}
