"""Somebody at a desk: one window of a browser, and the moves that many tests make in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.console.watch import Watch

QUEUE = "Open needs, most urgent first"
PATIENCE_MILLISECONDS = 30_000  # a machine that does other work as well
expect.set_options(timeout=PATIENCE_MILLISECONDS)


@dataclass
class Desk:
    """A window with what it does; words are English unless a test turns the language."""

    page: Page
    watch: Watch

    def open(self, address: str = "work") -> None:
        self.page.goto(f"{self.watch.origin}/console/{address}")

    def sign_in(self, credential: str, address: str = "work") -> None:
        self.open(address)
        self.page.get_by_label("Credential").fill(credential)
        self.button("Sign in").click()
        expect(self.button("Sign out")).to_be_visible()

    @property
    def views(self) -> Locator:
        return self.page.get_by_role("navigation", name="Views")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def begins(self, name: str) -> Locator:
        """Buttons whose name begins so, as those do that name a provider."""
        return self.page.locator(f'button[aria-label^="{name}"]')

    def begins_with_text(self, text: str) -> Locator:
        return self.page.get_by_role("button").filter(has_text=text)

    @property
    def queue(self) -> Locator:
        return self.page.get_by_role("listbox", name=QUEUE)

    def row(self, need_id: str) -> Locator:
        return self.queue.locator(f'[data-need="{need_id}"]')

    @property
    def total(self) -> Locator:
        return self.page.locator(".count[data-total]")

    @property
    def referrals(self) -> Locator:
        return self.page.locator("[data-referral]")

    @property
    def suggestions(self) -> Locator:
        return self.page.locator("[data-provider]")

    def pick(self, need_id: str) -> None:
        """Choose a need in the list and wait for those who could serve it."""
        self.row(need_id).click()
        expect(self.page.locator("#need-heading")).to_contain_text(need_id)
        expect(self.suggestions.first).to_be_visible()

    def look_at(self, need_id: str) -> None:
        """Open the address of a need, wherever it stands in the list."""
        self.open(f"work?need={need_id}")
        expect(self.page.locator("#need-heading")).to_contain_text(need_id)
        expect(self.suggestions.first).to_be_visible()

    def live(self) -> Locator:
        return self.page.locator(".line-open")

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something outside of the page, which goes on meanwhile."""
        deadline = time.monotonic() + PATIENCE_MILLISECONDS / 1000
        while not holds():
            assert time.monotonic() < deadline, "what was waited for did not come about"
            self.page.wait_for_timeout(50)
