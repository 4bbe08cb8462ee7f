"""What the list of needs is cut by."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.console.cities import LIWAN
from tests.console.conftest import Sit, Town


def test_a_street_goes_by_its_name(town: Town, sit: Sit) -> None:
    """All streets of the district can be chosen, and the list is that of the one that is."""
    streets = town.get("/v1/streets", parent_code=LIWAN, limit=100)["items"]
    desk = sit("street desk")
    desk.page.get_by_role("combobox", name="District").select_option("Liwan")
    choice = desk.page.get_by_role("combobox", name="Street")
    expect(choice.get_by_role("option")).to_have_text(["Street: All", *(each["name"] for each in streets)])
    code = next(each["code"] for each in streets if town.get("/v1/queue", area_code=each["code"])["total"])
    choice.select_option(next(each["name"] for each in streets if each["code"] == code))
    total = town.get("/v1/queue", area_code=code, state="open")["total"]
    expect(desk.total).to_have_attribute("data-total", str(total))
