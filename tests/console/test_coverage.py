"""The coverage of the city: tables that say what the service publishes, a section for each question."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.console.conftest import Sit, Town

TABLES = {
    "Overview": "Supply by category",
    "Gaps": "Open and unmet needs by area and category",
    "Access": "Communities with least access",
    "Fragility": "Providers whose loss leaves a community without help",
    "Fairness": "Who is asked",
}


def test_each_section_shows_what_the_service_publishes(town: Town, sit: Sit) -> None:
    desk = sit("analyst")
    study = town.coverage()
    expect(desk.page.get_by_text(f"Counts under {study['k']} are hidden")).to_be_visible()
    for section, caption in TABLES.items():
        desk.button(section).click()
        expect(desk.page.get_by_role("heading", name=caption)).to_be_visible()
    desk.button("Overview").click()
    first = study["categories"][0]
    supply = desk.page.get_by_role("table", name="Supply by category")
    expect(supply.get_by_role("row").nth(1)).to_contain_text(f"{first['providers']:,}")
    causes = desk.page.get_by_role("table", name="Why needs are unmet").get_by_role("row")
    for cause in (each for each in study["causes"] if each["needs"] is None):
        shown = causes.filter(has_text=re.compile(cause["cause"], re.IGNORECASE))
        expect(shown).to_contain_text(f"under {study['k']} or hidden")


def test_gaps_are_cut_by_area_and_category(town: Town, sit: Sit) -> None:
    desk = sit("analyst", "coverage?section=gaps")
    town.coverage()
    table = desk.page.get_by_role("table", name=TABLES["Gaps"])
    expect(table).to_be_visible()
    desk.page.get_by_role("combobox", name="District").select_option("Liwan")
    wanted = town.get("/v1/coverage/gaps", area_code="440103", limit=100)["items"]
    if wanted:
        expect(table.get_by_role("row")).to_have_count(len(wanted) + 1)
    else:
        expect(desk.page.get_by_text("Nothing is large enough to be shown.")).to_be_visible()


def test_the_map_of_work_shows_gaps_in_figures_too(town: Town, sit: Sit) -> None:
    """What the colours of the districts say is there as a list, for those who see no colours."""
    town.coverage()
    desk = sit("district desk")
    desk.page.get_by_role("checkbox", name="Coverage gaps").check()
    desk.page.get_by_text("Share of needs unmet, as a list").click()
    expect(desk.page.locator(".gap-list dt")).to_have_count(11)
