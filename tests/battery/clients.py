"""Dispatchers over HTTP who repeat whatever was not answered, and the history of what they were told."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from threading import Event, Lock
from typing import Any

import httpx2

from api.http.idempotency import write_id_of
from tests.api.servers import AS_ADMIN

SUBJECT = "local-admin"
PAUSE_SECONDS, GIVE_UP_SECONDS = 0.1, 180.0
# Answers that say: not now. Whether the write took effect is known for the first and not for the others.
NOT_NOW = {
    "store-unavailable",
    "not-ready",
    "overloaded",
    "too-many-requests",
    "outcome-unknown",
    "deadline-exceeded",
}
# All clients of the battery are one to the service, which would have it ask less.
NO_BUDGETS = {"REQUESTS_PER_MINUTE": "1000000", "DIRECTORY_PAGES_PER_HOUR": "1000000"}
ENDINGS = (("accepted", "in-progress", "completed"), ("accepted", "failed"), ("rejected",), ("cancelled",))
_keys = count()


@dataclass
class Call:
    """One request, from its first attempt to its answer."""

    path: str
    key: str
    outcome: str = "invoked"  # then ok, fail, or unknown while it is repeated
    attempts: int = 0
    action: tuple[str, str] | None = None  # what it did to which referral

    @property
    def write_id(self) -> str:
        return write_id_of(SUBJECT, "POST", self.path, self.key)


@dataclass
class History:
    """All calls of all clients, and whatever answer was not a typed one."""

    calls: list[Call] = field(default_factory=list)
    oddities: list[str] = field(default_factory=list)
    is_given_up: bool = False  # the test has failed: nobody need wait for a service that is gone
    lock: Lock = field(default_factory=Lock)

    def begin(self, path: str) -> Call:
        call = Call(path, f"key-{next(_keys)}")
        with self.lock:
            self.calls.append(call)
        return call

    def of(self, outcome: str) -> list[Call]:
        with self.lock:
            return [each for each in self.calls if each.outcome == outcome]

    def acknowledged(self) -> int:
        return len(self.of("ok"))


class Client:
    """One dispatcher. `port` says where the service listens just now."""

    def __init__(self, port: Callable[[], int], history: History, timeout_seconds: float = 60.0) -> None:
        self._port = port
        self._history = history
        self._http = httpx2.Client(timeout=timeout_seconds, headers=AS_ADMIN)

    def work(self, needs: list[str], providers: list[str], stop: Event) -> None:
        """Offer each need in turn and see it through, in one of several ways, until told to stop."""
        try:
            for number in count():
                if stop.is_set():
                    return
                need, provider = needs[number % len(needs)], providers[number % len(providers)]
                self.see_through(need, provider, ENDINGS[number % len(ENDINGS)], stop)
        finally:
            self._http.close()

    def see_through(self, need: str, provider: str, ending: tuple[str, ...], stop: Event) -> None:
        """One referral, to its end; a need that is served is taken up again by undoing that."""
        seen = self._read(f"/v1/needs/{need}")
        made = self.act(
            f"/v1/needs/{need}/referrals", {"provider_id": provider, "units": 1}, seen["revision"]
        )
        steps = (*ending, *(("entered-in-error",) if ending[-1] == "completed" else ()))
        for status in steps:
            if made is None:
                return
            reason = "declined" if status in ("rejected", "failed", "cancelled") else None
            body = {"status": status, "reason": reason}
            made = self.act(f"/v1/referrals/{made['id']}/transitions", body, made["revision"])
            if stop.is_set():
                return

    def act(self, path: str, body: Any, revision: int) -> Any:
        """Make a request, repeated with its key until it is answered; None if it was refused."""
        call = self._history.begin(path)
        headers = {"Idempotency-Key": call.key, "If-Match": f'"{revision}"'}
        answer = self._until_answered(call, lambda: self._post(path, body, headers))
        if answer.status_code >= 400:
            call.outcome = "fail"
            return None
        made = answer.json()
        call.action = (made["id"], f"referral.{made['status']}")
        call.outcome = "ok"
        return made

    def _post(self, path: str, body: Any, headers: dict[str, str]) -> httpx2.Response:
        return self._http.post(self._address(path), json=body, headers=headers)

    def _read(self, path: str) -> Any:
        return self._until_answered(None, lambda: self._http.get(self._address(path))).json()

    def _address(self, path: str) -> str:
        return f"http://127.0.0.1:{self._port()}{path}"

    def _until_answered(self, call: Call | None, ask: Callable[[], httpx2.Response]) -> httpx2.Response:
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < deadline and not self._history.is_given_up:
            if call is not None:
                call.attempts += 1
            try:
                answer = ask()
            except httpx2.TransportError:
                answer = None
            if answer is not None and not self._is_not_now(answer):
                return answer
            if call is not None:
                call.outcome = "unknown"
            time.sleep(PAUSE_SECONDS)
        raise AssertionError("no answer in all that time")

    def _is_not_now(self, answer: httpx2.Response) -> bool:
        if answer.status_code < 500 and answer.status_code != 429:
            return False
        name = answer.json()["type"].removeprefix("/problems/")
        if name not in NOT_NOW or "retry-after" not in answer.headers:
            self._history.oddities.append(f"{answer.status_code} {answer.text}")
        return True
