"""Cities with next to nothing in them, values of any length, windows of any size, clocks that are wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from api.clock import SystemClock
from graph_models.bulk import put_all
from graph_models.city.menu import load_menu
from graph_models.domain.identifiers import AreaCode
from graph_models.domain.places import Area, AreaLevel, Location
from graph_models.ports import Entity
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.conftest import BATHING
from tests.api.servers import ADMIN_TOKEN, servers
from tests.builders import COMMUNITY, STREET, a_need, a_provider, some_areas
from tests.console.chromium import WINDOW
from tests.console.conftest import Sit, Town
from tests.console.desk import Desk
from tests.console.layout import cut_off
from tests.console.watch import Watch

LONG = "WWWWWWWWW服务站" * 40
SIZES = {
    "a laptop": WINDOW,
    "at 200 %": {"width": 683, "height": 384},
    "at 400 %": {"width": 320, "height": 512},
}

Visit = Callable[..., Desk]


@pytest.fixture
def visit(chromium: Browser, tmp_path: Path) -> Iterator[Visit]:
    """Open the console of a city with these values, as its administrator."""
    with servers(tmp_path, f"sqlite:///{tmp_path}/city.db") as start:
        desks: list[Desk] = []

        def open_city(*values: Entity, **options: object) -> Desk:
            with SqliteStore(tmp_path / "city.db", SystemClock()) as store:
                for _ in put_all(store, values, load_id="city"):
                    pass
            origin = f"http://localhost:{start().port}"
            context = chromium.new_context(**{"locale": "en-GB", "viewport": WINDOW, **options})  # type: ignore[arg-type]
            desks.append(Desk(context.new_page(), Watch(context, origin)))
            desks[-1].sign_in(ADMIN_TOKEN)
            return desks[-1]

        yield open_city
        for desk in desks:
            desk.page.context.close()
        assert [fault for desk in desks for fault in desk.watch.faults] == []


def a_city(*values: Entity) -> list[Entity]:
    menu = load_menu()
    return [*some_areas(), *menu.skills, *menu.categories, *values]


def test_a_city_with_nothing_in_it(visit: Visit) -> None:
    """Each view says that there is nothing, and nothing fails."""
    desk = visit()
    desk.watch.allow("status of 422 .*/v1/coverage")
    expect(desk.page.get_by_text("No open need matches these filters.")).to_be_visible()
    desk.views.get_by_role("link", name="Plan").click()
    desk.button("Make a plan").click()
    expect(desk.page.get_by_text("No need of this scope can be served.")).to_be_visible()
    desk.views.get_by_role("link", name="Coverage").click()
    expect(desk.page.get_by_role("heading", name="Coverage of the city")).to_be_visible()
    expect(desk.page.get_by_role("alert")).to_contain_text("The service refused this: ")


def test_a_need_without_a_place_in_a_city_without_providers(visit: Visit) -> None:
    """What it lacks is said, and what is known of it is shown."""
    nowhere = AreaCode(f"{STREET}999")
    unknown = Area(nowhere, AreaLevel.COMMUNITY, "New community", AreaCode(STREET))
    here = a_need("need-2", community_code=COMMUNITY)
    desk = visit(*a_city(unknown, a_need("need-1", community_code=nowhere, location=None), here))
    desk.watch.allow("status of 4(09|22)")
    desk.row("need-2").click()
    expect(desk.page.get_by_text("Nobody is eligible.")).to_be_visible()
    desk.row("need-1").click()
    expect(desk.page.locator("#need-heading")).to_contain_text("need-1")
    expect(
        desk.page.get_by_text("Nobody can be suggested until this need is corrected: need.location must")
    ).to_be_visible()


def test_gaps_that_are_too_small_to_be_shown_are_said_to_be_so(visit: Visit) -> None:
    """A layer without a colour would look as if there were no gaps."""
    near = Location(23.12, 113.24)
    need = a_need("need-1", community_code=COMMUNITY, location=near)
    desk = visit(*a_city(need, a_provider("p1", skills=BATHING, location=near)))
    desk.watch.allow("status of 503 .*/v1/coverage")
    desk.page.get_by_role("checkbox", name="Coverage gaps").check()
    expect(desk.page.get_by_text("No district is coloured")).to_be_visible()


def test_an_address_that_is_locked_says_until_when(visit: Visit) -> None:
    desk = visit()
    desk.watch.allow("status of 4(01|29) .*/console/session")
    desk.button("Sign out").click()
    expect(desk.page.get_by_label("Credential")).to_be_visible()
    statuses = desk.page.evaluate(GUESS_MANY_TIMES)
    assert statuses[-1] == 429
    desk.page.get_by_label("Credential").fill(ADMIN_TOKEN)
    desk.button("Sign in").click()
    expect(desk.page.get_by_role("alert")).to_have_text(
        re.compile(r"locked for some minutes. Try again from \d\d:\d\d on")
    )


GUESS_MANY_TIMES = """async () => {
  const statuses = [];
  for (let guess = 0; guess < 21; guess += 1) {
    const body = JSON.stringify({ credential: 'wrong' + guess });
    const headers = { 'Content-Type': 'application/json' };
    statuses.push((await fetch('/console/session', { method: 'POST', headers, body })).status);
  }
  return statuses;
}"""


def test_filters_of_an_old_link_that_mean_nothing_are_left_out(town: Town, sit: Sit) -> None:
    """What is left is the list with the rest of them."""
    desk = sit("street desk", "work?area=no%20where&category=%3Cnone%3E&state=all")
    told = desk.page.get_by_text("Filters of this address that are not known here are left out")
    expect(told).to_contain_text("Area and Category.")
    total = str(town.get("/v1/queue")["total"])
    expect(desk.total).to_have_attribute("data-total", total)
    expect(desk.page.locator(".map-summary")).to_contain_text("whatever the list's filters")
    desk.open("work?category=nothing-like-it")
    expect(told).to_contain_text(": Category.")


@pytest.mark.parametrize("size", SIZES)
def test_long_names(visit: Visit, size: str) -> None:
    """Names without a blank take as many lines as they need."""
    near = Location(23.12, 113.24)
    given = {"skills": BATHING, "location": near, "verified_at": SystemClock().now()}
    some = [a_provider(f"p{place}", name=f"{place}{LONG}"[:500], **given) for place in range(3)]
    need = a_need("n" * 64, community_code=COMMUNITY, location=near, units=4)
    desk = visit(*a_city(need, *some), viewport=SIZES[size])
    desk.look_at(need.id)
    desk.begins("Hold and offer to").first.click()
    expect(desk.referrals.filter(has_text="Awaiting an answer")).to_have_count(1)
    desk.page.get_by_text("Why not …?").click()
    desk.page.get_by_role("combobox", name="Provider", exact=True).fill("WWW")
    expect(desk.page.get_by_role("option").filter(has_text=LONG[:100]).first).to_be_visible()
    assert cut_off(desk) == []


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_wrong_by_an_hour(town: Town, sit: Sit, hours: int) -> None:
    """Holds end by the service's clock; a machine that is late or early shows the same."""
    need_id = next(town.open_needs())
    desk = sit()
    desk.page.clock.install(time=SystemClock().now() + timedelta(hours=hours))
    desk.sign_in(town.credentials["street desk"])
    desk.look_at(need_id)
    desk.begins("Hold and offer to").first.click()
    card = desk.referrals.filter(has_text="Awaiting an answer")
    expect(card).to_contain_text("held until")
    expect(card).to_contain_text("(in ")
    expect(card).not_to_contain_text("1 hr")
    desk.begins("Undo the offer to").click()
    desk.until(lambda: [each["reason"] for each in town.referrals(need_id)] == ["undone"])


def test_back_and_forth(town: Town, sit: Sit) -> None:
    """The need that one looked at is there again."""
    need_id = next(town.open_needs())
    desk = sit("street desk")
    desk.pick(need_id)
    desk.views.get_by_role("link", name="Plan").click()
    expect(desk.button("Make a plan")).to_be_visible()
    desk.page.go_back()
    expect(desk.page.locator("#need-heading")).to_contain_text(need_id)
    desk.page.go_forward()
    expect(desk.button("Make a plan")).to_be_visible()
