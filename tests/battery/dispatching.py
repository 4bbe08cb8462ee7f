"""What a crowd of dispatchers does to a service: mostly ask for suggestions, and act on some of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from time import perf_counter
from typing import Any
from uuid import uuid4

import numpy as np

from tests.battery.wire import LOST, Answer, Connection

SHARE_OF_SUGGESTIONS = 0.8
ENDINGS = (("accepted", "completed"), ("accepted", "failed"), ("rejected",), ("cancelled",))
REASON = {"failed": "no_show", "rejected": "declined", "cancelled": "withdrawn"}
PAUSE_SECONDS = 0.5  # after an answer that says: not now
_RUN, _keys = uuid4().hex[:8], count()  # a store may have seen other runs


@dataclass(frozen=True, slots=True)
class Sample:
    """One request: what kind, when it was sent, after how long it was answered, and how."""

    kind: str
    at: float
    seconds: float
    status: int
    says_when: bool  # has Retry-After


@dataclass(frozen=True, slots=True)
class Write:
    path: str
    body: dict[str, Any]
    key: str
    revision: object


@dataclass
class Record:
    """Everything that the crowd was told."""

    samples: list[Sample] = field(default_factory=list)
    acknowledged: set[tuple[str, str]] = field(default_factory=set)
    unanswered: list[Write] = field(default_factory=list)
    doubled: int = 0
    untyped: list[str] = field(default_factory=list)

    def note(self, kind: str, began: float, answer: Answer) -> None:
        says_when = answer.header(b"retry-after") is not None
        self.samples.append(Sample(kind, began, perf_counter() - began, answer.status, says_when))
        if answer.status == 500:
            self.untyped.append(answer.body.decode(errors="replace"))

    def settle(self, write: Write, answer: Answer) -> dict[str, Any] | None:
        """Keep what became of a write; None unless it took effect."""
        if answer.status in (200, 201):
            made = answer.json()
            effect = (str(made["id"]), f"referral.{made['status']}")
            self.doubled += effect in self.acknowledged
            self.acknowledged.add(effect)
            return made
        if answer.status == LOST or answer.status >= 500 or answer.status == 429:
            self.unanswered.append(write)
        return None


class Dispatcher:
    """One of them: a share of its requests are suggestions, the rest a referral from hold to end."""

    def __init__(self, port: int, needs: list[str], record: Record, seed: int) -> None:
        self._line = Connection(port)
        self._needs, self._record = needs, record
        self._rng = np.random.default_rng(seed)
        self._referral: dict[str, Any] | None = None
        self._steps: list[str] = []
        self._best: tuple[str, str] | None = None  # a need, and who is suggested for it

    async def work(self, is_over: Callable[[], bool]) -> None:
        while not is_over():
            status = await self.step()
            if status == LOST or status == 429 or status >= 500:
                await asyncio.sleep(PAUSE_SECONDS)
        self._line.close()

    async def step(self) -> int:
        if self._rng.random() >= SHARE_OF_SUGGESTIONS:
            if self._referral is not None:
                return await self._move()
            if self._best is not None:
                return await self._offer()
        return await self.suggest()

    async def suggest(self) -> int:
        need = self._needs[int(self._rng.integers(len(self._needs)))]
        answer = await self._ask("suggest", lambda: self._line.get(f"/v1/needs/{need}/suggestions?limit=10"))
        if answer.status == 200:
            made: Any = answer.json()["suggestions"]
            self._best = (need, made[0]["provider_id"]) if made else self._best
        return answer.status

    async def _offer(self) -> int:
        """Raise a need like the one that was asked about, and offer it to whoever was suggested for that."""
        assert self._best is not None
        like, provider = self._best
        self._best = None
        read = await self._ask("read", lambda: self._line.get(f"/v1/needs/{like}"))
        if read.status != 200:
            return read.status
        body = {name: read.json()[name] for name in ("category_id", "community_code", "urgency")}
        raised = await self._ask("raise", lambda: self._line.post("/v1/needs", body, _key(), 1))
        if raised.status != 201:
            return raised.status
        need: Any = raised.json()
        write = _write(f"/v1/needs/{need['id']}/referrals", {"provider_id": provider}, need["revision"])
        status, self._referral = await self._do("hold", write)
        self._steps = list(ENDINGS[int(self._rng.integers(len(ENDINGS)))])
        return status

    async def _move(self) -> int:
        assert self._referral is not None
        status = self._steps.pop(0)
        body = {"status": status, "reason": REASON.get(status)}
        path = f"/v1/referrals/{self._referral['id']}/transitions"
        answered, made = await self._do("transition", _write(path, body, self._referral["revision"]))
        self._referral = made if self._steps else None
        return answered

    async def _do(self, kind: str, write: Write) -> tuple[int, dict[str, Any] | None]:
        answer = await self._ask(
            kind, lambda: self._line.post(write.path, write.body, write.key, write.revision)
        )
        return answer.status, self._record.settle(write, answer)

    async def _ask(self, kind: str, ask: Callable[[], Any]) -> Answer:
        began = perf_counter()
        answer: Answer = await ask()
        self._record.note(kind, began, answer)
        return answer


def _key() -> str:
    return f"load-{_RUN}-{next(_keys)}"


def _write(path: str, body: dict[str, Any], revision: object) -> Write:
    return Write(path, body, _key(), revision)


async def repeat_unanswered(port: int, record: Record, patience_seconds: float) -> int:
    """Repeat each write that was not answered, with its key, until it is; return how many there were."""
    line, writes, record.unanswered = Connection(port), record.unanswered, []
    deadline = perf_counter() + patience_seconds
    for write in writes:
        while True:
            answer = await line.post(write.path, write.body, write.key, write.revision)
            if answer.status not in (LOST, 429) and answer.status < 500:
                break
            assert perf_counter() < deadline, "a write was never answered"
            await asyncio.sleep(0.2)
        record.settle(write, answer)
    line.close()
    return len(writes)
