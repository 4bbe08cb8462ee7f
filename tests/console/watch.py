"""What a page does that nobody sees: errors in its console, requests, breaches of its content policy."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Request

# Asking who is signed in is answered with 401 to those who are not, which a browser notes as an error.
SIGNED_OUT = re.compile(r"status of 401 .*/console/session$")


class Watch:
    """Keeps what happens in all pages of a browser's window; `faults` are what must not."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.origin = origin
        self.faults: list[str] = []
        self.requests: list[str] = []
        self._allowed: list[re.Pattern[str]] = [SIGNED_OUT]
        context.on("console", self._hear)
        context.on("weberror", lambda error: self._note(f"uncaught: {error.error}"))
        context.on("request", self._see)

    def allow(self, pattern: str) -> None:
        """Expect errors that are part of the test, such as those of a line that is cut on purpose."""
        self._allowed.append(re.compile(pattern))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._note(f"{message.type}: {message.text} at {message.location['url']}")

    def _see(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith((self.origin, f"blob:{self.origin}", "data:")):
            self._note(f"request outside of the origin: {request.url}")

    def _note(self, fault: str) -> None:
        if not any(pattern.search(fault) for pattern in self._allowed):
            self.faults.append(fault)
