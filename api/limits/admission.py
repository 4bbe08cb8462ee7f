"""Who is let in: a bounded number of requests at work, a few waiting, the rest told to come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problem_types import PROBLEM_TYPES
from api.http.problems import RETRY_AFTER, Refusal, problem_response
from api.limits.gate import Gate
from api.limits.intake import Disconnected, Intake
from api.logs import describe_error

# An operator has to see how a full service is doing; streams are counted where they are opened.
BESIDE = frozenset(("/readyz", "/metrics", "/v1/events"))
ALIVE = "/healthz"
OWN_DEADLINE = "/v1/coverage"  # studies say themselves how long they are waited for
MOST_BESIDE = 8
# Threads beyond those of admitted requests: for what is let in beside them, and to answer /healthz.
RESERVE_THREADS = 2 * MOST_BESIDE

log = structlog.stdlib.get_logger("lastmeter.http")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is let in; the settings of the same names say what each means."""

    max_requests: int
    max_waiting: int
    queue_seconds: float
    request_seconds: float
    body_seconds: float
    max_body_bytes: int


class Admission:
    """Lets requests in; `shed` is told why one was not, or was given up."""

    def __init__(self, app: ASGIApp, limits: Limits, shed: Callable[[str], None]) -> None:
        self._app = app
        self._seconds = limits.request_seconds
        self._intake = Intake(limits.body_seconds, limits.max_body_bytes)
        self._gate = Gate(limits.max_requests, limits.max_waiting, limits.queue_seconds)
        self._beside = Gate(MOST_BESIDE, MOST_BESIDE, limits.queue_seconds)
        self._shed = shed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == ALIVE:
            await self._app(scope, receive, send)
            return
        gate = self._beside if scope["path"] in BESIDE else self._gate
        try:
            receive = await self._let_in(gate, scope, receive)
        except Disconnected:
            return
        except Refusal as refusal:
            self._shed(refusal.problem.name)
            await problem_response(refusal, scope)(scope, receive, send)
            return
        turn = _Turn(gate, scope, receive, send, lambda: self._shed("deadline-exceeded"))
        await turn.take(self._app, None if scope["path"].startswith(OWN_DEADLINE) else self._seconds)

    async def _let_in(self, gate: Gate, scope: Scope, receive: Receive) -> Receive:
        if not gate.is_full:
            receive = await self._intake.whole(scope, receive)
            if await gate.enter():
                return receive
        raise Refusal("overloaded", PROBLEM_TYPES["overloaded"].meaning, headers=RETRY_AFTER)


class _Turn:
    """One request that was let in.

    Its place is free again once its answer begins: how fast the client reads is no work. A thread
    cannot be ended, so after the deadline the client gets its answer and the work keeps its place.
    """

    def __init__(
        self, gate: Gate, scope: Scope, receive: Receive, send: Send, on_deadline: Callable[[], None]
    ) -> None:
        self._gate: Gate | None = gate
        self._scope, self._receive, self._forward = scope, receive, send
        self._on_deadline = on_deadline
        self._timer: asyncio.TimerHandle | None = None
        self._answer: asyncio.Task[None] | None = None

    async def take(self, app: ASGIApp, seconds: float | None) -> None:
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._expire)
        try:
            await app(self._scope, self._receive, self._send)
        except Exception as error:
            if self._answer is None:
                raise
            log.error("failed", request_id=self._scope["state"]["request_id"], **describe_error(error))
        finally:
            self._done()
            if self._answer is not None:
                await self._answer

    async def _send(self, message: Message) -> None:
        if self._answer is None:
            self._done()
            await self._forward(message)

    def _done(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._gate is not None:
            self._gate.leave()
            self._gate = None

    def _expire(self) -> None:
        self._on_deadline()
        name = "deadline-exceeded"
        late = problem_response(Refusal(name, PROBLEM_TYPES[name].meaning, headers=RETRY_AFTER), self._scope)
        self._answer = asyncio.ensure_future(late(self._scope, self._receive, self._forward))
