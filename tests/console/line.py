"""What goes over the line between a page and the service, seen, held up and cut."""

from __future__ import annotations

from playwright.sync_api import Request, Route

from tests.console.desk import Desk

OFFERS = "**/v1/needs/*/referrals"


def offers_of(desk: Desk) -> list[Request]:
    """What the page sends to ask a provider, as it goes on."""
    sent: list[Request] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/referrals"):
            sent.append(request)

    desk.page.on("request", note)
    return sent


def drop_first_answer(desk: Desk) -> list[int]:
    """Let the first offer through, and cut the line before its answer; returns the answer's status."""
    dropped: list[int] = []

    def drop(route: Route) -> None:
        if route.request.method != "POST" or dropped:
            route.continue_()
            return
        dropped.append(route.fetch().status)
        route.abort("connectionreset")

    desk.page.route(OFFERS, drop)
    return dropped


def end_session_at_first_offer(desk: Desk) -> list[int]:
    """Let the first offer through and cut the line before its answer, and end the session."""
    dropped: list[int] = []

    def drop(route: Route) -> None:
        if route.request.method != "POST" or dropped:
            route.continue_()
            return
        dropped.append(route.fetch().status)
        desk.page.context.clear_cookies()
        route.abort("connectionreset")

    desk.page.route(OFFERS, drop)
    return dropped


def hold_up(desk: Desk, pattern: str, method: str = "POST") -> list[Route]:
    """Keep requests on the line until the test lets them go."""
    kept: list[Route] = []

    def keep(route: Route) -> None:
        if route.request.method == method:
            kept.append(route)
        else:
            route.continue_()

    desk.page.route(pattern, keep)
    return kept
